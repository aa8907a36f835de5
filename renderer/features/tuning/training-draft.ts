import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TuningView } from '../../../preload/contract/tuning.ts';

/** What the next training would use: starts as the model that is looked at. */
export interface TrainingDraft {
  readonly modelId: number;
  readonly trees: number;
  readonly sample: number;
  readonly seed: number;
  readonly grower: ModelListItem['parameters']['grower'];
  /** Names of the features that it is to do without. */
  readonly off: readonly string[];
}

type KnownFeature = Pick<TuningView['features'][number], 'name' | 'label' | 'isUsed'>;

/** A draft that trains the same model again, without the features that it does without. */
export function draftOf({ id, parameters }: ModelListItem, features: readonly KnownFeature[]): TrainingDraft {
  const { trees, sample, seed, grower } = parameters;
  const off = features.filter(({ isUsed }) => !isUsed).map(({ name }) => name);
  return { modelId: id, trees, sample, seed, grower, off };
}

/** What differs from the model, in words; empty where training would give the same model again. */
export function draftChanges(
  draft: TrainingDraft,
  model: ModelListItem,
  features: readonly KnownFeature[],
): readonly string[] {
  const { trees, sample, seed, grower } = model.parameters;
  const changes: string[] = [];
  if (draft.trees !== trees) changes.push(`${draft.trees} trees instead of ${trees}`);
  if (draft.sample !== sample) changes.push(`sub-sample ${draft.sample} instead of ${sample}`);
  if (draft.seed !== seed) changes.push(`seed ${draft.seed} instead of ${seed}`);
  if (draft.grower !== grower) changes.push(`grower ${draft.grower} instead of ${grower}`);
  const labelsOf = (isUsed: boolean): string =>
    features
      .filter((feature) => feature.isUsed === isUsed && draft.off.includes(feature.name) === isUsed)
      .map(({ label }) => label)
      .join(', ');
  if (labelsOf(true) !== '') changes.push(`without ${labelsOf(true)}`);
  if (labelsOf(false) !== '') changes.push(`with ${labelsOf(false)}`);
  return changes;
}

/** Guards a draft that an older window may have written. */
export function isTrainingDraft(value: unknown): value is TrainingDraft {
  if (typeof value !== 'object' || value === null) return false;
  const draft = value as Partial<Record<keyof TrainingDraft, unknown>>;
  return (
    [draft.modelId, draft.trees, draft.sample, draft.seed].every((number) => typeof number === 'number') &&
    (draft.grower === 'assay' || draft.grower === 'ml-isolation-forest') &&
    Array.isArray(draft.off)
  );
}
