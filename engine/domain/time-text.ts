import { dayNumberOf, yearOfTwoDigits } from './calendar.ts';
import type { TimeFormat } from './profile.ts';
import { readDigits, readTail, skip, skipSeparator } from './time-of-day.ts';
import type { Cursor } from './time-of-day.ts';
import { timePatternReader } from './time-pattern.ts';
import type { TimeReader } from './time-pattern.ts';
import type { ZoneClock } from './time-zone.ts';

const dayMs = 86_400_000;

/** A time that is a plain number counted from an origin. */
interface NumericTime {
  readonly unitMs: number;
  /** The origin is not known: the times order the stream, but have no hour or weekday. */
  readonly isRelative: boolean;
}

const numericTimes: Readonly<Record<string, NumericTime>> = {
  'epoch-seconds': { unitMs: 1000, isRelative: false },
  'epoch-milliseconds': { unitMs: 1, isRelative: false },
  'epoch-microseconds': { unitMs: 1e-3, isRelative: false },
  'epoch-nanoseconds': { unitMs: 1e-6, isRelative: false },
  'excel-serial': { unitMs: dayMs, isRelative: false },
  'milliseconds-relative': { unitMs: 1, isRelative: true },
  'seconds-relative': { unitMs: 1000, isRelative: true },
  'minutes-relative': { unitMs: 60_000, isRelative: true },
  'hours-relative': { unitMs: 3_600_000, isRelative: true },
  'days-relative': { unitMs: dayMs, isRelative: true },
};

function numericTime(format: TimeFormat): NumericTime | undefined {
  return Object.hasOwn(numericTimes, format) ? numericTimes[format] : undefined;
}

/** True for the formats that are a plain number counted from an origin. */
export function isNumericTimeFormat(format: TimeFormat): boolean {
  return numericTime(format) !== undefined;
}

/** True for the formats that count from an unknown origin: they order the stream but have no hour or weekday. */
export function isRelativeTimeFormat(format: TimeFormat): boolean {
  return numericTime(format)?.isRelative === true;
}

/** Milliseconds of the unit that a numeric format counts in from an instant; undefined for days of a spreadsheet, which are local, and for texts. */
export function millisecondsOfUnit(format: TimeFormat): number | undefined {
  return format === 'excel-serial' ? undefined : numericTime(format)?.unitMs;
}

/** Binary fractions of a second fall short of the decimal that was written by less than this. */
const binaryShortfallMs = 0.0005;

/** Days from 1899-12-30, from which spreadsheets count, to 1970-01-01. */
const excelDayOf1970 = 25_569;

/** The year 5138: a count since 1970 that comes to more is one of a unit a thousand times finer. */
const latestCountedMs = 1e14;

/** Counts of these lengths lie in the year 1970 in any finer unit, and from 2001 to 2286 in seconds, milli- and microseconds. */
const usualCounts = [
  { from: 1e9, unitMs: 1000 },
  { from: 1e12, unitMs: 1 },
  { from: 1e15, unitMs: 1e-3 },
] as const;

/** The unit that a count of ten, thirteen or sixteen digits is in, where its column is in a finer one; else the column's. */
function unitOfCount(value: number, unitMs: number): number {
  for (const usual of usualCounts)
    if (usual.unitMs > unitMs && value >= usual.from && value < 10 * usual.from)
      // A midnight of early 1970 may be a birthday; of seconds, one in a thousand million is one by chance.
      return (value * unitMs) % dayMs === 0 ? unitMs : usual.unitMs;
  return unitMs;
}

/**
 * The instant of a numeric time in epoch milliseconds; fractions of a millisecond are cut. `NaN` stays `NaN`. A
 * spreadsheet's day is a local one, and is rounded: its fifteen digits end above a millisecond. A count since 1970 that is too
 * great or too small for its column's unit has one reading only, in another: `1729411509250` among seconds is milliseconds, and
 * `1729411509` among milliseconds is seconds.
 */
export function instantOfNumber(value: number, format: TimeFormat, clock: ZoneClock): number {
  if (format === 'excel-serial') {
    const localMs = Math.round((value - excelDayOf1970) * dayMs);
    return Number.isNaN(localMs) ? NaN : clock.instantOfLocal(localMs);
  }
  const { unitMs: columnUnitMs, isRelative } = numericTime(format) ?? { unitMs: NaN, isRelative: true };
  const unitMs = isRelative ? columnUnitMs : unitOfCount(value, columnUnitMs);
  let wholeMs = unitMs < 1 ? value / Math.round(1 / unitMs) : value * unitMs;
  if (!isRelative && wholeMs < latestCountedMs * 1e9) while (wholeMs >= latestCountedMs) wholeMs /= 1000;
  return Math.floor(wholeMs + binaryShortfallMs);
}

