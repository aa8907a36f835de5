import { impossible, usageError } from '../domain/error.ts';
import { SUM_LIMIT } from './sum-limit.ts';

const DIGIT_BITS = 12;
const DIGIT_MASK = (1 << DIGIT_BITS) - 1;

/** Row numbers by ascending sum, most anomalous first; equal sums keep their row order. Two counting passes of 12 bits. */
export function orderBySum(sums: Int32Array): Uint32Array {
  const low = new Uint32Array(1 << DIGIT_BITS);
  const high = new Uint32Array(1 << DIGIT_BITS);
  for (let row = 0; row < sums.length; row++) {
    const sum = sums[row];
    if (sum < 0 || sum >= SUM_LIMIT) impossible(`a sum of leaf units is ${sum}.`);
    low[sum & DIGIT_MASK]++;
    high[sum >>> DIGIT_BITS]++;
  }
  countsToStarts(low);
  countsToStarts(high);
  const byLow = new Uint32Array(sums.length);
  for (let row = 0; row < sums.length; row++) byLow[low[sums[row] & DIGIT_MASK]++] = row;
  const order = new Uint32Array(sums.length);
  for (let i = 0; i < byLow.length; i++) {
    const row = byLow[i];
    order[high[sums[row] >>> DIGIT_BITS]++] = row;
  }
  return order;
}

function countsToStarts(counts: Uint32Array): void {
  let start = 0;
  for (let digit = 0; digit < counts.length; digit++) {
    const count = counts[digit];
    counts[digit] = start;
    start += count;
  }
}

/** A sorted copy of the sums, ascending. */
export function sortSums(sums: Int32Array): Int32Array {
  const order = orderBySum(sums);
  const sorted = new Int32Array(sums.length);
  for (let i = 0; i < order.length; i++) sorted[i] = sums[order[i]];
  return sorted;
}

/** True where a transaction with this sum is flagged. The one rule of the house: integers on both sides. */
export function isFlagged(sum: number, thresholdUnits: number): boolean {
  return sum <= thresholdUnits;
}

/** How many of the ascending sums are flagged, that is not above the threshold. */
export function countFlagged(sortedSums: Int32Array, thresholdUnits: number): number {
  let low = 0;
  let high = sortedSums.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sortedSums[middle] <= thresholdUnits) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The threshold that flags what scikit-learn flags for the same scores: those strictly below
 * `np.percentile(score_samples, 100 * contamination)` with linear interpolation.
 *
 * With h = contamination * (n - 1), the percentile lies above s[floor(h)] unless h is whole or the two neighbours
 * tie, and never above s[ceil(h)]; so what is strictly below it are exactly the sums below s[ceil(h)]. All rows that
 * tie with s[ceil(h)] stay unflagged: rows that tie are flagged together or not at all, and never more than
 * ceil(h) rows are flagged.
 *
 * @throws AssayError WRONG_USE where contamination is not in (0, 0.5].
 */
export function thresholdForContamination(sortedSums: Int32Array, contamination: number): number {
  if (!(contamination > 0 && contamination <= 0.5)) {
    throw usageError(
      'WRONG_USE',
      `Contamination must be above 0 and at most 0.5; it is ${contamination}.`,
      'Give the share of transactions to flag, for example 0.01.',
    );
  }
  // The product as NumPy forms it; an excess of a few ulps over a whole number is rounding, which NumPy loses too.
  const position = ((100 * contamination) / 100) * (sortedSums.length - 1);
  const rank = Math.ceil(position * (1 - 4 * Number.EPSILON));
  return thresholdForBudget(sortedSums, rank);
}

/**
 * The largest threshold that flags at most `budget` rows. Rows that tie at the threshold are all flagged or all
 * left, so fewer than the budget may be flagged, and never more. Without rows nothing is ever flagged (-1).
 */
export function thresholdForBudget(sortedSums: Int32Array, budget: number): number {
  if (!(budget >= 0)) {
    throw usageError('WRONG_USE', `The alert budget must be 0 or more; it is ${budget}.`);
  }
  if (sortedSums.length === 0) return -1;
  const rank = Math.floor(budget);
  return rank < sortedSums.length ? sortedSums[rank] - 1 : sortedSums[sortedSums.length - 1];
}

/** Whole alerts within `alertsPerDay * days`; a product that rounding left just under a whole number counts as it. */
export function budgetOf(alertsPerDay: number, days: number): number {
  return Math.floor(alertsPerDay * days * (1 + 4 * Number.EPSILON));
}
