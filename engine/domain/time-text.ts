import type { TimeFormat } from './profile.ts';
import type { ZoneClock } from './time-zone.ts';

const dayMs = 86_400_000;

const numericFormats: ReadonlySet<TimeFormat> = new Set([
  'epoch-seconds',
  'epoch-milliseconds',
  'epoch-microseconds',
  'seconds-relative',
]);

/** True for the formats that are a plain number counted from an origin. */
export function isNumericTimeFormat(format: TimeFormat): boolean {
  return numericFormats.has(format);
}

/** Binary fractions of a second fall short of the decimal that was written by less than this. */
const binaryShortfallMs = 0.0005;

/** Milliseconds of a numeric time; fractions of a millisecond are cut. `NaN` stays `NaN`. */
export function millisecondsOfNumber(value: number, format: TimeFormat): number {
  switch (format) {
    case 'epoch-seconds':
    case 'seconds-relative':
      return Math.floor(value * 1000 + binaryShortfallMs);
    case 'epoch-milliseconds':
      return Math.floor(value + binaryShortfallMs);
    case 'epoch-microseconds':
      return Math.floor(value / 1000 + binaryShortfallMs);
    default:
      return NaN;
  }
}

const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar, or NaN for a date that does not exist. */
function dayNumberOf(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1)) return NaN;
  const leapDay = month === 2 && isLeapYear(year) ? 1 : 0;
  if (day > daysInMonth[month - 1] + leapDay) return NaN;
  const past = year - 1;
  const yearStart = past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 719_162;
  return yearStart + daysBeforeMonth[month - 1] + (month > 2 && isLeapYear(year) ? 1 : 0) + day - 1;
}

/** Reads one cell from left to right; `position` never passes the end because `charCodeAt` gives NaN there. */
interface Cursor {
  readonly text: string;
  position: number;
}

const zero = 0x30;
const space = 0x20;

function digitAt(cursor: Cursor, ahead = 0): number {
  const digit = cursor.text.charCodeAt(cursor.position + ahead) - zero;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** Reads `least` to `most` digits as a number, or gives NaN and leaves the cursor anywhere. */
function readDigits(cursor: Cursor, least: number, most: number): number {
  let value = 0;
  let count = 0;
  while (count < most) {
    const digit = digitAt(cursor);
    if (digit < 0) break;
    value = value * 10 + digit;
    cursor.position += 1;
    count += 1;
  }
  return count < least ? NaN : value;
}

function skip(cursor: Cursor, code: number): boolean {
  if (cursor.text.charCodeAt(cursor.position) !== code) return false;
  cursor.position += 1;
  return true;
}

/** Skips one of the given separators and returns its code, or -1. */
function skipSeparator(cursor: Cursor, separators: string): number {
  const code = cursor.text.charCodeAt(cursor.position);
  if (!separators.includes(String.fromCharCode(code)) || Number.isNaN(code)) return -1;
  cursor.position += 1;
  return code;
}

function readYear(cursor: Cursor): number {
  const start = cursor.position;
  const year = readDigits(cursor, 2, 4);
  const length = cursor.position - start;
  if (length === 4) return year;
  if (length !== 2) return NaN;
  return year < 70 ? 2000 + year : 1900 + year;
}

type DateOrder = 'year-month-day' | 'month-day-year' | 'day-month-year';

const datePatterns: Readonly<Partial<Record<TimeFormat, { readonly order: DateOrder; readonly separators: string }>>> =
  {
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

function readFractionMs(cursor: Cursor): number {
  if (digitAt(cursor) < 0) return NaN;
  let fractionMs = 0;
  for (let weight = 100; digitAt(cursor) >= 0; weight /= 10) {
    if (weight >= 1) fractionMs += digitAt(cursor) * weight;
    cursor.position += 1;
  }
  return fractionMs;
}

/** Hour after `am` or `pm` at the cursor, or the hour itself where neither stands there; NaN for 13 pm. */
function readHalfDay(cursor: Cursor, hour: number): number {
  const match = /^ ?([ap])\.?m\.?(?![a-z])/i.exec(cursor.text.slice(cursor.position, cursor.position + 6));
  if (match === null) return hour;
  cursor.position += match[0].length;
  if (hour < 1 || hour > 12) return NaN;
  return (hour % 12) + (match[1].toLowerCase() === 'p' ? 12 : 0);
}

/** Milliseconds of day of the time at the cursor, or NaN. 24:00 is the end of the day; second 60 is a leap second. */
function readTimeOfDay(cursor: Cursor): number {
  let hour = readDigits(cursor, 1, 2);
  if (!skip(cursor, 0x3a)) return NaN;
  const minute = readDigits(cursor, 2, 2);
  const second = skip(cursor, 0x3a) ? readDigits(cursor, 2, 2) : 0;
  const fractionMs = skipSeparator(cursor, '.,') < 0 ? 0 : readFractionMs(cursor);
  const next = cursor.text.charCodeAt(cursor.position);
  if (next === space || next > 0x40) hour = readHalfDay(cursor, hour);
  if (!(hour <= 24 && minute <= 59 && second <= 60)) return NaN;
  if (hour === 24 && (minute > 0 || second > 0 || fractionMs > 0)) return NaN;
  return ((hour * 60 + minute) * 60 + second) * 1000 + fractionMs;
}

/** Offset in milliseconds at the cursor (`Z`, `UTC`, `+02:00`, `+0200`, `+02`), undefined where none is written, NaN where it is wrong. */
function readOffset(cursor: Cursor): number | undefined {
  if (cursor.position === cursor.text.length) return undefined;
  skip(cursor, space);
  const rest = cursor.text.slice(cursor.position);
  cursor.position = cursor.text.length;
  const upper = rest.toUpperCase();
  if (upper === 'Z' || upper === 'UTC' || upper === 'GMT') return 0;
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(rest);
  if (match === null) return NaN;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (Number(match[2]) > 23 || Number(match[3] ?? 0) > 59) return NaN;
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}

/**
 * The instant that a cell writes, in epoch milliseconds UTC (fractions of a millisecond are cut), or NaN where it
 * writes none. Dates may be followed by a time (`T` or space before it, seconds and fraction optional, am/pm
 * allowed) and an offset; without an offset they are read in the clock's zone, and without a time they are
 * its midnight. Years of two digits lie in 1970 to 2069. `seconds-relative` counts from an unknown origin.
 */
export function decodeTimeText(text: string, format: TimeFormat, clock: ZoneClock): number {
  const trimmed = text.trim();
  const pattern = datePatterns[format];
  if (pattern === undefined) {
    return /^[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$/.test(trimmed) ? millisecondsOfNumber(Number(trimmed), format) : NaN;
  }
  const cursor: Cursor = { text: trimmed, position: 0 };
  const dayNumber = readDate(cursor, pattern.order, pattern.separators);
  if (Number.isNaN(dayNumber)) return NaN;
  let localMs = dayNumber * dayMs;
  if (cursor.position < trimmed.length) {
    const separator = skipSeparator(cursor, 'Tt ,');
    if (separator < 0) return NaN;
    if (separator === 0x2c) skip(cursor, space);
    localMs += readTimeOfDay(cursor);
    if (Number.isNaN(localMs)) return NaN;
  }
  const offsetMs = readOffset(cursor);
  return offsetMs === undefined ? clock.instantOfLocal(localMs) : localMs - offsetMs;
}
