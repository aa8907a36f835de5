import type { DecimalSum } from '../domain/decimal-sum.ts';
import { productError } from '../domain/product-error.ts';

const zero = 0x30;
const minus = 0x2d;
const plus = 0x2b;
const lowerE = 0x65;
const upperE = 0x45;

const twoTo53 = 2 ** 53;
const digitsPerHalf = 9;
const largestExactPower = 22;
const powersOfTen = Float64Array.from({ length: largestExactPower + 1 }, (_, power) => Number(`1e${power}`));

/** Far above the relative error of the second quotient (2^-49), far below what makes many cells ambiguous. */
const roundingMargin = 1 + 2 ** -40;

/**
 * (high * scale + low) / divisor correctly rounded, or NaN in the rare case that lies too near the middle of two
 * doubles to tell. For integers below 10^18 in the numerator and divisors that are exact doubles: numerator and
 * remainder are kept as unevaluated sums of two doubles, and Ziv's test tells whether the rounding is certain.
 */
function divideLargeMantissa(high: number, scale: number, low: number, divisor: number): number {
  const scaled = high * scale;
  const head = scaled + low;
  const tail = productError(high, scale, scaled) + (low - (head - scaled));
  if (divisor === 1) return head + tail;
  const quotient = head / divisor;
  const product = quotient * divisor;
  const remainder = head - product - productError(quotient, divisor, product) + tail;
  const correction = remainder / divisor;
  const value = quotient + correction;
  const leftOut = correction - (value - quotient);
  return value + leftOut * roundingMargin === value ? value : NaN;
}

/**
 * The double that `bytes[start..end)` writes as a plain decimal number, without making a string, or NaN where the
 * quick way cannot be sure (anything but sign, digits, one decimal character and an exponent; more than 18 digits;
 * a power of ten beyond 22). A number it gives is the one Number() gives: below 2^53 the mantissa and the power of ten
 * are both exact doubles, so that one operation rounds once (Clinger 1990, the simple case); above, the division is
 * carried out in twice the precision. A number it gives is added to `sum` in all its digits.
 */
export function decodeNumberBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  decimalByte: number,
  sum?: DecimalSum,
): number {
  let i = start;
  const sign = bytes[i];
  if (sign === minus || sign === plus) i++;

  // Two int32 halves of nine digits each: integer arithmetic is quicker than one long chain of doubles.
  let high = 0;
  let low = 0;
  let digits = 0;
  let byte = 0;
  const integerStart = i;
  for (; i < end; i++) {
    byte = bytes[i] - zero;
    if (byte < 0 || byte > 9) break;
    if (digits < digitsPerHalf) high = (high * 10 + byte) | 0;
    else low = (low * 10 + byte) | 0;
    digits++;
  }
  let written = i - integerStart;
  if (high === 0 && low === 0) digits = 0;
  let power = 0;
  if (i < end && bytes[i] === decimalByte) {
    const fractionStart = ++i;
    if (digits === 0) while (i < end && bytes[i] === zero) i++;
    for (; i < end; i++) {
      byte = bytes[i] - zero;
      if (byte < 0 || byte > 9) break;
      if (digits < digitsPerHalf) high = (high * 10 + byte) | 0;
      else low = (low * 10 + byte) | 0;
      digits++;
    }
    power = fractionStart - i;
    written += i - fractionStart;
  }
  if (written === 0 || digits > 2 * digitsPerHalf) return NaN;
  if (i < end) {
    if (bytes[i] !== lowerE && bytes[i] !== upperE) return NaN;
    const exponentSign = bytes[++i];
    if (exponentSign === minus || exponentSign === plus) i++;
    if (i === end || end - i > 4) return NaN;
    let exponent = 0;
    for (; i < end; i++) {
      byte = bytes[i] - zero;
      if (byte < 0 || byte > 9) return NaN;
      exponent = exponent * 10 + byte;
    }
    power += exponentSign === minus ? -exponent : exponent;
  }

  const mantissa = digits <= digitsPerHalf ? high : high * powersOfTen[digits - digitsPerHalf] + low;
  if (mantissa >= twoTo53 && power <= 0 && power >= -largestExactPower) {
    const value = divideLargeMantissa(high, powersOfTen[digits - digitsPerHalf], low, powersOfTen[-power]);
    if (value === value) sum?.addDigits(high, low, digits, power, sign === minus);
    return sign === minus ? -value : value;
  }
  if (mantissa >= twoTo53 || power > largestExactPower || power < -largestExactPower) return NaN;
  const value = power < 0 ? mantissa / powersOfTen[-power] : mantissa * powersOfTen[power];
  sum?.addDigits(high, low, digits, power, sign === minus);
  return sign === minus ? -value : value;
}
