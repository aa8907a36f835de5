import { isUtf8 } from 'node:buffer';
import type { SchemaElement } from 'hyparquet';
import type { Cell } from './cell-table.ts';
import { decodeText } from './cell-text.ts';

/** Turns one value of a leaf, as it is stored, into a cell. */
export type CellOf = (value: unknown) => Cell;

/** How a leaf is read: what the library is told of it, and what becomes of what it gives. */
export interface LeafReading {
  readonly element: SchemaElement;
  readonly cellOf: CellOf;
}

/** A time beyond this many milliseconds from 1970 has no calendar date in ECMAScript. */
const furthestMs = 8.64e15;
const unitsPerSecond = { MILLIS: 1000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const;
type TimeUnitName = keyof typeof unitsPerSecond;

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

function wholeOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}

/** Digits of a second: as many as the value has, in threes and at least three. */
function fractionText(rest: bigint, unit: TimeUnitName): string {
  const digits = String(rest).padStart({ MILLIS: 3, MICROS: 6, NANOS: 9 }[unit], '0');
  return digits.replace(/(?<=^\d{3})(?:000)+$|(?<=^\d{6})000$/, '');
}

/**
 * ISO 8601 text of a timestamp; without a zone where it tells a local time. A time beyond the calendar is its number, which
 * no format of times takes.
 */
function timestampCell(value: unknown, unit: TimeUnitName, zone: '' | 'Z'): Cell {
  const whole = wholeOf(value);
  if (whole === undefined) return undefined;
  const seconds = floorDivide(whole, unitsPerSecond[unit]);
  const ms = Number(seconds) * 1000;
  if (Math.abs(ms) > furthestMs) return String(whole);
  const rest = whole - seconds * unitsPerSecond[unit];
  return `${new Date(ms).toISOString().slice(0, -'.000Z'.length)}.${fractionText(rest, unit)}${zone}`;
}

function dateCell(value: unknown): Cell {
  if (typeof value !== 'number') return undefined;
  const ms = value * 86_400_000;
  return Math.abs(ms) > furthestMs ? String(value) : new Date(ms).toISOString().slice(0, -'T00:00:00.000Z'.length);
}

function timeOfDayCell(value: unknown, unit: TimeUnitName): Cell {
  const whole = wholeOf(value);
  const perDay = 86_400n * unitsPerSecond[unit];
  if (whole === undefined || whole < 0n || whole >= perDay) return whole === undefined ? undefined : String(whole);
  const text = timestampCell(whole, unit, '');
  return typeof text === 'string' ? text.slice('1970-01-01T'.length) : text;
}

/** A two's complement number, most significant byte first, as Parquet stores wide decimals. */
function wholeOfBytes(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

/** A decimal without loss: a whole number where it has no decimals, else text with all of them. */
function decimalCell(value: unknown, scale: number): Cell {
  const unscaled = value instanceof Uint8Array ? wholeOfBytes(value) : wholeOf(value);
  if (unscaled === undefined) return undefined;
  if (scale === 0) return wholeCell(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function wholeCell(value: bigint): Cell {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Bytes that are text as text, others as hexadecimal digits: either way a name that can be told from others. */
function bytesCell(bytes: Uint8Array): Cell {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer) && !buffer.includes(0) ? buffer.toString('utf8') : buffer.toString('hex');
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return wholeCell(value) === value ? String(value) : Number(value);
  return value instanceof Uint8Array ? bytesCell(value) : value;
}

/** A value of a kind that needs no more than its type. */
export function plainCell(value: unknown): Cell {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'bigint':
      return wholeCell(value);
    case 'number':
      return Number.isNaN(value) ? undefined : value;
    case 'object':
      if (value === null) return undefined;
      return value instanceof Uint8Array ? bytesCell(value) : JSON.stringify(value, jsonValue);
    default:
      return undefined;
  }
}

const unitOfConverted = {
  TIMESTAMP_MILLIS: 'MILLIS',
  TIMESTAMP_MICROS: 'MICROS',
  TIME_MILLIS: 'MILLIS',
  TIME_MICROS: 'MICROS',
} as const;
/** More decimals than any writer gives; each would be a digit of text. */
const mostDecimals = 1000;

/** The element without its annotations: the library then gives the values as they are stored. */
function bare(element: SchemaElement): SchemaElement {
  const stored = { ...element };
  delete stored.converted_type;
  delete stored.logical_type;
  return stored;
}

/**
 * How a leaf's values become cells. Decimals, times and bytes are taken as they are stored and written out here: the library
 * would round decimals to doubles, drop what is below a millisecond, and not say which times are local.
 */
export function leafReading(element: SchemaElement): LeafReading {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (logical?.type === 'TIMESTAMP' && type === 'INT64') {
    const zone = logical.isAdjustedToUTC ? 'Z' : '';
    return { element: bare(element), cellOf: (value) => timestampCell(value, logical.unit, zone) };
  }
  if (logical?.type === 'TIME')
    return { element: bare(element), cellOf: (value) => timeOfDayCell(value, logical.unit) };
  switch (converted) {
    case 'DECIMAL': {
      const scale = Math.min(Math.max(element.scale ?? 0, 0), mostDecimals);
      return { element: bare(element), cellOf: (value) => decimalCell(value, scale) };
    }
    case 'DATE':
      return { element: bare(element), cellOf: dateCell };
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
      return { element: bare(element), cellOf: (value) => timestampCell(value, unitOfConverted[converted], 'Z') };
    case 'TIME_MILLIS':
    case 'TIME_MICROS':
      return { element: bare(element), cellOf: (value) => timeOfDayCell(value, unitOfConverted[converted]) };
    case 'JSON':
    case 'BSON':
    case 'INTERVAL':
      return { element: bare(element), cellOf: plainCell };
    default:
  }
  if (logical?.type === 'DECIMAL') {
    const scale = Math.min(Math.max(logical.scale, 0), mostDecimals);
    return { element: bare(element), cellOf: (value) => decimalCell(value, scale) };
  }
  if (logical?.type === 'DATE') return { element: bare(element), cellOf: dateCell };
  if (logical?.type === 'GEOMETRY' || logical?.type === 'GEOGRAPHY' || logical?.type === 'BSON')
    return { element: bare(element), cellOf: plainCell };
  return { element, cellOf: plainCell };
}

function textCell(bytes: Uint8Array): string {
  return decodeText(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.byteLength);
}

/** What the library is to do with values that have no leaf of their own here, being parts of lists and maps. */
export const valueParsers = {
  timestampFromMilliseconds: (value: bigint) => timestampCell(value, 'MILLIS', 'Z'),
  timestampFromMicroseconds: (value: bigint) => timestampCell(value, 'MICROS', 'Z'),
  /** INT96 comes here too, with its nanoseconds since 1970. */
  timestampFromNanoseconds: (value: bigint) => timestampCell(value, 'NANOS', 'Z'),
  dateFromDays: dateCell,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && textCell(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && textCell(bytes),
};
