import { productError } from '../../domain/product-error.ts';

/**
 * Exact sums of whole numbers in plain doubles. A running sum that rounds depends on what was added and removed
 * before it; these do not, so a window has the same sum however the stream was cut, replayed or restored.
 */

/** Sums are held in limbs of 52 bits: every limb but the highest lies in [0, 2^52). */
export const limb = 2 ** 52;

/** The largest whole number of units that one amount may hold; larger ones count as this many. */
export const largestUnits = limb - 1;

/** The sum of limbs `high * 2^52 + low`, rounded once. */
export function limbsToNumber(high: number, low: number): number {
  return high * limb + low;
}

/** An amount as a whole number of units (`unitsPerOne` of them make 1), clipped to ±(2^52 - 1). NaN stays NaN. */
export function toUnits(amount: number, unitsPerOne: number): number {
  // Adding 0 turns -0 into 0, so that equal windows have equal bits.
  const units = Math.round(amount * unitsPerOne) + 0;
  if (units > largestUnits) return largestUnits;
  return units < -largestUnits ? -largestUnits : units;
}

/**
 * Adds `sign * units^2` to the three limbs at `limbs[at..at+2]` (highest first). Exact for |units| < 2^52 and up to
 * 2^52 terms.
 */
export function addSquare(limbs: Float64Array, at: number, units: number, sign: 1 | -1): void {
  const product = units * units;
  let high = 0;
  let low = product;
  if (product >= limb) {
    high = Math.floor(product / limb);
    low = product - high * limb + productError(units, units, product);
    if (low < 0) {
      high -= 1;
      low += limb;
    } else if (low >= limb) {
      high += 1;
      low -= limb;
    }
  }
  let lowest = limbs[at + 2] + sign * low;
  let middle = limbs[at + 1] + sign * high;
  if (lowest >= limb) {
    lowest -= limb;
    middle += 1;
  } else if (lowest < 0) {
    lowest += limb;
    middle -= 1;
  }
  if (middle >= limb) {
    middle -= limb;
    limbs[at] = limbs[at] + 1;
  } else if (middle < 0) {
    middle += limb;
    limbs[at] = limbs[at] - 1;
  }
  limbs[at + 1] = middle;
  limbs[at + 2] = lowest;
}

/**
 * `count * squares - sum^2` (the sample variance times count * (count - 1)), at least 0. The subtraction is done in
 * two doubles (106 bits), so nearly equal large amounts keep their deviation.
 */
export function scaledVariance(count: number, sum: number, squares: Float64Array, at: number): number {
  const low = squares[at + 2];
  const rest = squares[at] * limb * limb + squares[at + 1] * limb;
  const squaresHigh = rest + low;
  const squaresLow = low - (squaresHigh - rest);
  const left = squaresHigh * count;
  const leftError = productError(squaresHigh, count, left) + squaresLow * count;
  const right = sum * sum;
  const rightError = productError(sum, sum, right);
  const difference = left - right + (leftError - rightError);
  return difference > 0 ? difference : 0;
}
