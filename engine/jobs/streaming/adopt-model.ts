import type { WorkContext } from '../../domain/progress.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { namedModel, takeOver } from '../training/take-over-model.ts';

/**
 * What `--model` of a stream asks for: the model of another case, or one at a tracking server, is the champion before the first row
 * comes; what it gives says what is to be told. It is looked for before the case is opened, so that nothing is made where there is none; nothing is done where none is named.
 *
 * @throws AssayError those of `namedModel`, and from what is given those of `takeOver`
 */
export async function adoptModel(
  {
    casePath,
    model,
    trackingUri,
  }: { readonly casePath: string; readonly model?: string | undefined; readonly trackingUri?: string | undefined },
  context: WorkContext,
): Promise<(openedCase: WritableCase) => Promise<readonly string[]>> {
  if (model === undefined) return () => Promise.resolve([]);
  const named = await namedModel({ casePath, model, trackingUri }, context.signal, true);
  return async (openedCase) => {
    const { stored, notices } = await takeOver(openedCase, named, context);
    if (!stored.isChampion)
      openedCase.promote(stored.id, `${model} was named as the model that scores`, doingOf(context));
    return notices;
  };
}
