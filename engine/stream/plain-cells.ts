import { mostDigitsOfNumber } from '../domain/number-text.ts';
import { fewestCardDigits } from '../domain/personal.ts';
import { plainMark } from '../domain/plain-numbers.ts';

const zero = 0x30;
const nine = 0x39;
const minus = 0x2d;
export const pointByte = 0x2e;
const plus = 0x2b;
const lowerE = 0x65;
const upperE = 0x45;

const mostDigits = 25;
const mostExponentDigits = 2;
const groupDigits = 3;

/** Index behind the digits that begin at `from`, or -1 where there are none, or more than `most`. */
function digitsEnd(bytes: Uint8Array, from: number, end: number, most: number): number {
  let i = from;
  while (i < end && bytes[i] >= zero && bytes[i] <= nine) i++;
  return i === from || i - from > most ? -1 : i;
}

/**
 * The `plainMark`s of the cell `bytes[start..end)`, or -1 where it is no number that every grammar with a decimal point reads
 * alike (`plainText` of `number-text.ts`).
 */
export function plainMarksOf(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === minus;
  const wholeStart = isNegative ? start + 1 : start;
  const wholeEnd = digitsEnd(bytes, wholeStart, end, mostDigits);
  if (wholeEnd < 0) return -1;
  const wholeDigits = wholeEnd - wholeStart;
  let marks = isNegative ? plainMark.minus : 0;
  if (bytes[start] === zero && end - start > 1) marks |= plainMark.leadingZero;
  let i = wholeEnd;
  if (i < end && bytes[i] === pointByte) {
    const fractionEnd = digitsEnd(bytes, i + 1, end, mostDigits);
    if (fractionEnd < 0) return -1;
    const isGrouped = fractionEnd - i - 1 === groupDigits && wholeDigits <= groupDigits && bytes[wholeStart] !== zero;
    marks |= isGrouped ? plainMark.point : plainMark.point | plainMark.decimalPoint;
    i = fractionEnd;
  } else if (end - start >= fewestCardDigits) marks |= plainMark.cardLength;
  if (i < end) {
    if (bytes[i] !== lowerE && bytes[i] !== upperE) return -1;
    const isSigned = bytes[i + 1] === plus || bytes[i + 1] === minus;
    if (digitsEnd(bytes, isSigned ? i + 2 : i + 1, end, mostExponentDigits) !== end) return -1;
    marks |= plainMark.exponent;
  }
  return wholeDigits > mostDigitsOfNumber ? marks | plainMark.manyDigits : marks;
}
