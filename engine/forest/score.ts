import { impossible } from '../domain/error.ts';
import type { CompiledForest } from '../domain/model.ts';
import { isGraphModel, scoreGraph } from './graph/score-graph.ts';
import { averagePathLength, leafValueOf, pathLengthOf } from './path-length.ts';

/** The forest laid out for walking: every leaf leads to itself, so that a tree is walked in a fixed number of steps. */
interface WalkLayout {
  readonly column: Int32Array;
  readonly threshold: Float32Array;
  /** Two per node: where it leads when `x <= threshold` is false, and when it is true. */
  readonly next: Int32Array;
  /** Steps after which every row of tree t stands on a leaf. */
  readonly steps: Int32Array;
}

const layouts = new WeakMap<CompiledForest, WalkLayout>();

/** Rows walked through one tree before the next tree: their features and one tree's nodes stay in the cache. */
const BLOCK_ROWS = 256;

/**
 * For each row, the sum over all trees of the units of the leaf it reaches. Lower is more anomalous. The sums are
 * exact integers below 2^24: the same for any order of rows and trees. A row goes left when `x <= threshold`;
 * NaN compares false and goes right. -0 equals 0.
 *
 * @param values row-major float32 features, at least rowCount * featureCount of them.
 * @param out receives `rowCount` sums from index 0.
 */
export function scoreSums(forest: CompiledForest, values: Float32Array, rowCount: number, out: Int32Array): void {
  if (values.length < rowCount * forest.featureCount || out.length < rowCount) {
    impossible(`${rowCount} rows of ${forest.featureCount} features do not fit the arrays given to the scorer.`);
  }
  if (isGraphModel(forest)) return scoreGraph(forest, values, rowCount, out);
  const layout = layouts.get(forest) ?? layOut(forest);
  layouts.set(forest, layout);
  out.fill(0, 0, rowCount);
  for (let start = 0; start < rowCount; start += BLOCK_ROWS) {
    const end = Math.min(start + BLOCK_ROWS, rowCount);
    for (let tree = 0; tree < forest.treeCount; tree++) {
      addTree(
        layout,
        forest.units,
        forest.roots[tree],
        layout.steps[tree],
        values,
        forest.featureCount,
        start,
        end,
        out,
      );
    }
  }
}

/**
 * Walks rows [start, end) down one tree, four at a time so that their memory reads overlap. The comparison is made a
 * number and used as an index: which side a row takes cannot be predicted, and a branch would cost half the speed.
 */
function addTree(
  layout: WalkLayout,
  units: Int32Array,
  root: number,
  steps: number,
  values: Float32Array,
  featureCount: number,
  start: number,
  end: number,
  out: Int32Array,
): void {
  const { column, threshold, next } = layout;
  let row = start;
  for (; row + 4 <= end; row += 4) {
    const base0 = row * featureCount;
    const base1 = base0 + featureCount;
    const base2 = base1 + featureCount;
    const base3 = base2 + featureCount;
    let node0 = root;
    let node1 = root;
    let node2 = root;
    let node3 = root;
    for (let step = 0; step < steps; step++) {
      node0 = next[2 * node0 + Number(values[base0 + column[node0]] <= threshold[node0])];
      node1 = next[2 * node1 + Number(values[base1 + column[node1]] <= threshold[node1])];
      node2 = next[2 * node2 + Number(values[base2 + column[node2]] <= threshold[node2])];
      node3 = next[2 * node3 + Number(values[base3 + column[node3]] <= threshold[node3])];
    }
    out[row] += units[node0];
    out[row + 1] += units[node1];
    out[row + 2] += units[node2];
    out[row + 3] += units[node3];
  }
  for (; row < end; row++) {
    const base = row * featureCount;
    let node = root;
    for (let step = 0; step < steps; step++) {
      node = next[2 * node + Number(values[base + column[node]] <= threshold[node])];
    }
    out[row] += units[node];
  }
}

function layOut(forest: CompiledForest): WalkLayout {
  const column = forest.feature.slice();
  const next = new Int32Array(2 * column.length);
  const steps = new Int32Array(forest.treeCount);
  const depth = new Int32Array(column.length);
  let tree = -1;
  for (let node = 0; node < column.length; node++) {
    if (node === forest.roots[tree + 1]) tree++;
    if (column[node] >= 0) {
      const left = forest.left[node];
      const right = forest.right[node];
      next[2 * node] = right;
      next[2 * node + 1] = left;
      depth[left] = depth[right] = depth[node] + 1;
    } else {
      column[node] = 0;
      next[2 * node] = next[2 * node + 1] = node;
      steps[tree] = Math.max(steps[tree], depth[node]);
    }
  }
  return { column, threshold: forest.threshold, next, steps };
}

type ScoreScale = Pick<CompiledForest, 'leaf' | 'shift' | 'treeCount' | 'sampleSize' | 'top'>;

/** Units of leaves of value 1 in all trees: sums are divided by it to give the mean of leaf values. */
export function unitsOfOne(forest: Pick<ScoreScale, 'shift' | 'treeCount'>): number {
  return 2 ** forest.shift * forest.treeCount;
}

/** Units of the average path length in all trees: the sum at which the score is one half. Not of leaves that are scores. */
export function unitsAtHalf(forest: ScoreScale): number {
  if (forest.leaf === 'score') impossible('scores made elsewhere have no half.');
  return unitsOfOne(forest) * leafValueOf(forest.leaf, averagePathLength(forest.sampleSize));
}

/**
 * The path length that a mean of leaf values stands for: the mean itself, or the one length that counts as much. Where leaves
 * are scores it is the score with its sign turned, so that lower is more anomalous there too.
 */
export function meanPathLength(forest: Pick<ScoreScale, 'leaf' | 'treeCount' | 'top'>, meanLeafValue: number): number {
  if (forest.leaf === 'score') return meanLeafValue * forest.treeCount - topOf(forest);
  return pathLengthOf(forest.leaf, meanLeafValue);
}

/** What path lengths are divided by for the exponent of the score; 1 where leaves are scores, which have no exponent. */
export function scoreNormaliser({ leaf, sampleSize }: Pick<ScoreScale, 'leaf' | 'sampleSize'>): number {
  // c is 0 for forests grown on single rows; they have no splits, so every contribution is 0 as well.
  return leaf === 'score' ? 1 : averagePathLength(sampleSize) || 1;
}

/** The score that a path length stands for. */
export function scoreOfPathLength(forest: Pick<ScoreScale, 'leaf' | 'sampleSize'>, pathLength: number): number {
  return forest.leaf === 'score' ? 0 - pathLength : 2 ** (-pathLength / scoreNormaliser(forest));
}

function topOf({ top }: Pick<ScoreScale, 'top'>): number {
  return top ?? impossible('a forest whose leaves are scores has no greatest score.');
}

/**
 * The anomaly score for people, 0 to 1, higher is more anomalous: `2^(-mean path length / c(sampleSize))`, where the mean is that
 * of the leaf values, taken back to a path length. A forest grown on single rows knows nothing, and gives 0.5 for every sum.
 * Where leaves are scores it is the model's own score, of any size, turned so that higher is more anomalous.
 */
export function scoreOfSum(forest: ScoreScale, sum: number): number {
  if (forest.leaf === 'score') return topOf(forest) - sum / 2 ** forest.shift;
  if (forest.sampleSize <= 1) return 0.5;
  if (forest.leaf === 'path-length') return 2 ** (-sum / unitsAtHalf(forest));
  return 2 ** (-meanPathLength(forest, sum / unitsOfOne(forest)) / averagePathLength(forest.sampleSize));
}
