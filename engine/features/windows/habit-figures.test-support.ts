import { exactLog2, exactSqrt } from '../../domain/exact-math.ts';
import { logUnitsPerOne } from './log-amounts.ts';

/*
 * What the kernel's figures of what is unusual are measured by (`kernel/assembly/habit-figures.ts`), written once more.
 * What is unusual for an entity, in figures that mean the same for every entity: roots of counts (whose spread is one
 * half, however many), bits of surprise, and spreads. All are 0 where nothing is unusual.
 */

export const hoursOfDay = 24;
const hourMs = 3_600_000;
const dayMs = hoursOfDay * hourMs;

/** Anscombe's root: the counts of a Poisson law get a spread of about 1. */
function stabilised(count: number): number {
  return 2 * exactSqrt(count + 0.375);
}

/**
 * How far a count in a window of `lengthMs` lies above the own rate: `usual` counts over `days` known, with one more of each so
 * that a new entity has a rate of one a day. In spreads, at least 0.
 */
export function burstOver(count: number, usual: number, days: number, lengthMs: number): number {
  const expected = (((usual + 1) / (days + 1)) * lengthMs) / dayMs;
  return Math.max(0, stabilised(count) - stabilised(expected));
}

/** Surprise at something that happens `part` times of `whole`, in bits. */
export function surpriseBits(part: number, whole: number): number {
  return Math.max(0, exactLog2(whole / part));
}

/** A habit of fewer rows is taken to be as wide as three payments one e-fold from their mean. */
const spreadRows = 3;

/**
 * How far the logarithm of an amount lies above the entity's usual, in spreads, at least 0. The mean is drawn towards that
 * of all (0) by one payment, the spread towards 1 by three.
 *
 * @param units, sum in `logUnitsPerOne`; NaN is missing.
 * @param scaledSquares count * (sum of squares) - sum^2, in squared units.
 */
export function excessOf(units: number, count: number, sum: number, scaledSquares: number): number {
  if (units !== units) return 0;
  const deviation = (units - sum / (count + 1)) / logUnitsPerOne;
  const squares = count > 0 ? scaledSquares / count / logUnitsPerOne ** 2 : 0;
  const spread = exactSqrt((squares + spreadRows) / (count + spreadRows));
  return Math.max(0, deviation / spread);
}

/** The sum of a window as a multiple of what the entity usually spends in a day and one usual payment; 1 without a habit. */
export function spentAgainstHabit(sum: number, usualSum: number, usualCount: number, days: number): number {
  return usualCount > 0 && usualSum > 0 ? sum / (usualSum / (days + 1) + usualSum / usualCount) : 1;
}

/** How an hour of payment counts for itself and its neighbours, so that ten past is no other habit than ten to. */
export const hourWeights = [1, 2, 3, 2, 1] as const;
const weightOfHour = 9;

/** Surprise at an hour: the smoothed share of payments at hours as rare or rarer, with one payment more. */
export function hourBits(weightNotAbove: number, count: number): number {
  return surpriseBits(weightNotAbove + weightOfHour, weightOfHour * (count + 1));
}
