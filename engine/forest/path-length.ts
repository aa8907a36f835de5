import { exactExp2, exactLog2 } from '../domain/exact-math.ts';
import type { GrownLeafForm } from '../domain/model.ts';

const EULER_GAMMA = 0.5772156649015329;

/**
 * Average number of edges from the root to a leaf in a tree isolating `rowCount` rows: c(n) of Liu, Ting and Zhou,
 * "Isolation Forest", ICDM 2008, with the constants and the special cases (0, 1, 2 rows) of scikit-learn.
 */
export function averagePathLength(rowCount: number): number {
  if (rowCount <= 1) return 0;
  if (rowCount === 2) return 1;
  return 2 * (Math.log(rowCount - 1) + EULER_GAMMA) - (2 * (rowCount - 1)) / rowCount;
}

/** Depth at which growing stops: ceil(log2(max(sampleSize, 2))). */
export function depthLimit(sampleSize: number): number {
  return 32 - Math.clz32(Math.max(sampleSize, 2) - 1);
}

/** Edges over which the weight of a convex leaf halves. */
export const CONVEX_EDGES = 4;

/** What a leaf at a path length counts for: lower is more anomalous, in both forms. */
export function leafValueOf(form: GrownLeafForm, pathLength: number): number {
  return form === 'convex' ? 1 - exactExp2(-pathLength / CONVEX_EDGES) : pathLength;
}

/** The one path length that counts as much as the mean of leaf values: the inverse of `leafValueOf`. Infinity beyond its range. */
export function pathLengthOf(form: GrownLeafForm, meanLeafValue: number): number {
  return form === 'convex' ? -CONVEX_EDGES * exactLog2(Math.max(0, 1 - meanLeafValue)) : meanLeafValue;
}
