import { usageError } from '../../domain/error.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { decodeForest } from '../../forest/compile.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { StoredModel } from '../../store/types.ts';

export interface ChosenModel {
  readonly stored: StoredModel;
  readonly forest: CompiledForest;
}

/**
 * One model of a case: by number, or by the first digits of its digest; the one trained last when nothing is named.
 * @throws AssayError NO_MODEL, naming the models there are.
 */
export function chooseModel(openedCase: ReadableCase, choice: string | undefined): ChosenModel {
  const models = openedCase.models();
  if (models.length === 0)
    throw usageError('NO_MODEL', 'The case holds no model yet.', 'Train one with `assay train --case FILE`.');
  const stored = choice === undefined ? trainedLast(models) : findModel(models, choice);
  if (stored === undefined)
    throw usageError(
      'NO_MODEL',
      `The case has no model '${choice}'.`,
      `It has: ${models.map((model) => `${model.id} (${model.digest.slice(0, 12)})`).join(', ')}.`,
    );
  return { stored, forest: decodeForest(openedCase.readForest(stored.id)) };
}

/** A model that was trained again is one model still, and the last one. */
function trainedLast(models: readonly StoredModel[]): StoredModel | undefined {
  return [...models].sort((one, other) => one.createdAtMs - other.createdAtMs || one.id - other.id).at(-1);
}

function findModel(models: readonly StoredModel[], choice: string): StoredModel | undefined {
  const byNumber = models.find((model) => String(model.id) === choice);
  if (byNumber !== undefined) return byNumber;
  const byDigest = models.filter((model) => choice.length >= 6 && model.digest.startsWith(choice.toLowerCase()));
  return byDigest.at(-1);
}

/** What a report says of a model. */
export function modelSummary({ stored, forest }: ChosenModel): {
  digest: string;
  trees: number;
  sample: number;
  seed: number;
  grower: StoredModel['parameters']['grower'];
} {
  return {
    digest: forest.digest,
    trees: forest.treeCount,
    sample: forest.sampleSize,
    seed: stored.parameters.seed,
    grower: stored.parameters.grower,
  };
}

/**
 * The sums of every row of a case under one model.
 * @throws AssayError NO_MODEL where rows came in after the model scored.
 */
export function readSums(openedCase: ReadableCase, model: StoredModel): Int32Array {
  const sums = new Int32Array(openedCase.nextSequence());
  for (const segment of openedCase.segments()) {
    const part = openedCase.readScores(model.id, segment.id);
    if (part === undefined)
      throw usageError(
        'NO_MODEL',
        `Rows were added after model ${model.id} scored the case, so it has no score for them.`,
        'Train again with `assay train --case FILE`.',
      );
    sums.set(part, segment.firstSequence);
  }
  return sums;
}
