import type { JobInput } from '../../preload/contract/jobs.ts';
import type { ModelListItem } from '../../preload/contract/models.ts';

type TrainInput = Pick<JobInput<'train'>, 'forest' | 'windows' | 'leaveOut' | 'detection'>;
type Detection = NonNullable<TrainInput['detection']>;

/** Whether a model was made by what analysts look for: trees by theme have convex leaves. */
function detectionOf({ parameters }: Pick<ModelListItem, 'parameters'>): Detection {
  return parameters.leaf === 'convex' ? 'themes' : 'plain';
}

/** Features of the other models made the same way that one model does without. */
export function featuresWithout(
  model: Pick<ModelListItem, 'features' | 'parameters'>,
  others: readonly Pick<ModelListItem, 'features' | 'parameters'>[],
): readonly string[] {
  const alike = others.filter((other) => detectionOf(other) === detectionOf(model));
  return [...new Set(alike.flatMap(({ features }) => features))].filter((name) => !model.features.includes(name));
}

/**
 * A training with the numbers of a model and without some features. Features over time are computed where one of them is
 * wanted; the line is left to the engine, which keeps the champion's.
 * @param known the models of the case, whose features can be told from one another
 */
export function trainingLike(
  model: Pick<ModelListItem, 'parameters' | 'featuresOverTime'>,
  off: readonly string[],
  known: readonly Pick<ModelListItem, 'parameters' | 'featuresOverTime'>[],
): TrainInput {
  const detection = detectionOf(model);
  const alike = known.filter((other) => detectionOf(other) === detection);
  const overTime = new Set([model, ...alike].flatMap(({ featuresOverTime }) => featuresOverTime));
  const windows = [...overTime].some((name) => !off.includes(name));
  const leaveOut = off.filter((name) => windows || !overTime.has(name));
  return { detection, forest: model.parameters, windows, leaveOut };
}
