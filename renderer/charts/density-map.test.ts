import { describe, expect, it } from 'vitest';
import { waterfall } from './contributions.tsx';
import { densityCells } from './density-map.tsx';
import { mixedColour, shadeOf } from './shades.ts';

describe('cells of a density map', () => {
  it('are row-major, leave out empty bins, and are coloured by the share that is flagged, not by the number', () => {
    const { cells, parts, dots } = densityCells([0, 5, 10_000, 8], [0, 0, 100, 8], 2);
    expect(cells).toEqual([
      [1, 2, 0, 1],
      [0, 1, 1, 2],
      [1, 2, 1, 2],
    ]);
    expect(parts).toEqual([0, 0.1, 1]);
    expect(dots).toEqual([]);
  });

  it('claim no share of a few rows: one flagged among them is a dot inside its cell', () => {
    const { parts, dots } = densityCells([1, 4], [1, 0], 2);
    expect(parts).toEqual([0, 0]);
    expect(dots).toHaveLength(1);
    const [left, right, bottom, top] = dots[0];
    expect([left > 0, right < 1, bottom > 0, top < 1]).toEqual([true, true, true, true]);
  });

  it('show a single row beside a million', () => {
    expect(shadeOf(1, 1_000_000)).toBeGreaterThan(0.1);
    expect(shadeOf(0, 1_000_000)).toBe(0);
    expect(shadeOf(1_000_000, 1_000_000)).toBe(1);
  });
});

it('mixes two colours channel by channel', () => {
  expect([0, 0.5, 1].map((part) => mixedColour('#000000', '#ff8010', part))).toEqual(['#000000', '#804008', '#ff8010']);
});

describe('the waterfall of contributions', () => {
  it('starts each bar where the one above ended, also downwards', () => {
    const spans = waterfall([3, 1, -2]);
    expect(spans.map(({ from, to }) => [from * 4, to * 4])).toEqual([
      [0, 3],
      [3, 4],
      [2, 4],
    ]);
  });

  it('keeps bars inside the track when the sum is negative', () => {
    for (const { from, to } of waterfall([1, -4, 2])) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(1);
    }
  });
});
