import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentileOf, summariseBackground } from './background.ts';
import { describeReasons } from './describe-reasons.ts';
import { nearestNormalNeighbours } from './nearest-neighbours.ts';

describe('the background', () => {
  it('has the quartiles of NumPy, leaves out NaN, and does not take a constant feature for a step of 0', () => {
    const values = Float32Array.from([1, 5, 2, 5, 4, 5, NaN, 5, 10, 5]);
    const [first, second] = summariseBackground({ rowCount: 5, featureCount: 2, values });
    expect(first.median).toBe(3);
    expect(first.spread).toBe(5.5 - 1.75);
    expect([first.least, first.greatest, first.mean]).toEqual([1, 10, 4.25]);
    expect([second.standardDeviation, second.spread]).toEqual([0, 1]);
  });

  it('keeps infinities out of the mean but in the order', () => {
    const values = Float32Array.from([-Infinity, 1, 3, Infinity]);
    const [feature] = summariseBackground({ rowCount: 4, featureCount: 1, values });
    expect([feature.mean, feature.least, feature.greatest]).toEqual([2, 1, 3]);
    expect(percentileOf(feature, Infinity)).toBe(3.5 / 4);
  });

  it('counts ties half, so that the usual value of a flag is not called extreme', () => {
    const values = Float32Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const [feature] = summariseBackground({ rowCount: 10, featureCount: 1, values });
    expect([percentileOf(feature, 0), percentileOf(feature, 1), percentileOf(feature, 2)]).toEqual([0.45, 0.95, 1]);
    expect(percentileOf(feature, NaN)).toBeNull();
  });
});

describe('reasons', () => {
  it('add up with the rest, whatever the contributions', () => {
    const contribution = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(fc.array(contribution, { minLength: 1, maxLength: 12 }), (contributions) => {
        const featureCount = contributions.length;
        const background = summariseBackground({ rowCount: 1, featureCount, values: new Float32Array(featureCount) });
        const described = describeReasons(
          { leaf: 'path-length', sampleSize: 256 },
          { baseline: 8, contributions: Float64Array.from(contributions) },
          new Float32Array(featureCount),
          contributions.map((_, feature) => `f${feature}`),
          background,
        );
        expect(described.reasons.length).toBeLessThanOrEqual(5);
        expect(described.reasons.length + described.rest.featureCount).toBe(featureCount);
        const total = described.reasons.reduce((sum, reason) => sum + reason.exponent, described.rest.exponent);
        expect(total).toBeCloseTo(described.exponentDifference, 9);
        const score = described.scoreAtBaseline * 2 ** described.exponentDifference;
        const length = contributions.reduce((sum, part) => sum + part, 8);
        expect(score).toBeCloseTo(2 ** (-length / 10.244770920116851), 9);
      }),
    );
  });

  it('list what raises the score, most first, and put the rest together', () => {
    const background = summariseBackground({ rowCount: 1, featureCount: 3, values: new Float32Array(3) });
    const described = describeReasons(
      { leaf: 'path-length', sampleSize: 2 },
      { baseline: 1, contributions: Float64Array.from([0.5, -1, -3]) },
      Float32Array.from([1, 2, 3]),
      ['a', 'b', 'c'],
      background,
    );
    expect(described.reasons.map(({ name, share }) => [name, share])).toEqual([
      ['c', 3 / 3.5],
      ['b', 1 / 3.5],
    ]);
    expect(described.rest).toEqual({ featureCount: 1, exponent: -0.5, share: -0.5 / 3.5 });
  });
});

describe('nearest normal neighbours', () => {
  it('are those of a full sort on standardised features, ties in row order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 90 }),
        fc.integer({ min: 1, max: 6 }),
        (numbers, count) => {
          const rowCount = Math.floor(numbers.length / 3);
          const values = Float32Array.from(numbers.slice(0, rowCount * 3), (value, index) => value * 10 ** (index % 3));
          const matrix = { rowCount, featureCount: 3, values };
          const background = summariseBackground(matrix);
          const row = Float32Array.from([1, 10, 100]);
          const distances = Array.from({ length: rowCount }, (_, index) =>
            Math.hypot(
              ...background.map((feature, column) => {
                return (row[column] - values[index * 3 + column]) / (feature.standardDeviation || 1);
              }),
            ),
          );
          const expected = distances.toSorted((a, b) => a - b).slice(0, count);
          const neighbours = nearestNormalNeighbours(row, matrix, background, count);
          expect(neighbours.length).toBe(expected.length);
          neighbours.forEach(({ row: index, distance }, place) => {
            expect(distance).toBeCloseTo(expected[place], 9);
            expect(distance).toBeCloseTo(distances[index], 9);
          });
        },
      ),
    );
  });

  it('put rows with infinite or missing values far away, without NaN distances', () => {
    const values = Float32Array.from([NaN, Infinity, 1, 2]);
    const matrix = { rowCount: 4, featureCount: 1, values };
    const neighbours = nearestNormalNeighbours(Float32Array.from([1.2]), matrix, summariseBackground(matrix), 4);
    expect(neighbours.map(({ row }) => row)).toEqual([2, 3, 0, 1]);
    expect(neighbours.every(({ distance }) => Number.isFinite(distance))).toBe(true);
  });
});
