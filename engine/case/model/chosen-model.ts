import { decodeForest } from '../../forest/compile.ts';
import { usageError } from '../../domain/error.ts';
import type { StoredModel } from '../../store/types.ts';
import type { CompiledForest, Imported, makerNames } from '../../domain/model.ts';
import type { ReadableCase } from '../../store/readable-case.ts';

function noModelYet(): Error {
  return usageError('NO_MODEL', 'The case holds no model yet.', 'Train one with `assay train --case FILE`.');
}

/** @throws AssayError NO_MODEL, naming the models there are. */
export function unknownModel(models: readonly StoredModel[], choice: string): never {
  throw models.length === 0
    ? noModelYet()
    : usageError(
        'NO_MODEL',
        `The case has no model '${choice}'.`,
        `It has: ${models.map((model) => `${model.id} (${model.digest.slice(0, 12)})`).join(', ')}.`,
      );
}

/** A model by number, or by the first six digits or more of its digest; the champion where none is named. */
export function findModel(models: readonly StoredModel[], choice: string | undefined): StoredModel | undefined {
  if (choice === undefined) return models.find(({ isChampion }) => isChampion);
  const byNumber = models.find((model) => String(model.id) === choice);
  if (byNumber !== undefined) return byNumber;
  return models.filter((model) => choice.length >= 6 && model.digest.startsWith(choice.toLowerCase())).at(-1);
}

/**
 * The forest that a model learned on top of; the model itself where it learned nothing.
 * @throws AssayError NO_MODEL where the case does not hold it any more
 */
export function forestBeneath(models: readonly StoredModel[], model: StoredModel): StoredModel {
  const { learning } = model.parameters;
  if (learning === undefined) return model;
  const forest = models.find(
    ({ digest, featureSetId }) => digest === learning.forest && featureSetId === model.featureSetId,
  );
  return forest ?? unknownModel(models, learning.forest.slice(0, 12));
}

/** @throws AssayError WRONG_USE for a model that was made elsewhere */
export function refuseImported({ name, parameters: { imported } }: StoredModel, what: string): void {
  if (imported !== undefined)
    throw usageError('WRONG_USE', `${name} was made elsewhere and cannot be ${what}.`, 'Train a model of the case.');
}

/**
 * The sums of every row of a case under one model.
 * @throws AssayError NO_MODEL where rows came in after the model scored.
 */
export function readSums(openedCase: ReadableCase, modelId: number): Int32Array {
  const sums = openedCase.readLeadingScores(modelId);
  if (sums.length === openedCase.nextSequence()) return sums;
  throw usageError(
    'NO_MODEL',
    `Rows were added after model ${modelId} scored the case, so it has no score for them.`,
    'Train again with `assay train --case FILE`.',
  );
}

/** A model with its forest. */
export interface ChosenModel {
  readonly stored: StoredModel;
  readonly forest: CompiledForest;
}

/**
 * One model of a case by number, or by the first digits of its digest; the champion where none is named.
 * @throws AssayError NO_MODEL, naming the models there are.
 */
export function chosenModel(openedCase: ReadableCase, choice: string | undefined): ChosenModel {
  const models = openedCase.models();
  const stored = findModel(models, choice) ?? unknownModel(models, choice ?? 'champion');
  return { stored, forest: decodeForest(openedCase.readForest(stored.id)) };
}

export interface ModelSummary {
  readonly id: number;
  readonly digest: string;
  /** 0 for a graph, which has none. */
  readonly trees: number;
  /** Null for trees made elsewhere that do not say it. */
  readonly sample: number | null;
  /** Null for trees made elsewhere. */
  readonly seed: number | null;
  readonly grower: (typeof makerNames)[number];
  /** Where the trees came from, of a model made elsewhere. */
  readonly imported?: Imported;
}

/** What a report says of a model. */
export function modelSummary({ stored: { id, parameters }, forest }: ChosenModel): ModelSummary {
  const { digest, sampleSize, leaf } = forest;
  const trees = forest.graph === undefined ? forest.treeCount : 0;
  const { seed, grower, imported } = parameters;
  if (imported === undefined) return { id, digest, trees, sample: sampleSize, seed, grower };
  return { id, digest, trees, sample: leaf === 'score' ? null : sampleSize, seed: null, grower: 'elsewhere', imported };
}
