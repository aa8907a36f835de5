import { usageError } from '../../domain/error.ts';
import { USUAL_EXPLORED_SHARE } from '../../domain/exploration.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import type { CaseSession } from '../case-session.ts';
import { exploreBelowLine } from '../line/explore-below-line.ts';
import { listModels } from './model-list.ts';

/** Makes a model the champion: from then on it is *the model* wherever none is named. */
export function setChampion(
  session: CaseSession,
  doing: Doing,
  { modelId, reason }: ParsedRequestInput<'models.setChampion'>,
): RequestOutput<'models.setChampion'> {
  const model = session.model(modelId);
  const openedCase = session.writableCase;
  openedCase.inTransaction(() => {
    openedCase.promote(model.id, reason, doing);
    session.modelsChanged();
    // A model that learns from its own queue needs to hear of what is not in it.
    if (model.parameters.learning !== undefined && session.exploredShare === null)
      exploreBelowLine(session, doing, { share: USUAL_EXPLORED_SHARE });
  });
  return listModels(session);
}

/** @throws AssayError WRONG_USE where there was no champion before the present one. */
export function rollBack(
  session: CaseSession,
  doing: Doing,
  { reason }: ParsedRequestInput<'models.rollBack'>,
): RequestOutput<'models.rollBack'> {
  if (session.writableCase.rollBack(reason, doing) === null)
    throw usageError('WRONG_USE', 'There was no champion before the present one.', 'Promote another model instead.');
  session.modelsChanged();
  return listModels(session);
}
