import type { FeatureMatrix } from '../../domain/model.ts';

/** What is usual for one feature in the background rows. Values that are not finite are left out of all but `sorted`. */
export interface FeatureBackground {
  /** All values but NaN, ascending. */
  readonly sorted: Float32Array;
  readonly least: number;
  readonly greatest: number;
  readonly median: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /**
   * One step of this feature when changes of different features are compared: its interquartile range; where that is
   * 0, its standard deviation; where that is 0 too, 1.
   */
  readonly spread: number;
}

/** Summarises a sample of background rows (some thousands are enough), one entry per feature. */
export function summariseBackground(matrix: FeatureMatrix): readonly FeatureBackground[] {
  return Array.from({ length: matrix.featureCount }, (_, feature) => summariseFeature(matrix, feature));
}

/** The same of one feature. */
export function summariseFeature(matrix: FeatureMatrix, feature: number): FeatureBackground {
  const values = new Float32Array(matrix.rowCount);
  let count = 0;
  for (let row = 0; row < matrix.rowCount; row++) {
    const value = matrix.values[row * matrix.featureCount + feature];
    if (!Number.isNaN(value)) values[count++] = value;
  }
  return summarise(values.slice(0, count).sort());
}

function summarise(sorted: Float32Array): FeatureBackground {
  const finite = sorted.filter(Number.isFinite);
  if (finite.length === 0) {
    return { sorted, least: NaN, greatest: NaN, median: NaN, mean: NaN, standardDeviation: 0, spread: 1 };
  }
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const variance = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length;
  const standardDeviation = Math.sqrt(variance);
  const interquartileRange = quantile(finite, 0.75) - quantile(finite, 0.25);
  return {
    sorted,
    least: finite[0],
    greatest: finite[finite.length - 1],
    median: quantile(finite, 0.5),
    mean,
    standardDeviation,
    spread: interquartileRange || standardDeviation || 1,
  };
}

/** Linear interpolation between the two nearest values, as NumPy's default. `sorted` has at least one value. */
function quantile(sorted: Float32Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/** Share of the background below `value` plus half of what equals it, 0 to 1; null for NaN or an empty background. */
export function percentileOf(background: FeatureBackground, value: number): number | null {
  const { sorted } = background;
  if (Number.isNaN(value) || sorted.length === 0) return null;
  const below = countWhile(sorted, (other) => other < value);
  const notAbove = countWhile(sorted, (other) => other <= value);
  return (below + notAbove) / 2 / sorted.length;
}

/** How many leading values meet a condition that holds up to some point of the ascending order. */
function countWhile(sorted: Float32Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
