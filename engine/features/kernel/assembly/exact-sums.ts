import { Squares, State } from './layout';

/** Sums are held in limbs of 52 bits: every limb but the highest lies in [0, 2^52). */
export const LIMB: f64 = 4503599627370496;

// Exact sums of whole numbers in plain doubles: they do not depend on what was added and removed before.

const SPLITTER: f64 = 134217729;

/** What rounding left out of `product` = a * b, exactly while the product is below 2^996 (Dekker 1971; Veltkamp's splitting). */
@inline
function productError(a: f64, b: f64, product: f64): f64 {
  const aScaled = a * SPLITTER;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = b * SPLITTER;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** Adds `sign * units^2` to three limbs. Exact for |units| < 2^52 and up to 2^52 terms. */
@inline
export function addSquare(limbs: Squares, units: f64, sign: f64): void {
  const product = units * units;
  let high: f64 = 0;
  let low = product;
  if (product >= LIMB) {
    high = Math.floor(product / LIMB);
    low = product - high * LIMB + productError(units, units, product);
    if (low < 0) {
      high -= 1;
      low += LIMB;
    } else if (low >= LIMB) {
      high += 1;
      low -= LIMB;
    }
  }
  let lowest = limbs.low + sign * low;
  let middle = limbs.middle + sign * high;
  if (lowest >= LIMB) {
    lowest -= LIMB;
    middle += 1;
  } else if (lowest < 0) {
    lowest += LIMB;
    middle -= 1;
  }
  if (middle >= LIMB) {
    middle -= LIMB;
    limbs.high += 1;
  } else if (middle < 0) {
    middle += LIMB;
    limbs.high -= 1;
  }
  limbs.middle = middle;
  limbs.low = lowest;
}

/**
 * `count * squares - sum^2` (the sample variance times count * (count - 1)), at least 0. The subtraction is done in two doubles
 * (106 bits), so nearly equal large amounts keep their deviation.
 */
export function scaledVariance(count: f64, sum: f64, squares: Squares): f64 {
  const low = squares.low;
  const rest = squares.high * LIMB * LIMB + squares.middle * LIMB;
  const squaresHigh = rest + low;
  const squaresLow = low - (squaresHigh - rest);
  const left = squaresHigh * count;
  const leftError = productError(squaresHigh, count, left) + squaresLow * count;
  const right = sum * sum;
  const rightError = productError(sum, sum, right);
  const difference = left - right + (leftError - rightError);
  return difference > 0 ? difference : 0;
}

/** The sum of a window, rounded once. */
@inline
export function sumOf(state: State): f64 {
  return state.sumHigh * LIMB + state.sumLow;
}
