import type { CompiledForest, FeatureMatrix, ForestParameters } from '../domain/model.ts';
import { themeOfTree } from '../forest/grow-assay.ts';
import { leafOf } from './boosted-tree.ts';

/** The trees of a forest by what they look at: those of all features, and those of each theme. */
export interface ForestParts {
  readonly count: number;
  /** By tree, below `count`. */
  readonly partOfTree: Uint8Array;
}

/** What each part of a forest adds to a row's sum, row by row. */
export interface PartSums {
  readonly partCount: number;
  readonly values: Int32Array;
}

/** A forest without themes is one part. */
export function partsOfForest(
  { treeCount }: Pick<CompiledForest, 'treeCount'>,
  { themes = [] }: Pick<ForestParameters, 'themes'>,
): ForestParts {
  return {
    count: 1 + themes.length,
    partOfTree: Uint8Array.from({ length: treeCount }, (_, tree) => 1 + (themeOfTree(tree, themes.length) ?? -1)),
  };
}

/** Sums by part; together they are the forest's sum, since both are integers. */
export function partSumsOf(
  forest: CompiledForest,
  { count, partOfTree }: ForestParts,
  { rowCount, featureCount, values }: FeatureMatrix,
): PartSums {
  const sums = new Int32Array(rowCount * count);
  for (let row = 0; row < rowCount; row++)
    for (let tree = 0; tree < forest.treeCount; tree++)
      sums[row * count + partOfTree[tree]] +=
        forest.units[leafOf(forest, values, row * featureCount, forest.roots[tree])];
  return { partCount: count, values: sums };
}
