import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { populationStabilityIndex } from './stability-index.ts';

/** A column of `count` rows of which `share` are 1, and the others 0. */
function oneHot(share: number, count = 1000): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => (row < share * count ? 1 : 0));
}

/** The index of two shares of ones, by hand. */
function byHand(before: number, after: number): number {
  return (after - before) * Math.log(after / before) + (before - after) * Math.log((1 - after) / (1 - before));
}

describe('population stability index', () => {
  it.each([
    [0.05, 0.6],
    [0.6, 0.05],
    [0.95, 0.5],
    [0.3, 0.31],
  ])('of a one-hot column that goes from %d to %d is what the shares give, though quantiles tie', (before, after) => {
    expect(populationStabilityIndex(oneHot(before), oneHot(after))).toBeCloseTo(byHand(before, after), 10);
  });

  it('sees values that the reference lacks, on either side, and a category that goes', () => {
    const zeros = new Float64Array(1000);
    expect(populationStabilityIndex(zeros, oneHot(0.1))).toBeGreaterThan(0.2);
    expect(
      populationStabilityIndex(
        zeros,
        oneHot(0.1).map((value) => -value),
      ),
    ).toBeGreaterThan(0.2);
    expect(populationStabilityIndex(oneHot(0.5), zeros)).toBeGreaterThan(0.2);
    const outer = Float64Array.from({ length: 1000 }, (_, row) => (row % 2) * 2);
    expect(populationStabilityIndex(outer, oneHot(1))).toBeGreaterThan(0.2);
  });

  it('of a count column, whose values are bins of their own, is what its shares give', () => {
    const before = Float64Array.from({ length: 1000 }, (_, row) => row % 4);
    const after = Float64Array.from({ length: 1000 }, (_, row) => Math.min(3, row % 8));
    const shares = [0.125, 0.125, 0.125, 0.625];
    const expected = shares.reduce((sum, share) => sum + (share - 0.25) * Math.log(share / 0.25), 0);
    expect(populationStabilityIndex(before, after)).toBeCloseTo(expected, 10);
  });

  it('of a continuous column is that of ten bins of equal count', () => {
    const before = Float64Array.from({ length: 1000 }, (_, row) => row);
    const after = Float64Array.from({ length: 1000 }, (_, row) => row / 2);
    const expected = 5 * (0.2 - 0.1) * Math.log(2) + 5 * (1e-4 - 0.1) * Math.log(1e-3);
    expect(populationStabilityIndex(before, after)).toBeCloseTo(expected, 10);
  });

  it('is 0 for the same values in any order, never negative, and the same on any scale', () => {
    const column = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(column, column, (first, second) => {
        const index = populationStabilityIndex(Float64Array.from(first), Float64Array.from(second));
        expect(populationStabilityIndex(Float64Array.from(first), Float64Array.from(first.toReversed()))).toBe(0);
        expect(index).toBeGreaterThanOrEqual(0);
        const scaled = [first, second].map((values) => Float64Array.from(values, (value) => 3 * value + 7));
        expect(populationStabilityIndex(scaled[0], scaled[1])).toBe(index);
      }),
    );
  });
});
