import type { CompiledForest, FeatureMatrix, ForestParameters, GrownTree } from '../domain/model.ts';
import { averagePathLength } from './path-length.ts';
import { randomStream } from './random.ts';

/** Rows for tests: bell-shaped features of different scales, one rounded so that ties occur, one constant, some far rows. */
export function makeTestRows(rowCount: number, featureCount: number, seed = 1): FeatureMatrix {
  const stream = randomStream(seed, 0, 'simulation');
  const values = new Float32Array(rowCount * featureCount);
  for (let row = 0; row < rowCount; row++) {
    const distance = stream.nextUnit() < 0.02 ? 4 : 1;
    for (let column = 0; column < featureCount; column++) {
      const bell = stream.nextUnit() + stream.nextUnit() + stream.nextUnit() - 1.5;
      const value = bell * distance * 10 ** (column % 5);
      values[row * featureCount + column] = column === 1 ? Math.round(value) : column === 2 ? 7 : value;
    }
  }
  return { rowCount, featureCount, values };
}

export function testParameters(overrides: Partial<ForestParameters> = {}): ForestParameters {
  return { trees: 20, sample: 64, featuresPerTree: null, seed: 11, grower: 'assay', ...overrides };
}

/** The leaf one row reaches, by the definition of the model. */
export function leafOf(
  forest: Pick<CompiledForest | GrownTree, 'feature' | 'threshold' | 'left' | 'right'>,
  root: number,
  row: ArrayLike<number>,
): { readonly node: number; readonly depth: number } {
  let node = root;
  let depth = 0;
  for (; forest.feature[node] >= 0; depth++) {
    node = row[forest.feature[node]] <= forest.threshold[node] ? forest.left[node] : forest.right[node];
  }
  return { node, depth };
}

/** Mean path length of a row over all trees, in double precision and without units. */
export function meanPathLength(forest: CompiledForest, row: ArrayLike<number>): number {
  let sum = 0;
  for (const root of forest.roots) {
    const { node, depth } = leafOf(forest, root, row);
    sum += depth + averagePathLength(forest.sampleCount[node]);
  }
  return sum / forest.treeCount;
}

export function rowOf(matrix: FeatureMatrix, row: number): Float32Array {
  return matrix.values.subarray(row * matrix.featureCount, (row + 1) * matrix.featureCount);
}
