import type { ModelListItem } from '../../../preload/contract/requests.ts';

/** What the next training would use: starts as the model that is looked at. */
export interface TrainingDraft {
  readonly modelId: number;
  readonly trees: number;
  readonly sample: number;
  readonly seed: number;
  readonly grower: ModelListItem['parameters']['grower'];
  /** Names of the features switched off, and of those to bring back. */
  readonly off: readonly string[];
}

/** A draft that trains the same model again. */
export function draftOf({ id, parameters }: ModelListItem): TrainingDraft {
  const { trees, sample, seed, grower } = parameters;
  return { modelId: id, trees, sample, seed, grower, off: [] };
}

/** What differs from the model, in words; empty where training would give the same model again. */
export function draftChanges(draft: TrainingDraft, model: ModelListItem): readonly string[] {
  const { trees, sample, seed, grower } = model.parameters;
  const changes: string[] = [];
  if (draft.trees !== trees) changes.push(`${draft.trees} trees instead of ${trees}`);
  if (draft.sample !== sample) changes.push(`sub-sample ${draft.sample} instead of ${sample}`);
  if (draft.seed !== seed) changes.push(`seed ${draft.seed} instead of ${seed}`);
  if (draft.grower !== grower) changes.push(`grower ${draft.grower} instead of ${grower}`);
  if (draft.off.length > 0) changes.push(`without ${draft.off.join(', ')}`);
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
