import { describe, expect, it } from 'vitest';
import { countsInTrailingDay, normalOf, rowsBefore } from './own-normal.ts';

const hour = 3_600_000;

describe('own normal', () => {
  it('says nothing from fewer than five known values', () => {
    expect(normalOf(Float64Array.of(1, 2, 3, 4, NaN), 2)).toBeNull();
  });

  it('gives NumPy-style percentiles and the share below', () => {
    const hundred = Float64Array.from({ length: 101 }, (_, index) => 100 - index);
    expect(normalOf(hundred, 99)).toEqual({ count: 101, low: 5, high: 95, shareBelow: 99 / 101 });
  });

  it('never looks at a later payment, and breaks equal times by the order of the stream', () => {
    const times = Float64Array.of(50, 10, 50, 90, NaN, 50);
    expect([...rowsBefore(Uint32Array.of(0, 1, 2, 3, 4, 5), times, 2)]).toEqual([0, 1]);
    expect([...rowsBefore(Uint32Array.of(0, 1, 2, 3), null, 2)]).toEqual([0, 1]);
  });

  it('counts the 24 h up to each payment, the first instant left out', () => {
    const times = Float64Array.of(0, hour, 24 * hour, 24 * hour + 1, 25 * hour);
    expect([...countsInTrailingDay(times)]).toEqual([1, 2, 2, 3, 3]);
  });
});
