import { IsolationForest } from 'ml-isolation-forest';
import type { TreeNode } from 'ml-isolation-forest';
import { impossible } from '../domain/error.ts';
import type { FeatureMatrix, ForestParameters, GrownTree } from '../domain/model.ts';
import { LARGEST_FLOAT32, largestFloat32Below } from './float32.ts';
import { drawFeatures } from './grow-assay.ts';
import { randomStream } from './random.ts';
import type { RandomStream } from './random.ts';
import { drawSubSample } from './sub-sample.ts';

/**
 * Grows one tree with the npm library ml-isolation-forest on the tree's own sub-sample, and turns it into a
 * `GrownTree` that decides alike for every float32 row. The tree is kept as the library grew it: one level deeper
 * than the depth limit of the paper, and with an empty leaf wherever it chose a column that is constant in the node.
 *
 * The library cannot handle values that are not finite: it is given NaN and +Infinity as the largest float32 and
 * -Infinity as its negative, which fall on the side where such rows go when they are scored.
 *
 * @param useRandom makes `Math.random`, which the library draws from, return this stream from now on.
 */
export function growLibraryTree(
  matrix: FeatureMatrix,
  parameters: ForestParameters,
  treeIndex: number,
  useRandom: (stream: RandomStream) => void,
  rows: Uint32Array = drawSubSample(matrix.rowCount, parameters, treeIndex),
): GrownTree {
  const stream = randomStream(parameters.seed, treeIndex, 'libraryGrower');
  const columns = drawFeatures(matrix.featureCount, parameters, treeIndex, stream);
  const library = new IsolationForest({ nEstimators: 1 });
  useRandom(stream);
  library.train(Array.from(rows, (row) => finiteRow(matrix, row, columns)));
  const root = library.forest[0];
  return root === undefined ? impossible('the library grew no tree.') : convertTree(root, columns);
}

function finiteRow(matrix: FeatureMatrix, row: number, columns: Uint32Array): number[] {
  return Array.from(columns, (column) => {
    const value = matrix.values[row * matrix.featureCount + column];
    if (Number.isNaN(value)) return LARGEST_FLOAT32;
    return Math.min(Math.max(value, -LARGEST_FLOAT32), LARGEST_FLOAT32);
  });
}

/** The library goes left on `x < splitValue`: the greatest float32 below the split value decides the same by `<=`. */
function convertTree(root: TreeNode, columns: Uint32Array): GrownTree {
  const feature: number[] = [];
  const threshold: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const sampleCount: number[] = [];
  const visit = (node: TreeNode): number => {
    const index = feature.length;
    const { splitColumn, splitValue } = node;
    feature.push(-1);
    threshold.push(0);
    left.push(-1);
    right.push(-1);
    sampleCount.push(node.trainingSet?.length ?? 0);
    if (node.left !== undefined && node.right !== undefined && splitColumn !== undefined && splitValue !== undefined) {
      feature[index] = columns[splitColumn];
      threshold[index] = largestFloat32Below(splitValue);
      left[index] = visit(node.left);
      right[index] = visit(node.right);
      sampleCount[index] = sampleCount[left[index]] + sampleCount[right[index]];
    }
    return index;
  };
  visit(root);
  return {
    feature: Int32Array.from(feature),
    threshold: Float32Array.from(threshold),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    sampleCount: Int32Array.from(sampleCount),
  };
}
