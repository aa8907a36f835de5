import { describe, expect, it } from 'vitest';
import { isEmptyFilter } from '../../data/transaction-filter.ts';
import { filterOfRange } from './explore-filter.ts';

const xEdges = [1000, 2000, 3000];
const yEdges = [0, 10, 100];

describe('the filter of a brush', () => {
  it('is no condition where the brush reaches the end of an axis: rows beyond the last bin stay in', () => {
    expect(filterOfRange({ x: [1000, 2500], y: [5, 100] }, xEdges, yEdges)).toEqual({ toMs: 2500, minimumAmount: 5 });
  });

  it('is empty without a brush', () => {
    expect(isEmptyFilter(filterOfRange(null, xEdges, yEdges))).toBe(true);
    expect(isEmptyFilter(filterOfRange({ x: [1000, 3000], y: [0, 100] }, xEdges, yEdges))).toBe(true);
  });
});
