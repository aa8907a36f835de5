import { impossible } from '../domain/error.ts';
import type { CompiledForest, FeatureMatrix, GrownTree } from '../domain/model.ts';
import { finestShift, sealForest } from './compile.ts';

/** One tree whose leaves are parts of a score: higher is more anomalous. Pre-order, as `GrownTree`. */
export interface ScoredTree extends Omit<GrownTree, 'sampleCount'> {
  /** What a leaf adds to the score; 0 for an inner node. */
  readonly weight: Float64Array;
}

/**
 * Joins trees that were made elsewhere into the exact forest: a leaf counts for what it falls short of its tree's greatest leaf,
 * as an integer number of units, so that the greatest score `top` has the sum 0. A score is off by at most half a unit a tree.
 * @param rows that say how often each side of a split is taken, for reasons: the ensemble does not say it
 */
export function compileScores(trees: readonly ScoredTree[], base: number, rows: FeatureMatrix): CompiledForest {
  const size = trees.reduce((total, { feature }) => total + feature.length, 0);
  const pooled = {
    roots: new Int32Array(trees.length),
    feature: new Int32Array(size),
    threshold: new Float32Array(size),
    left: new Int32Array(size).fill(-1),
    right: new Int32Array(size).fill(-1),
    units: new Int32Array(size),
    sampleCount: new Int32Array(size),
  };
  const greatest = trees.map(({ feature, weight }) =>
    weight.reduce((most, value, node) => (feature[node] < 0 ? Math.max(most, value) : most), -Infinity),
  );
  const spans = trees.map(({ feature, weight }, tree) =>
    weight.reduce((most, value, node) => (feature[node] < 0 ? Math.max(most, greatest[tree] - value) : most), 0),
  );
  if (![...greatest, ...spans, base].every(Number.isFinite)) impossible('a leaf of an ensemble is no number');
  const shift = finestShift(Float64Array.from(spans));
  let first = 0;
  trees.forEach((tree, index) => {
    pooled.roots[index] = first;
    pooled.feature.set(tree.feature, first);
    pooled.threshold.set(tree.threshold, first);
    for (let node = 0; node < tree.feature.length; node++) {
      if (tree.feature[node] < 0)
        pooled.units[first + node] = Math.round((greatest[index] - tree.weight[node]) * 2 ** shift);
      else {
        pooled.left[first + node] = first + tree.left[node];
        pooled.right[first + node] = first + tree.right[node];
      }
    }
    first += tree.feature.length;
  });
  countRows(pooled, rows);
  return sealForest({
    featureCount: rows.featureCount,
    treeCount: trees.length,
    sampleSize: Math.max(1, rows.rowCount),
    leaf: 'score',
    shift,
    top: greatest.reduce((sum, value) => sum + value, base),
    ...pooled,
  });
}

/** How many of the rows reach each node. */
function countRows(
  {
    roots,
    feature,
    threshold,
    left,
    right,
    sampleCount,
  }: Pick<CompiledForest, 'roots' | 'feature' | 'threshold' | 'left' | 'right' | 'sampleCount'>,
  { rowCount, featureCount, values }: FeatureMatrix,
): void {
  for (let row = 0; row < rowCount; row++) {
    const at = row * featureCount;
    for (const root of roots) {
      let node = root;
      sampleCount[node]++;
      while (feature[node] >= 0) {
        node = values[at + feature[node]] <= threshold[node] ? left[node] : right[node];
        sampleCount[node]++;
      }
    }
  }
}
