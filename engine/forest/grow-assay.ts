import type { FeatureMatrix, ForestParameters, GrownTree } from '../domain/model.ts';
import { LARGEST_FLOAT32, largestFloat32NotAbove, previousFloat32 } from './float32.ts';
import { depthLimit } from './path-length.ts';
import { randomStream } from './random.ts';
import type { RandomStream } from './random.ts';
import { drawSubSample, drawWithoutReplacement } from './sub-sample.ts';

/**
 * Grows one isolation tree as scikit-learn does (Liu, Ting, Zhou, ICDM 2008): a random feature among those that vary
 * in the node, a threshold uniform between its least and greatest value, left when `x <= threshold`, down to
 * `depthLimit` or a single row.
 *
 * The tree depends on the sampled values, the seed and `treeIndex` only: growing from the whole matrix, or from the
 * gathered rows with `rows` pointing into them, gives the same tree. NaN takes no part in the range of a feature and
 * goes right; infinite values are isolated by finite thresholds where one fits.
 *
 * @param rows positions in `matrix` of the tree's sub-sample; drawn from the whole matrix when left out.
 */
export function growAssayTree(
  matrix: FeatureMatrix,
  parameters: ForestParameters,
  treeIndex: number,
  rows: Uint32Array = drawSubSample(matrix.rowCount, parameters, treeIndex),
): GrownTree {
  const stream = randomStream(parameters.seed, treeIndex, 'assayGrower');
  const { values, featureCount } = matrix;
  const maxDepth = depthLimit(rows.length);
  const sample = rows.slice();
  const candidates = drawFeatures(featureCount, parameters, treeIndex, stream);

  const capacity = Math.max(1, Math.min(2 * rows.length - 1, 2 ** (maxDepth + 1) - 1));
  const feature = new Int32Array(capacity).fill(-1);
  const threshold = new Float32Array(capacity);
  const left = new Int32Array(capacity).fill(-1);
  const right = new Int32Array(capacity).fill(-1);
  const sampleCount = new Int32Array(capacity);
  let nodeCount = 0;

  /** `known` features at the front of `candidates` are constant here; below this node they stay so. */
  const grow = (start: number, end: number, depth: number, known: number): number => {
    const node = nodeCount++;
    sampleCount[node] = end - start;
    if (depth >= maxDepth || end - start <= 1) return node;

    let constants = known;
    while (constants < candidates.length) {
      const drawn = constants + stream.nextInteger(candidates.length - constants);
      const column = candidates[drawn];
      let least = Infinity;
      let greatest = -Infinity;
      for (let i = start; i < end; i++) {
        const value = values[sample[i] * featureCount + column];
        if (value < least) least = value;
        if (value > greatest) greatest = value;
      }
      if (greatest > least) {
        const cut = drawThreshold(least, greatest, stream);
        const middle = partition(values, featureCount, column, cut, sample, start, end);
        feature[node] = column;
        threshold[node] = cut;
        left[node] = grow(start, middle, depth + 1, constants);
        right[node] = grow(middle, end, depth + 1, constants);
        return node;
      }
      candidates[drawn] = candidates[constants];
      candidates[constants++] = column;
    }
    return node;
  };
  grow(0, sample.length, 0, 0);

  return {
    feature: feature.slice(0, nodeCount),
    threshold: threshold.slice(0, nodeCount),
    left: left.slice(0, nodeCount),
    right: right.slice(0, nodeCount),
    sampleCount: sampleCount.slice(0, nodeCount),
  };
}

/**
 * The features one tree may split on: all that are not withheld, or `featuresPerTree` of them without replacement (clipped to all).
 * With themes, every second tree has those of one theme, in turn.
 */
export function drawFeatures(
  featureCount: number,
  { featuresPerTree, themes = [], withheld = [] }: Pick<ForestParameters, 'featuresPerTree' | 'themes' | 'withheld'>,
  treeIndex: number,
  stream: RandomStream,
): Uint32Array {
  const theme = themeOfTree(treeIndex, themes.length);
  if (theme !== null) return Uint32Array.from(themes[theme].features);
  const columns = Uint32Array.from({ length: featureCount }, (_, column) => column).filter(
    (column) => !withheld.includes(column),
  );
  if (featuresPerTree === null || featuresPerTree >= columns.length) return columns;
  return drawWithoutReplacement(columns.length, featuresPerTree, stream).map((place) => columns[place]);
}

/** The place of the theme whose features alone a tree may split on; null for a tree of all features. */
export function themeOfTree(treeIndex: number, themeCount: number): number | null {
  return themeCount > 0 && treeIndex % 2 === 1 ? ((treeIndex - 1) / 2) % themeCount : null;
}

/** A float32 t with least <= t < greatest, uniform but for rounding, so that both sides of the split get rows. */
function drawThreshold(least: number, greatest: number, stream: RandomStream): number {
  const low = Math.max(least, -LARGEST_FLOAT32);
  const high = Math.min(greatest, LARGEST_FLOAT32);
  const drawn = largestFloat32NotAbove(low + stream.nextUnit() * (high - low));
  return drawn < greatest ? drawn : previousFloat32(greatest);
}

/** Moves the rows with `x <= cut` to the front of sample[start, end) and returns where the others begin. */
function partition(
  values: Float32Array,
  featureCount: number,
  column: number,
  cut: number,
  sample: Uint32Array,
  start: number,
  end: number,
): number {
  let front = start;
  let back = end;
  while (front < back) {
    const row = sample[front];
    if (values[row * featureCount + column] <= cut) {
      front++;
    } else {
      back--;
      sample[front] = sample[back];
      sample[back] = row;
    }
  }
  return front;
}
