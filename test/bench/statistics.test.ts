import { expect, it } from 'vitest';
import { median, percentile, standardDeviation } from './statistics.ts';

it('takes the mean of the two middle values, and sorts numbers as numbers', () => {
  expect(median([10, 9, 100])).toBe(10);
  expect(median([4, 1, 10, 2])).toBe(3);
});

it('gives a percentile that is one of the values', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentile(values, 0.99)).toBe(198);
  expect(percentile([5], 0.99)).toBe(5);
});

it('divides by one less than there are', () => {
  expect(standardDeviation([1, 3])).toBeCloseTo(Math.SQRT2, 12);
});
