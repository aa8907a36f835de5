import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompiledForest } from '../../domain/model.ts';
import { compileForest } from '../compile.ts';
import { randomStream } from '../random.ts';
import { scoreSums } from '../score.ts';
import { sortSums } from '../threshold.ts';
import { growForest } from '../train.ts';
import { summariseBackground } from './background.ts';
import { limitsOf, smallestChange } from './smallest-change.ts';
import type { ChangeLimits } from './smallest-change.ts';

const next32 = (value: number): number => {
  const word = new Float32Array([value]);
  const bits = new Int32Array(word.buffer);
  if (value === 0) return 2 ** -149;
  bits[0] += value > 0 ? 1 : -1;
  return word[0];
};

function sumOf(forest: CompiledForest, row: Float32Array): number {
  const out = new Int32Array(1);
  scoreSums(forest, row, 1, out);
  return out[0];
}

/** Every value just across a threshold of the forest, and the row's own. */
function grid(forest: CompiledForest, row: Float32Array, feature: number, limits: ChangeLimits): number[] {
  const values = new Set([row[feature]]);
  forest.feature.forEach((used, node) => {
    if (used !== feature) return;
    for (const value of [forest.threshold[node], next32(forest.threshold[node])]) {
      if (value >= limits.lower && value <= limits.upper) values.add(value);
    }
  });
  return [...values];
}

function bruteForce(forest: CompiledForest, row: Float32Array, threshold: number, limits: readonly ChangeLimits[]) {
  const grids = limits.map((limit, feature) => grid(forest, row, feature, limit));
  const least = { single: Infinity, pair: Infinity };
  const changed = row.slice();
  for (let x = 0; x < row.length; x++) {
    for (const toX of grids[x]) {
      changed[x] = toX;
      const distanceX = Math.abs(toX - row[x]) / limits[x].spread;
      if (sumOf(forest, changed) > threshold) least.single = Math.min(least.single, distanceX);
      for (let y = x + 1; y < row.length; y++) {
        for (const toY of grids[y]) {
          const distance = distanceX + Math.abs(toY - row[y]) / limits[y].spread;
          if (distance >= least.pair) continue;
          changed[y] = toY;
          if (sumOf(forest, changed) > threshold) least.pair = distance;
        }
        changed[y] = row[y];
      }
    }
    changed[x] = row[x];
  }
  return least;
}

function flaggedCase(seed: number, featureCount: number, contamination: number) {
  const random = randomStream(seed, 0, 'simulation');
  const rowCount = 120;
  const values = Float32Array.from(
    { length: rowCount * featureCount },
    () => 100 * (random.nextUnit() - 0.5) * random.nextUnit() ** 2,
  );
  const matrix = { rowCount, featureCount, values };
  const grown = growForest(matrix, { trees: 6, sample: 32, featuresPerTree: null, seed, grower: 'assay' });
  const forest = compileForest(grown, featureCount, 32);
  const sums = new Int32Array(rowCount);
  scoreSums(forest, values, rowCount, sums);
  const threshold = sortSums(sums)[Math.floor(contamination * rowCount)];
  const flagged = sums.findIndex((sum) => sum <= threshold);
  const row = values.slice(flagged * featureCount, (flagged + 1) * featureCount);
  return { forest, threshold, row, limits: limitsOf(summariseBackground(matrix)) };
}

describe('the smallest change', () => {
  it('unflags the row by the integer rule, and no smaller one across any thresholds does', () => {
    const found = { single: 0, pair: 0, none: 0 };
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.integer({ min: 2, max: 4 }),
        fc.constantFrom(0.02, 0.1, 0.6, 0.9),
        (seed, featureCount, contamination) => {
          const { forest, threshold, row, limits } = flaggedCase(seed, featureCount, contamination);
          const change = smallestChange(forest, row, threshold, limits);
          const least = bruteForce(forest, row, threshold, limits);
          if (change === null) {
            found.none++;
            expect(least).toEqual({ single: Infinity, pair: Infinity });
            return;
          }
          const changed = row.slice();
          for (const { feature, from, to } of change.changes) {
            expect(from).toBe(row[feature]);
            changed[feature] = to;
          }
          expect(sumOf(forest, changed)).toBe(change.sum);
          expect(change.sum).toBeGreaterThan(threshold);
          const isSingle = change.changes.length === 1;
          found[isSingle ? 'single' : 'pair']++;
          expect(change.distance).toBeCloseTo(isSingle ? least.single : least.pair, 12);
          if (!isSingle) expect(least.single).toBe(Infinity);
        },
      ),
      { numRuns: 120, seed: 7 },
    );
    expect(found.single).toBeGreaterThan(5);
    expect(found.pair).toBeGreaterThan(5);
  });

  it('leaves values alone that are infinite, missing or without limits', () => {
    const { forest, threshold, row, limits } = flaggedCase(3, 3, 0.1);
    row[0] = Infinity;
    row[1] = NaN;
    const locked = limits.map((limit, feature) => (feature === 2 ? { ...limit, lower: NaN, upper: NaN } : limit));
    expect(smallestChange(forest, row, threshold, locked)).toBeNull();
  });
});
