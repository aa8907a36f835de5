import type { TimeFormat } from '../domain/profile.ts';
import { decodeTimeText } from '../domain/time-text.ts';
import { zoneClock } from '../domain/time-zone.ts';

/** How a column's times are written, and how far that is certain. */
export interface TimeFinding {
  readonly format: TimeFormat;
  /** Epoch milliseconds in the order of the texts (read as UTC where no offset is written), NaN where unreadable. */
  readonly values: Float64Array;
  readonly badCount: number;
  /** True where day and month could be exchanged in every cell. */
  readonly ambiguous: boolean;
  readonly hasClock: boolean;
}

const textFormats: readonly TimeFormat[] = [
  'iso',
  'month/day/year',
  'day/month/year',
  'year/month/day',
  'day.month.year',
];
const toleratedBadShare = 0.02;

interface Attempt {
  readonly format: TimeFormat;
  readonly values: Float64Array;
  readonly badCount: number;
}

function attempt(texts: readonly string[], format: TimeFormat): Attempt | undefined {
  const clock = zoneClock('UTC');
  const worthwhileBadCount = Math.floor(texts.length * toleratedBadShare);
  const values = new Float64Array(texts.length);
  let badCount = 0;
  for (let index = 0; index < texts.length; index++) {
    values[index] = decodeTimeText(texts[index], format, clock);
    if (Number.isNaN(values[index]) && ++badCount > worthwhileBadCount) return undefined;
  }
  return { format, values, badCount };
}

/** Steps back in time: a stream in order has fewest under the right reading. */
function descents(values: Float64Array): number {
  let count = 0;
  for (let index = 1; index < values.length; index++) if (values[index] < values[index - 1]) count += 1;
  return count;
}

/**
 * The format in which the texts (missing cells left out) are dates or times, or undefined where more than 2 % are not.
 * Day and month are told apart by a number above 12; where none occurs, by the order of the stream, else month first.
 */
export function inferTimeFormat(texts: readonly string[]): TimeFinding | undefined {
  if (texts.length === 0) return undefined;
  const attempts = textFormats.flatMap((format) => attempt(texts, format) ?? []);
  if (attempts.length === 0) return undefined;
  const fewestBad = Math.min(...attempts.map(({ badCount }) => badCount));
  const possible = attempts
    .filter(({ badCount }) => badCount === fewestBad)
    .sort((left, right) => descents(left.values) - descents(right.values));
  const chosen = possible[0];
  const ambiguous = possible
    .slice(1)
    .some(({ values }) => values.some((value, index) => !Object.is(value, chosen.values[index])));
  return { ...chosen, ambiguous, hasClock: texts.some((text) => text.includes(':')) };
}

/** The unit of numbers since 1970 by their magnitude (1973 to 2286), or undefined. */
export function inferEpochFormat(values: Float64Array): TimeFormat | undefined {
  const within = (least: number): boolean => values.every((value) => value >= least && value < least * 100);
  if (values.length === 0) return undefined;
  if (within(1e8)) return 'epoch-seconds';
  if (within(1e11)) return 'epoch-milliseconds';
  return within(1e14) ? 'epoch-microseconds' : undefined;
}
