import { impossible } from '../domain/error.ts';

/** Probability that the interval may leave out on either side: 95 % in all. */
const TAIL = 0.025;
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

export interface MissedFraud {
  /** Frauds among all transactions the sample was drawn from, if their share is that of the sample. */
  readonly frauds: number;
  /** Between how many they lie with 95 % confidence. */
  readonly low: number;
  readonly high: number;
  /** Further verdicts after which the interval would be half as wide, if the share stays as it is. */
  readonly moreToHalve: number;
}

/** Missed fraud from a random sample below the line; null with fewer than `FEWEST_JUDGED` verdicts. */
export function estimateMissedFraud(sample: JudgedSample): MissedFraud | null {
  if (sample.judged < FEWEST_JUDGED) return null;
  const [low, high] = fraudInterval(sample);
  return {
    frauds: (sample.rows * sample.frauds) / sample.judged,
    low,
    high,
    moreToHalve: moreToHalve(sample, high - low),
  };
}

/**
 * Between how many frauds all rows have with at least 95 % confidence: the interval of Clopper and Pearson (1934) with
 * the hypergeometric distribution in place of the binomial, exact for a sample without replacement and for few frauds.
 */
export function fraudInterval({ rows, judged, frauds }: JudgedSample): readonly [low: number, high: number] {
  if (!(frauds >= 0 && frauds <= judged && judged <= rows))
    impossible(`${frauds} of ${judged} of ${rows} is no sample.`);
  const most = rows - (judged - frauds);
  const low = leastWhere(frauds, most, (all) => tails(rows, all, judged, frauds).atLeast > TAIL);
  // The first count that makes so few frauds too unlikely is one too many.
  const tooMany = leastWhere(low, most + 1, (all) => all > most || tails(rows, all, judged, frauds).atMost <= TAIL);
  return [low, Math.max(low, tooMany - 1)];
}

function moreToHalve({ rows, judged, frauds }: JudgedSample, width: number): number {
  const isHalved = (enlarged: number): boolean => {
    const [low, high] = fraudInterval({ rows, judged: enlarged, frauds: Math.round((frauds * enlarged) / judged) });
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
 * Probabilities that a draw of `judged` out of `rows`, `all` of them frauds, has at most and at least `frauds`. The
 * terms are built from the likeliest one outwards by their ratios, so that none overflows.
 */
function tails(
  rows: number,
  all: number,
  judged: number,
  frauds: number,
): { readonly atMost: number; readonly atLeast: number } {
  const least = Math.max(0, judged + all - rows);
  const most = Math.min(judged, all);
  const mode = Math.min(most, Math.max(least, Math.floor(((judged + 1) * (all + 1)) / (rows + 2))));
  let total = 0;
  let below = 0;
  let at = 0;
  const add = (count: number, term: number): void => {
    total += term;
    if (count < frauds) below += term;
    if (count === frauds) at = term;
  };
  add(mode, 1);
  for (let count = mode, term = 1; count < most && term > NEGLIGIBLE; count++) {
    term *= ((all - count) * (judged - count)) / ((count + 1) * (rows - all - judged + count + 1));
    add(count + 1, term);
  }
  for (let count = mode, term = 1; count > least && term > NEGLIGIBLE; count--) {
    term *= (count * (rows - all - judged + count)) / ((all - count + 1) * (judged - count + 1));
    add(count - 1, term);
  }
  return { atMost: (below + at) / total, atLeast: (total - below) / total };
}
