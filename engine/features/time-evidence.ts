import type { Reading } from '../domain/profile.ts';

/** Where the times of a reading lie. */
export interface TimeSpan {
  readonly firstMs: number;
  readonly lastMs: number;
  /** The longest time between two neighbours in order of time. */
  readonly longestGapMs: number;
  /** Steps back in the order of the stream. */
  readonly descents: number;
}

/** The span of times in the order of the stream; NaN is left out. */
export function spanOf(values: Float64Array): TimeSpan {
  const known = values.filter((value) => !Number.isNaN(value));
  let descents = 0;
  for (let index = 1; index < known.length; index++) if (known[index] < known[index - 1]) descents += 1;
  const sorted = known.sort();
  let longestGapMs = 0;
  for (let index = 1; index < sorted.length; index++)
    longestGapMs = Math.max(longestGapMs, sorted[index] - sorted[index - 1]);
  return { firstMs: sorted[0] ?? NaN, lastMs: sorted.at(-1) ?? NaN, longestGapMs, descents };
}

const mostMs = 8.64e15;

function isoText(instantMs: number): string {
  return Math.abs(instantMs) <= mostMs ? new Date(instantMs).toISOString().replace('.000Z', 'Z') : 'no date';
}

/** What a reading gives, for the person who is to decide. */
export function timesGiven(values: Float64Array): Reading['gives'] {
  const { firstMs, lastMs, longestGapMs } = spanOf(values);
  return { from: isoText(firstMs), to: isoText(lastMs), longestGapSeconds: Math.round(longestGapMs / 1000) };
}

/** A span of time in words, one unit. */
export function spanWords(spanMs: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ] as const;
  const [unitMs, unit] = units.find(([each]) => spanMs >= each) ?? [1000, 'second'];
  const count = Math.round(spanMs / unitMs);
  return `${String(count)} ${unit}${count === 1 ? '' : 's'}`;
}

/** Which of two readings the stream speaks for, and how; undefined where it says nothing. */
export interface Preference {
  /** True where it speaks for the first. */
  readonly first: boolean;
  readonly evidence: string;
}

/** One reading has far less of something than the other. */
const farLess = 2;

/**
 * A stream that was recorded in order steps back least, and has the shortest gaps, under the reading it was written in. Exchanged
 * fields move days into months, so that both grow.
 */
export function preferredReading(first: Float64Array, second: Float64Array): Preference | undefined {
  const a = spanOf(first);
  const b = spanOf(second);
  if ((a.descents + 1) * farLess <= b.descents + 1 || (b.descents + 1) * farLess <= a.descents + 1) {
    const [fewer, more] = [Math.min(a.descents, b.descents), Math.max(a.descents, b.descents)];
    return {
      first: a.descents < b.descents,
      evidence: `read so, the rows step back in time ${String(fewer)} times, not ${String(more)} times`,
    };
  }
  if (a.longestGapMs * farLess <= b.longestGapMs || b.longestGapMs * farLess <= a.longestGapMs) {
    const [shorter, longer] = [a.longestGapMs, b.longestGapMs].sort((left, right) => left - right);
    return {
      first: a.longestGapMs < b.longestGapMs,
      evidence: `read so, the longest gap is ${spanWords(shorter)}, not ${spanWords(longer)}`,
    };
  }
  const aSpanMs = a.lastMs - a.firstMs;
  const bSpanMs = b.lastMs - b.firstMs;
  if (aSpanMs * farLess <= bSpanMs || bSpanMs * farLess <= aSpanMs) {
    const [shorter, longer] = [aSpanMs, bSpanMs].sort((left, right) => left - right);
    return {
      first: aSpanMs < bSpanMs,
      evidence: `read so, the rows span ${spanWords(shorter)}, not ${spanWords(longer)}`,
    };
  }
  return undefined;
}
