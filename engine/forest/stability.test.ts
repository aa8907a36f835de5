import { describe, expect, it } from 'vitest';
import { flagOverlap, flagStability } from './stability.ts';

describe('flagStability', () => {
  it('gives, for each row flagged first, the share of the other runs that flag it, each with its own threshold', () => {
    const stability = flagStability([
      { sums: Int32Array.of(1, 9, 2, 9), thresholdUnits: 5 },
      { sums: Int32Array.of(10, 30, 11, 10), thresholdUnits: 10 },
      { sums: Int32Array.of(1, 1, 1, 9), thresholdUnits: 3 },
    ]);
    expect([...stability.rows]).toEqual([0, 2]);
    expect([...stability.shareOfRuns]).toEqual([1, 0.5]);
    expect(stability.meanShare).toBe(0.75);
  });

  it('has no mean without alerts', () => {
    const run = { sums: Int32Array.of(5), thresholdUnits: 1 };
    expect(flagStability([run, run]).meanShare).toBe(null);
  });
});

it('overlap counts what both flag among what either flags, each by its own threshold', () => {
  const first = { sums: Int32Array.of(1, 2, 9, 9), thresholdUnits: 2 };
  const second = { sums: Int32Array.of(90, 10, 10, 90), thresholdUnits: 10 };
  expect(flagOverlap(first, second)).toBe(1 / 3);
  expect(flagOverlap(first, first)).toBe(1);
  expect(flagOverlap({ ...first, thresholdUnits: 0 }, { ...first, thresholdUnits: 0 })).toBeNull();
});
