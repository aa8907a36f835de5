import { describe, expect, it } from 'vitest';
import { bootstrapOverDays } from './bootstrap.ts';
import { aurocOfRanking, rankRows } from './ranking.ts';

/** Park and Miller's generator, enough to draw days. */
function seededDraw(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48271) % 2147483647;
    return state % bound;
  };
}

const mean = (values: Float64Array, weights: Float64Array): number =>
  values.reduce((sum, value, row) => sum + value * weights[row], 0) / weights.reduce((sum, weight) => sum + weight, 0);

describe('bootstrapOverDays', () => {
  it('draws whole days: rows of a day always count alike, and as many days are drawn as there are', () => {
    const days = Int32Array.of(3, 9, 3, 9, 12);
    const seen = new Set<string>();
    bootstrapOverDays(
      days,
      (weights) => {
        expect(weights[0]).toBe(weights[2]);
        expect(weights[1]).toBe(weights[3]);
        expect(weights[0] + weights[1] + weights[4]).toBe(3);
        seen.add([...weights].join());
        return 0;
      },
      { replicates: 200, level: 0.95, drawIndex: seededDraw(1) },
    );
    expect(seen.size).toBe(10);
  });

  it('gives an interval of about the width that theory gives for a mean over days', () => {
    const days = Int32Array.from({ length: 100 }, (_, row) => row);
    const draw = seededDraw(7);
    const values = Float64Array.from(days, () => draw(1000) / 1000);
    const average = mean(values, new Float64Array(100).fill(1));
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / 100;
    const options = { replicates: 4000, level: 0.95, drawIndex: seededDraw(3) };
    const interval = bootstrapOverDays(days, (weights) => mean(values, weights), options);
    const halfWidth = 1.96 * Math.sqrt(variance / 100);
    expect(interval?.low).toBeCloseTo(average - halfWidth, 2);
    expect(interval?.high).toBeCloseTo(average + halfWidth, 2);
  });

  it('is the same for the same draws, and leaves out replicates in which a figure is not defined', () => {
    const days = Int32Array.of(1, 1, 2, 2);
    const ranking = rankRows(Uint8Array.of(1, 0, 0, 0), Int32Array.of(4, 3, 2, 1));
    const run = () =>
      bootstrapOverDays(days, (weights) => aurocOfRanking(ranking, weights), {
        replicates: 100,
        level: 0.9,
        drawIndex: seededDraw(5),
      });
    const interval = run();
    expect(run()).toEqual(interval);
    expect(interval?.replicates).toBeGreaterThan(0);
    expect(interval?.replicates).toBeLessThan(100);
    const nothing = bootstrapOverDays(days, () => null, { replicates: 3, level: 0.9, drawIndex: seededDraw(5) });
    expect(nothing).toBe(null);
  });
});
