import type { JobInput } from '../../preload/contract/jobs.ts';
import type { ModelListItem } from '../../preload/contract/models.ts';

type TrainInput = Pick<JobInput<'train'>, 'forest' | 'windows' | 'leaveOut'>;

/** Features of the other models of a case that one model does without. */
export function featuresWithout(
  model: Pick<ModelListItem, 'features'>,
  others: readonly Pick<ModelListItem, 'features'>[],
): readonly string[] {
  return [...new Set(others.flatMap(({ features }) => features))].filter((name) => !model.features.includes(name));
}

/**
 * A training with the numbers of a model and without some features. Features over time are computed where one of them is
 * wanted; the line is left to the engine, which keeps the champion's.
 * @param known the models of the case, whose features can be told from one another
 */
export function trainingLike(
  { parameters, featuresOverTime }: Pick<ModelListItem, 'parameters' | 'featuresOverTime'>,
  off: readonly string[],
  known: readonly Pick<ModelListItem, 'featuresOverTime'>[],
): TrainInput {
  const overTime = new Set([...featuresOverTime, ...known.flatMap((model) => model.featuresOverTime)]);
  const windows = [...overTime].some((name) => !off.includes(name));
  return { forest: parameters, windows, leaveOut: off.filter((name) => windows || !overTime.has(name)) };
}