const countedText = /^-?(\d+)(?:\.(\d+))?$/;
/** Seconds with more than three decimals that are not zero; behind points, as DB2 and Oracle write hours, five decimals, since years have four digits. */
const longFraction = /(?::\d{2}|[T ]\d{6})[.,]\d{3}\d*[1-9]|\.\d{2}\.\d{3}(?=\d\d)\d*[1-9]/;
const decimalsOfUnit = [
  { unitMs: 1000, decimals: 3 },
  { unitMs: 1, decimals: 0 },
  { unitMs: 1e-3, decimals: -3 },
  { unitMs: 1e-6, decimals: -6 },
] as const;

/** True where a cell in a format tells a time more exactly than to the millisecond, of which `instantOfNumber` and `timeReader` cut the rest. */
export function isFinerThanMilliseconds(text: string, format: TimeFormat): boolean {
  const numeric = numericTime(format);
  if (numeric === undefined) return longFraction.test(text);
  const counted = countedText.exec(text);
  if (counted === null) return false;
  const { unitMs, isRelative } = numeric;
  const usedMs = isRelative ? unitMs : unitOfCount(Number(text), unitMs);
  const known = decimalsOfUnit.find((each) => each.unitMs === usedMs);
  if (known === undefined) return false;
  const [, whole, fraction = ''] = counted;
  const rest = known.decimals < 0 ? whole.slice(known.decimals) + fraction : fraction.slice(known.decimals);
  return /[1-9]/.test(rest);
}

function readYear(cursor: Cursor): number {
  const start = cursor.position;
  const year = readDigits(cursor, 2, 4);
  const length = cursor.position - start;
  if (length === 4) return year;
  return length === 2 ? yearOfTwoDigits(year) : NaN;
}

type DateOrder = 'year-month-day' | 'month-day-year' | 'day-month-year';

interface DatePattern {
  readonly order: DateOrder;
  readonly separators: string;
}

const datePatterns: Readonly<Partial<Record<TimeFormat, DatePattern>>> = {
  iso: { order: 'year-month-day', separators: '-' },
  'year/month/day': { order: 'year-month-day', separators: '/' },
  'month/day/year': { order: 'month-day-year', separators: '/-' },
  'day/month/year': { order: 'day-month-year', separators: '/-' },
  'day.month.year': { order: 'day-month-year', separators: '.' },
};

/** Day number of the date at the cursor, or NaN. */
function readDate(cursor: Cursor, order: DateOrder, separators: string): number {
  const yearFirst = order === 'year-month-day';
  const first = yearFirst ? readDigits(cursor, 4, 4) : readDigits(cursor, 1, 2);
  const separator = skipSeparator(cursor, separators);
  const second = readDigits(cursor, 1, 2);
  if (separator < 0 || !skip(cursor, separator)) return NaN;
  const third = yearFirst ? readDigits(cursor, 1, 2) : readYear(cursor);
  if (yearFirst) return dayNumberOf(first, second, third);
  return order === 'month-day-year' ? dayNumberOf(third, first, second) : dayNumberOf(third, second, first);
}

function datePatternReader({ order, separators }: DatePattern): TimeReader {
  return (trimmed, clock) => {
    const cursor: Cursor = { text: trimmed, position: 0 };
    const dayNumber = readDate(cursor, order, separators);
    return Number.isNaN(dayNumber) ? NaN : readTail(cursor, dayNumber * dayMs, clock);
  };
}

const plainNumber = /^[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$/;

/**
 * The reader of one column's cells: the instant that a trimmed cell writes, in epoch milliseconds UTC (fractions of a
 * millisecond are cut), or NaN where it writes none. Under the named dates a time may follow (`T` or space before
 * it, seconds and fraction optional, am/pm allowed) and an offset; without an offset they are read in the clock's
 * zone, and without a time they are its midnight. Years of two digits lie in 1970 to 2069. Any other format is a
 * pattern (`timePatternReader`).
 */
export function timeReader(format: TimeFormat): TimeReader {
  const pattern = datePatterns[format];
  if (pattern !== undefined) return datePatternReader(pattern);
  if (!isNumericTimeFormat(format)) return timePatternReader(format);
  return (text, clock) => (plainNumber.test(text) ? instantOfNumber(Number(text), format, clock) : NaN);
}

/** The instant that a cell writes in a format, or NaN; `timeReader` says how. */
export function decodeTimeText(text: string, format: TimeFormat, clock: ZoneClock): number {
  return timeReader(format)(text.trim(), clock);
}
