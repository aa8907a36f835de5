import type { RowWeights } from './ranking.ts';

export interface BootstrapOptions {
  readonly replicates: number;
  /** Share of the replicates inside the interval, for example 0.95. */
  readonly level: number;
  /** A seeded uniform draw from 0 .. bound - 1. */
  readonly drawIndex: (bound: number) => number;
}

export interface ConfidenceInterval {
  readonly low: number;
  readonly high: number;
  /** Replicates in which the figure was defined. */
  readonly replicates: number;
}

/**
 * Percentile bootstrap (Efron, 1979) that draws whole days with replacement, because transactions of one day depend on
 * one another. The statistic is told how often each row counts, and answers null where it is not defined. Null where
 * it is defined in no replicate.
 *
 * @param days day number of each row.
 */
export function bootstrapOverDays(
  days: Int32Array,
  statistic: (weights: RowWeights) => number | null,
  options: BootstrapOptions,
): ConfidenceInterval | null {
  const distinct = [...new Set(days)].sort((a, b) => a - b);
  const positions = new Map(distinct.map((day, position) => [day, position]));
  const dayOfRow = Uint32Array.from(days, (day) => positions.get(day) ?? 0);
  const weights = new Float64Array(days.length);
  const figures: number[] = [];
  for (let replicate = 0; replicate < options.replicates; replicate++) {
    const timesDrawn = new Uint32Array(distinct.length);
    for (let draw = 0; draw < distinct.length; draw++) timesDrawn[options.drawIndex(distinct.length)]++;
    for (let row = 0; row < weights.length; row++) weights[row] = timesDrawn[dayOfRow[row]];
    const figure = statistic(weights);
    if (figure !== null) figures.push(figure);
  }
  if (figures.length === 0) return null;
  const sorted = Float64Array.from(figures).sort();
  const tail = (1 - options.level) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail), replicates: sorted.length };
}

/** Linear interpolation between the neighbouring order statistics. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}
