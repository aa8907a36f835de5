import { offsetMsOf } from './calendar.ts';
import type { ZoneClock } from './time-zone.ts';

/** Reads one cell from left to right; `position` never passes the end because `charCodeAt` gives NaN there. */
export interface Cursor {
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
export function readDigits(cursor: Cursor, least: number, most: number): number {
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

/** Skips one character; false where another one stands there. */
export function skip(cursor: Cursor, code: number): boolean {
  if (cursor.text.charCodeAt(cursor.position) !== code) return false;
  cursor.position += 1;
  return true;
}

/** Skips one of the given separators and returns its code, or -1. */
export function skipSeparator(cursor: Cursor, separators: string): number {
  const code = cursor.text.charCodeAt(cursor.position);
  if (!separators.includes(String.fromCharCode(code)) || Number.isNaN(code)) return -1;
  cursor.position += 1;
  return code;
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
  const match = /^\s?([ap])\.?\s?m\.?(?![a-z])/i.exec(cursor.text.slice(cursor.position, cursor.position + 7));
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
  return offsetMsOf(rest);
}

/**
 * The instant of a cell whose date has been read: what stands after it may be a time of day (after `T`, a space or a
 * comma; seconds and fraction optional, am/pm allowed) and an offset, and nothing else. NaN where it is something else.
 */
export function readTail(cursor: Cursor, dateMs: number, clock: ZoneClock): number {
  let localMs = dateMs;
  if (cursor.position < cursor.text.length) {
    const separator = skipSeparator(cursor, 'Tt ,');
    if (separator < 0) return NaN;
    while (skip(cursor, space));
    localMs += readTimeOfDay(cursor);
    if (Number.isNaN(localMs)) return NaN;
  }
  const offsetMs = readOffset(cursor);
  return offsetMs === undefined ? clock.instantOfLocal(localMs) : localMs - offsetMs;
}
