import { isUtf8 } from 'node:buffer';
import {
  backslash,
  closeBrace,
  colon,
  comma,
  dot,
  doubleQuote,
  lowerE,
  minus,
  openBrace,
  plus,
  space,
  tab,
  zero,
} from './ascii-bytes.ts';
import type { KeyPlace, ObjectShape } from './json-shape.ts';
import { decodeNumberBytes } from './number-bytes.ts';
import type { TypedCells } from './typed-cells.ts';

const firstHighByte = 0x80;

const trueBytes = Buffer.from('true');
const falseBytes = Buffer.from('false');
const nullBytes = Buffer.from('null');

/** Below this many digits the mantissa is an exact double, and so is the power of ten: one division rounds once. */
const exactDigits = 15;
const powersOfTen = Float64Array.from({ length: exactDigits + 1 }, (_, power) => Number(`1e${power}`));

/**
 * Writes one JSON object from its bytes into a row, without making strings or objects. True where all of it was written:
 * the cells are then those that JSON.parse would have led to. False where the quick way does not apply (invalid JSON,
 * keys not met before or met twice, keys that share a column, escapes, arrays, line ends, whole numbers beyond 2^53): the row may then hold
 * a part, and JSON.parse must decide. The byte at `end` is overwritten.
 */
export type QuickJsonWriter = (row: number, bytes: Uint8Array, start: number, end: number) => boolean;

export function quickJsonWriter(cells: TypedCells, shape: ObjectShape): QuickJsonWriter {
  let bytes: Uint8Array = new Uint8Array(0);
  let position = 0;
  let row = 0;
  let objects = 0;
  let hasHighBytes = false;

  function skipBlanks(): void {
    while (bytes[position] === space || bytes[position] === tab) position++;
  }

  /** Moves behind the text that ends in a quote and begins here; false where it is not plain. */
  function passText(): boolean {
    for (;;) {
      const byte = bytes[position++];
      if (byte === doubleQuote) return true;
      if (byte === backslash || byte < space) return false;
      if (byte >= firstHighByte) hasHighBytes = true;
    }
  }

  function startsWith(expected: Uint8Array): boolean {
    for (let index = 0; index < expected.length; index++) if (bytes[position + index] !== expected[index]) return false;
    position += expected.length;
    return true;
  }

  /** The place of the key that begins here, behind its quote; undefined where it was never met. */
  function passKey(at: ObjectShape, likely: number): KeyPlace | undefined {
    const expected = at.places[likely] as KeyPlace | undefined;
    if (expected?.quoted != null && startsWith(expected.quoted)) return expected;
    const from = position;
    if (!passText()) return undefined;
    return at.byKey.get(Buffer.from(bytes.buffer, bytes.byteOffset + from, position - 1 - from).toString('utf8'));
  }

  function passDigits(): number {
    const from = position;
    while ((bytes[position] - zero) >>> 0 <= 9) position++;
    return position - from;
  }

  /** The grammar of JSON; the value of Number(). */
  function putNumber(column: number): boolean {
    const from = position;
    const isNegative = bytes[position] === minus;
    if (isNegative) position++;
    const firstDigit = position;
    let mantissa = 0;
    let digit = bytes[position] - zero;
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digit = bytes[++position] - zero;
    }
    let digits = position - firstDigit;
    if (digits === 0 || (digits > 1 && bytes[firstDigit] === zero)) return false;
    let scale = 0;
    if (bytes[position] === dot) {
      const firstDecimal = ++position;
      digit = bytes[position] - zero;
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        digit = bytes[++position] - zero;
      }
      scale = position - firstDecimal;
      if (scale === 0) return false;
      digits += scale;
    }
    const hasExponent = (bytes[position] | space) === lowerE;
    if (!hasExponent && digits <= exactDigits) {
      const value = scale === 0 ? mantissa : mantissa / powersOfTen[scale];
      cells.putNumber(row, column, isNegative ? -value : value);
      return true;
    }
    if (hasExponent) {
      position++;
      if (bytes[position] === plus || bytes[position] === minus) position++;
      if (passDigits() === 0) return false;
    }
    let value = decodeNumberBytes(bytes, from, position, dot);
    if (Number.isNaN(value))
      value = Number(Buffer.from(bytes.buffer, bytes.byteOffset + from, position - from).toString('latin1'));
    if (!hasExponent && scale === 0 && !Number.isSafeInteger(value)) return false;
    cells.putNumber(row, column, value);
    return true;
  }

  function putValue(place: KeyPlace): boolean {
    const byte = bytes[position];
    if (byte === openBrace) return place.child !== undefined && putObject(place.child);
    const { column } = place;
    if (column < 0) return false;
    if (byte === doubleQuote) {
      const from = ++position;
      if (!passText()) return false;
      cells.putSpan(row, column, from, position - 1);
      return true;
    }
    if (byte === minus || (byte - zero) >>> 0 <= 9) return putNumber(column);
    const literal = startsWith(trueBytes) ? true : startsWith(falseBytes) ? false : undefined;
    if (literal === undefined && !startsWith(nullBytes)) return false;
    cells.put(row, column, literal);
    return true;
  }

  function putObject(at: ObjectShape): boolean {
    const number = ++objects;
    position++;
    skipBlanks();
    if (bytes[position] === closeBrace) {
      position++;
      return true;
    }
    for (let likely = 0; ;) {
      if (bytes[position] !== doubleQuote) return false;
      position++;
      const place = passKey(at, likely);
      if (place === undefined || place.metIn === number || place.isShared) return false;
      place.metIn = number;
      likely = place.order + 1;
      skipBlanks();
      if (bytes[position++] !== colon) return false;
      skipBlanks();
      if (!putValue(place)) return false;
      skipBlanks();
      const next = bytes[position++];
      if (next === closeBrace) return true;
      if (next !== comma) return false;
      skipBlanks();
    }
  }

  return (givenRow, givenBytes, start, end) => {
    row = givenRow;
    bytes = givenBytes;
    position = start;
    hasHighBytes = false;
    // No token holds a zero byte, so nothing is read past the end.
    bytes[end] = 0;
    skipBlanks();
    if (bytes[position] !== openBrace || !putObject(shape)) return false;
    skipBlanks();
    return position === end && (!hasHighBytes || isUtf8(bytes.subarray(start, end)));
  };
}
