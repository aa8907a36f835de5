import { impossible } from '../domain/error.ts';

/** Probability that the interval leaves out. */
const LEFT_OUT = 0.05;
/** Terms smaller than this, against the greatest, do not change a sum. */
const NEGLIGIBLE = 1e-18;

/** Below so many verdicts the interval says next to nothing: without any fraud it reaches to 12 % of all transactions. */
export const FEWEST_JUDGED = 30;

/** What a random sample says of the transactions it was drawn from. */
export interface JudgedSample {
  /** Transactions it was drawn from, without replacement. */
  readonly rows: number;
  readonly judged: number;
  /** Of those judged. */
  readonly frauds: number;
}

/** One judged transaction, and the probability with which it came into the sample. */
export interface JudgedByChance {
  readonly isFraud: boolean;
  /** Above 0, at most 1. */
  readonly chance: number;
}

export interface MissedFraud {
  /** Frauds among all transactions the sample was drawn from, if their share is that of the sample. */
  readonly frauds: number;
  /** Between how many they lie with 95 % confidence. */
  readonly low: number;
  readonly high: number;
  /** Further verdicts after which the interval would be half as wide, if the share stays as it is. */
  readonly moreToHalve: number;
}

/**
 * Missed fraud from a random sample below the line; null with fewer than `FEWEST_JUDGED` verdicts. The share of fraud is that of
 * Hajek (1971): each judged transaction counts for as many as it was drawn from. Where these differ, the sample is worth as many
 * equal draws as Kish (1965) says, on which the interval stands.
 */
export function estimateMissedFraud(rows: number, judged: readonly JudgedByChance[]): MissedFraud | null {
  if (judged.length < FEWEST_JUDGED) return null;
  const weights = standFor(rows, judged);
  const share = judged.reduce((sum, { isFraud }, at) => sum + (isFraud ? weights[at] : 0), 0) / rows;
  const squares = weights.reduce((sum, weight) => sum + weight * weight, 0);
  // Rounding must not take one from a sample of equal draws.
  const worth = Math.min(rows, Math.max(1, Math.floor((rows * rows) / squares + 1e-6)));
  const sample = { rows, judged: worth, frauds: withoutRounding(Math.min(worth, share * worth)) };
  const [low, high] = fraudInterval(sample);
  return { frauds: rows * share, low, high, moreToHalve: moreToHalve(sample, high - low) };
}

/** A sum of weights that is a whole number but for the rounding of its terms is that number. */
function withoutRounding(sum: number): number {
  const whole = Math.round(sum);
  return Math.abs(sum - whole) < 1e-9 * Math.max(1, sum) ? whole : sum;
}

/** For how many of `rows` each of a sample stands: as the inverse of its chance, all together for all of them (Hajek 1971). */
export function standFor(rows: number, judged: readonly { readonly chance: number }[]): Float64Array {
  const whole = judged.reduce((sum, { chance }) => sum + 1 / chance, 0);
  return Float64Array.from(judged, ({ chance }) => rows / (chance * whole));
}

/**
 * Between how many frauds all rows have with 95 % confidence: the interval of Blaker (2000), by the hypergeometric distribution of a
 * sample without replacement, with mid-P (Lancaster 1961) in place of P. Where frauds are few, both ends need not leave out as much as
 * each other: so it covers the truth about as often as it says. Between
 * whole numbers of frauds the ends are drawn straight.
 */
export function fraudInterval({ rows, judged, frauds }: JudgedSample): readonly [low: number, high: number] {
  if (!(frauds >= 0 && frauds <= judged && judged <= rows))
    impossible(`${frauds} of ${judged} of ${rows} is no sample.`);
  const whole = Math.round(frauds);
  if (Math.abs(frauds - whole) < 1e-9) return intervalOfWhole(rows, judged, whole);
  const [fewer, more] = [Math.floor(frauds), Math.ceil(frauds)].map((count) => intervalOfWhole(rows, judged, count));
  const between = (end: 0 | 1): number => fewer[end] + (frauds - Math.floor(frauds)) * (more[end] - fewer[end]);
  return [Math.floor(between(0)), Math.ceil(between(1))];
}

function intervalOfWhole(rows: number, judged: number, frauds: number): readonly [low: number, high: number] {
  const most = rows - (judged - frauds);
  const likeliest = Math.min(most, Math.max(frauds, Math.round((rows * frauds) / judged)));
  const isHeld = (all: number): boolean => acceptability(rows, all, judged, frauds) > LEFT_OUT;
  const low = leastWhere(frauds, likeliest, isHeld);
  // The first count that makes what was found too unlikely is one too many.
  const tooMany = leastWhere(likeliest, most + 1, (all) => all > most || !isHeld(all));
  return [low, Math.max(low, tooMany - 1)];
}

function moreToHalve({ rows, judged, frauds }: JudgedSample, width: number): number {
  const isHalved = (enlarged: number): boolean => {
    const [low, high] = intervalOfWhole(rows, enlarged, Math.round((frauds * enlarged) / judged));
    return high - low <= width / 2;
  };
  let enough = judged;
  let before = judged;
  while (enough < rows && !isHalved(enough)) {
    before = enough;
    enough = Math.min(rows, enough * 2);
  }
  return leastWhere(before, enough, isHalved) - judged;
}

/** The least integer from `low` on for which a condition that stays true once it is holds; it is taken to hold at `high`. */
function leastWhere(low: number, high: number, holds: (value: number) => boolean): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/**
 * How well `frauds` of a draw of `judged` out of `rows`, `all` of them frauds, are compatible with these: the probability of counts
 * that lie further out, those as far out by half. A count lies as far out as the smaller of its two tails says. Terms are built
 * from the likeliest one outwards by their ratios, so that none overflows.
 */
function acceptability(rows: number, all: number, judged: number, frauds: number): number {
  const least = Math.max(0, judged + all - rows);
  const most = Math.min(judged, all);
  const mode = Math.min(most, Math.max(least, Math.floor(((judged + 1) * (all + 1)) / (rows + 2))));
  const below: number[] = [];
  for (let count = mode, term = 1; count > least && term > NEGLIGIBLE; count--) {
    term *= (count * (rows - all - judged + count)) / ((all - count + 1) * (judged - count + 1));
    below.push(term);
  }
  const terms = [...below.reverse(), 1];
  const first = mode - below.length;
  for (let count = mode, term = 1; count < most && term > NEGLIGIBLE; count++) {
    term *= ((all - count) * (judged - count)) / ((count + 1) * (rows - all - judged + count + 1));
    terms.push(term);
  }
  const place = frauds - first;
  if (place < 0 || place >= terms.length) return 0;
  const total = terms.reduce((sum, term) => sum + term, 0);
  const upTo = new Float64Array(terms.length + 1);
  for (const [index, term] of terms.entries()) upTo[index + 1] = upTo[index] + term;
  const tailAt = (index: number): number => Math.min(upTo[index + 1], total - upTo[index]);
  const own = tailAt(place);
  return (
    terms.reduce((sum, term, index) => {
      const tail = tailAt(index);
      if (index === place || Math.abs(tail - own) <= 1e-9 * own) return sum + term / 2;
      return tail < own ? sum + term : sum;
    }, 0) / total
  );
}
