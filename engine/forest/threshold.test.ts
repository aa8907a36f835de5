import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countFlagged,
  orderBySum,
  budgetOf,
  sortSums,
  thresholdForBudget,
  thresholdForContamination,
} from './threshold.ts';

/** numpy.percentile(values, 100 * share) with linear interpolation, as numpy 1.24 computes it. */
function percentile(ascending: Float64Array, share: number): number {
  const position = ((100 * share) / 100) * (ascending.length - 1);
  const below = Math.floor(position);
  const low = ascending[below];
  const high = ascending[Math.min(below + 1, ascending.length - 1)];
  const part = position - below;
  return part >= 0.5 ? high - (high - low) * (1 - part) : low + (high - low) * part;
}

/** Rows that scikit-learn's rule flags: score_samples strictly below the percentile. Sums stand for -score alike. */
function flaggedByScikitLearn(sums: Int32Array, contamination: number): number {
  const scores = Float64Array.from(sums, (sum) => -(2 ** (-sum / 2 ** 22))).sort();
  const offset = percentile(scores, contamination);
  return scores.filter((score) => score < offset).length;
}

const sumsWithTies = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 2 ** 24 - 1 }), { minLength: 1, maxLength: 300 }),
  fc.array(fc.integer({ min: 4_000_000, max: 4_000_009 }), { minLength: 1, maxLength: 300 }),
);
const shares = fc.oneof(
  fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
  fc.integer({ min: 1, max: 500 }).map((thousandths) => thousandths / 1000),
);

describe('thresholdForContamination', () => {
  it("flags exactly the rows that scikit-learn's percentile flags, ties and whole positions included", () => {
    fc.assert(
      fc.property(sumsWithTies, shares, (list, contamination) => {
        const sums = Int32Array.from(list);
        const threshold = thresholdForContamination(sortSums(sums), contamination);
        expect(sums.filter((sum) => sum <= threshold).length).toBe(flaggedByScikitLearn(sums, contamination));
      }),
      { numRuns: 2000 },
    );
  });

  it('flags at most ceil(contamination * (n - 1)) rows, and nothing where all rows tie', () => {
    expect(countFlagged(new Int32Array(100).fill(5), thresholdForContamination(new Int32Array(100).fill(5), 0.1))).toBe(
      0,
    );
    const distinct = Int32Array.from({ length: 101 }, (_, i) => i);
    expect(countFlagged(distinct, thresholdForContamination(distinct, 0.1))).toBe(10);
    expect(countFlagged(distinct, thresholdForContamination(distinct, 0.07))).toBe(7);
    expect(countFlagged(distinct, thresholdForContamination(distinct, 0.075))).toBe(8);
  });

  it('refuses a contamination outside (0, 0.5]', () => {
    for (const wrong of [0, -0.1, 0.7, NaN, Infinity]) {
      expect(() => thresholdForContamination(Int32Array.of(1, 2), wrong)).toThrow('Contamination must be');
    }
  });
});

describe('thresholdForBudget', () => {
  it('is the largest threshold that flags no more rows than the budget', () => {
    fc.assert(
      fc.property(sumsWithTies, fc.integer({ min: 0, max: 310 }), (list, budget) => {
        const sorted = sortSums(Int32Array.from(list));
        const threshold = thresholdForBudget(sorted, budget);
        expect(countFlagged(sorted, threshold)).toBeLessThanOrEqual(budget);
        if (budget < sorted.length) expect(countFlagged(sorted, threshold + 1)).toBeGreaterThan(budget);
        else expect(countFlagged(sorted, threshold)).toBe(sorted.length);
      }),
    );
  });

  it('flags nothing for no rows, and refuses a negative budget', () => {
    expect(thresholdForBudget(new Int32Array(0), 10)).toBe(-1);
    expect(() => thresholdForBudget(Int32Array.of(1), -1)).toThrow('0 or more');
  });

  it('takes alerts per day times days, not losing an alert to rounding (0.1 * 30 is a little above 3, 0.29 * 100 below 29)', () => {
    const sorted = Int32Array.from({ length: 100 }, (_, i) => i);
    expect(countFlagged(sorted, thresholdForBudget(sorted, budgetOf(0.1, 30)))).toBe(3);
    expect(countFlagged(sorted, thresholdForBudget(sorted, budgetOf(0.29, 100)))).toBe(29);
    expect(countFlagged(sorted, thresholdForBudget(sorted, budgetOf(2.5, 3)))).toBe(7);
  });
});

describe('sorting sums', () => {
  it('is by sum, then by row', () => {
    fc.assert(
      fc.property(sumsWithTies, (list) => {
        const sums = Int32Array.from(list);
        const expected = [...sums.keys()].sort((a, b) => sums[a] - sums[b] || a - b);
        expect([...orderBySum(sums)]).toEqual(expected);
        expect([...sortSums(sums)]).toEqual(expected.map((row) => sums[row]));
      }),
    );
    expect(() => orderBySum(Int32Array.of(-1))).toThrow('Impossible');
    expect(() => orderBySum(Int32Array.of(2 ** 24))).toThrow('Impossible');
  });
});
