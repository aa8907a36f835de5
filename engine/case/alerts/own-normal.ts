/** What one transaction is compared with, from values known at its time. */
export interface Normal {
  readonly count: number;
  readonly low: number;
  readonly high: number;
  /** Share of the values below the one compared, 0 to 1. */
  readonly shareBelow: number;
}

const LOW_SHARE = 0.05;
const HIGH_SHARE = 0.95;
/** Fewer earlier values than this tell nothing of what is usual. */
export const FEWEST_VALUES = 5;
const dayMs = 86_400_000;

/** The 5th to 95th percentile of earlier values and where `value` lies among them; null with fewer than five. */
export function normalOf(earlier: Float64Array, value: number): Normal | null {
  const sorted = earlier.filter(Number.isFinite).sort();
  if (sorted.length < FEWEST_VALUES) return null;
  let below = 0;
  while (below < sorted.length && sorted[below] < value) below++;
  return {
    count: sorted.length,
    low: quantileOf(sorted, LOW_SHARE),
    high: quantileOf(sorted, HIGH_SHARE),
    shareBelow: below / sorted.length,
  };
}

/** Linear interpolation between the two nearest of some ascending values, at least one. */
export function quantileOf(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/** The rows that came before another one: by event time, equal times by their place in the stream. */
export function rowsBefore(rows: Uint32Array, times: Float64Array | null, row: number): Uint32Array {
  if (times === null || Number.isNaN(times[row])) return rows.filter((other) => other < row);
  const time = times[row];
  return rows.filter((other) => times[other] < time || (times[other] === time && other < row));
}

/**
 * How many transactions each of some ascending times ends a day with: those in (t - 24 h, t], itself included.
 */
export function countsInTrailingDay(ascending: Float64Array): Float64Array {
  const counts = new Float64Array(ascending.length);
  let start = 0;
  for (let index = 0; index < ascending.length; index++) {
    while (ascending[start] <= ascending[index] - dayMs) start++;
    counts[index] = index - start + 1;
  }
  return counts;
}
