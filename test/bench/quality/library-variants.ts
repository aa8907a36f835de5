import type { FeatureMatrix, ForestParameters, GrownTree } from '../../../engine/domain/model.ts';
import { largestFloat32Below, largestFloat32NotAbove } from '../../../engine/forest/float32.ts';
import { depthLimit } from '../../../engine/forest/path-length.ts';
import { randomStream } from '../../../engine/forest/random.ts';
import { drawSubSample } from '../../../engine/forest/sub-sample.ts';

/** One thing at a time in which a tree of ml-isolation-forest can differ from one of scikit-learn. */
export interface LibraryVariant {
  readonly name: string;
  /** Draw among the columns that vary in the node; false keeps the empty leaf of a constant column. */
  readonly skipsConstantColumns: boolean;
  /** Levels below the paper's depth limit. */
  readonly extraLevels: number;
  /** Left on `x <= split` instead of `x < split`. */
  readonly inclusive: boolean;
}

/** The library's tree, then each difference taken away alone, then all of them. */
export const libraryVariants: readonly LibraryVariant[] = [
  { name: 'as the library grows it', skipsConstantColumns: false, extraLevels: 1, inclusive: false },
  { name: 'left on x ≤ split', skipsConstantColumns: false, extraLevels: 1, inclusive: true },
  { name: 'depth limit of the paper', skipsConstantColumns: false, extraLevels: 0, inclusive: false },
  { name: 'constant columns skipped', skipsConstantColumns: true, extraLevels: 1, inclusive: false },
  { name: 'all three', skipsConstantColumns: true, extraLevels: 0, inclusive: true },
];

/** Grows one tree of ml-isolation-forest's algorithm, with the differences of a variant. Values are finite. */
export function growLibraryVariant(
  matrix: FeatureMatrix,
  parameters: ForestParameters,
  treeIndex: number,
  variant: LibraryVariant,
): GrownTree {
  const stream = randomStream(parameters.seed, treeIndex, 'simulation');
  const { values, featureCount } = matrix;
  const sample = drawSubSample(matrix.rowCount, parameters, treeIndex);
  const deepest = depthLimit(sample.length) + variant.extraLevels;
  const nodes = { feature: [] as number[], threshold: [] as number[], left: [] as number[], right: [] as number[] };
  const sampleCount: number[] = [];

  const rangeOf = (rows: Uint32Array, column: number): readonly [number, number] => {
    let least = Infinity;
    let greatest = -Infinity;
    for (const row of rows) {
      const value = values[row * featureCount + column];
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    return [least, greatest];
  };
  const drawColumn = (rows: Uint32Array): number | null => {
    if (!variant.skipsConstantColumns) return stream.nextInteger(featureCount);
    const varying = Array.from({ length: featureCount }, (_, column) => column).filter((column) => {
      const [least, greatest] = rangeOf(rows, column);
      return least < greatest;
    });
    return varying.length === 0 ? null : varying[stream.nextInteger(varying.length)];
  };
  const grow = (rows: Uint32Array, depth: number): number => {
    const node = sampleCount.length;
    sampleCount.push(rows.length);
    nodes.feature.push(-1);
    nodes.threshold.push(0);
    nodes.left.push(-1);
    nodes.right.push(-1);
    const column = depth < deepest && rows.length > 1 ? drawColumn(rows) : null;
    if (column === null) return node;
    const [least, greatest] = rangeOf(rows, column);
    const split = least + stream.nextUnit() * (greatest - least);
    const cut = variant.inclusive ? largestFloat32NotAbove(split) : largestFloat32Below(split);
    nodes.feature[node] = column;
    nodes.threshold[node] = cut;
    nodes.left[node] = grow(
      rows.filter((row) => values[row * featureCount + column] <= cut),
      depth + 1,
    );
    nodes.right[node] = grow(
      rows.filter((row) => !(values[row * featureCount + column] <= cut)),
      depth + 1,
    );
    return node;
  };
  grow(sample, 0);
  return {
    feature: Int32Array.from(nodes.feature),
    threshold: Float32Array.from(nodes.threshold),
    left: Int32Array.from(nodes.left),
    right: Int32Array.from(nodes.right),
    sampleCount: Int32Array.from(sampleCount),
  };
}
