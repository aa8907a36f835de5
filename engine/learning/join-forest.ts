import type { CompiledForest, FeatureMatrix } from '../domain/model.ts';
import { finestShift, sealForest } from '../forest/compile.ts';
import { averagePathLength } from '../forest/path-length.ts';
import { scoreOfSum } from '../forest/score.ts';
import { leafOf, type BoostedTree } from './boosted-tree.ts';
import { logOddsOf, type Learned } from './boost.ts';
import type { ForestParts } from './forest-parts.ts';
import type { JudgedRows, UnjudgedRows } from './judged-rows.ts';

/**
 * Forest and boosted trees as one exact forest. A leaf is worth what it falls short of its tree's most suspicious leaf
 * in log odds, so that the lowest sum is the most suspicious, in edges such that the middle unjudged row keeps its score; units are
 * `round(edges * 2^shift)` as in any forest, with the sum of the greatest leaves below 2^24.
 */
export function joinForest(
  forest: CompiledForest,
  { partOfTree }: ForestParts,
  learned: Learned,
  judged: JudgedRows,
  unjudged: UnjudgedRows,
): CompiledForest {
  const { margin, trees } = learned;
  const forestNodes = forest.feature.length;
  const nodeCount = trees.reduce((total, tree) => total + tree.feature.length, forestNodes);
  const roots = new Int32Array(forest.treeCount + trees.length);
  const joined = {
    feature: new Int32Array(nodeCount),
    threshold: new Float32Array(nodeCount),
    left: new Int32Array(nodeCount).fill(-1),
    right: new Int32Array(nodeCount).fill(-1),
    sampleCount: new Int32Array(nodeCount),
  };
  const leafValue = new Float64Array(nodeCount);
  let greatestLogOdds = margin.offset;
  roots.set(forest.roots);
  for (const name of ['feature', 'threshold', 'left', 'right', 'sampleCount'] as const) joined[name].set(forest[name]);
  for (let tree = 0; tree < forest.treeCount; tree++) {
    const end = tree + 1 < forest.treeCount ? forest.roots[tree + 1] : forestNodes;
    const leaves = leavesOf(forest.feature, forest.roots[tree], end);
    const least = leaves.reduce((units, leaf) => Math.min(units, forest.units[leaf]), Infinity);
    const slope = margin.slopes[partOfTree[tree]];
    greatestLogOdds -= slope * least;
    for (const leaf of leaves) leafValue[leaf] = slope * (forest.units[leaf] - least);
  }

  let base = forestNodes;
  trees.forEach((tree, index) => {
    roots[forest.treeCount + index] = base;
    const leaves = leavesOf(tree.feature, 0, tree.feature.length);
    const greatest = leaves.reduce((value, leaf) => Math.max(value, tree.value[leaf]), -Infinity);
    greatestLogOdds += greatest;
    for (const leaf of leaves) leafValue[base + leaf] = greatest - tree.value[leaf];
    joined.feature.set(tree.feature, base);
    joined.threshold.set(tree.threshold, base);
    joined.left.set(
      tree.left.map((child) => (child < 0 ? -1 : base + child)),
      base,
    );
    joined.right.set(
      tree.right.map((child) => (child < 0 ? -1 : base + child)),
      base,
    );
    joined.sampleCount.set(coverOf(tree, [judged.features, unjudged.features]), base);
    base += tree.feature.length;
  });

  const edges = edgesPerLogOdds(forest, roots.length, greatestLogOdds, learned, unjudged);
  for (let node = 0; node < nodeCount; node++) leafValue[node] *= edges;
  const greatestLeafValues = Float64Array.from(roots, (root, tree) =>
    leafValue.subarray(root, roots[tree + 1] ?? nodeCount).reduce((most, value) => Math.max(most, value), 0),
  );
  const shift = finestShift(greatestLeafValues);
  const units = Int32Array.from(leafValue, (value) => Math.round(value * 2 ** shift));
  const { featureCount, sampleSize } = forest;
  const treeCount = roots.length;
  return sealForest({ featureCount, treeCount, sampleSize, leaf: 'path-length', shift, roots, ...joined, units });
}

function leavesOf(feature: Int32Array, start: number, end: number): readonly number[] {
  return Array.from({ length: end - start }, (_, index) => start + index).filter((node) => feature[node] < 0);
}

/** Rows of all matrices that pass each node: what reasons take for usual is more than what was judged. */
function coverOf(tree: BoostedTree, matrices: readonly FeatureMatrix[]): Int32Array {
  const cover = new Int32Array(tree.feature.length);
  for (const { rowCount, featureCount, values } of matrices)
    for (let row = 0; row < rowCount; row++) cover[leafOf(tree, values, row * featureCount)]++;
  for (let node = cover.length - 1; node >= 0; node--)
    if (tree.feature[node] >= 0) cover[node] = cover[tree.left[node]] + cover[tree.right[node]];
  return cover;
}

/** The scale at which the middle unjudged row has the score in the joined forest that it has in the forest. */
function edgesPerLogOdds(
  forest: CompiledForest,
  treeCount: number,
  greatestLogOdds: number,
  learned: Learned,
  unjudged: UnjudgedRows,
): number {
  const { sums } = unjudged;
  if (sums.length === 0) return 1;
  const distance = greatestLogOdds - median(logOddsOf(learned, unjudged));
  const exponent = -Math.log2(scoreOfSum(forest, median(sums)));
  const wanted = exponent * treeCount * averagePathLength(forest.sampleSize);
  return distance > 0 && wanted > 0 ? wanted / distance : 1;
}

function median(values: Int32Array | Float64Array): number {
  return values.slice().sort()[values.length >> 1];
}
