import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileForest } from './compile.ts';
import { averagePathLength, leafValueOf } from './path-length.ts';
import { scoreOfSum, scoreSums, unitsAtHalf, unitsOfOne } from './score.ts';
import { leafOf, makeTestRows, meanPathLength, rowOf, testParameters } from './test-rows.ts';
import { growForest } from './train.ts';
import type { CompiledForest, FeatureMatrix } from '../domain/model.ts';

function sumsOf(forest: CompiledForest, matrix: FeatureMatrix): Int32Array {
  const out = new Int32Array(matrix.rowCount);
  scoreSums(forest, matrix.values, matrix.rowCount, out);
  return out;
}

function sumByDefinition(forest: CompiledForest, row: Float32Array): number {
  let sum = 0;
  for (const root of forest.roots) sum += forest.units[leafOf(forest, root, row).node];
  return sum;
}

const special = [0, -0, NaN, Infinity, -Infinity, 2 ** -149, -(2 ** -149), 3.4028234663852886e38];

describe('scoreSums', () => {
  it('equals the walk by definition for any row: NaN goes right, infinities, -0 and denormals compare as floats', () => {
    const matrix = makeTestRows(400, 6);
    const forest = compileForest(growForest(matrix, testParameters()), 6, 64);
    const value = fc.oneof(fc.float(), fc.constantFrom(...special, ...forest.threshold));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.infiniteStream(value), (rowCount, stream) => {
        const values = Float32Array.from(stream.take(rowCount * 6));
        const probe = { rowCount, featureCount: 6, values };
        sumsOf(forest, probe).forEach((sum, row) => {
          expect(sum).toBe(sumByDefinition(forest, rowOf(probe, row)));
        });
      }),
    );
    const missing = new Float32Array(6).fill(NaN);
    const rightmost = forest.roots.reduce((sum, root) => {
      let node = root;
      while (forest.feature[node] >= 0) node = forest.right[node];
      return sum + forest.units[node];
    }, 0);
    expect(sumsOf(forest, { rowCount: 1, featureCount: 6, values: missing })[0]).toBe(rightmost);
  });

  it('gives each row the same sum wherever it stands in a batch of any size', () => {
    const matrix = makeTestRows(1030, 5);
    const forest = compileForest(growForest(matrix, testParameters()), 5, 64);
    const sums = sumsOf(forest, matrix);
    for (const row of [0, 255, 256, 1023, 1024, 1029]) {
      expect(sumsOf(forest, { rowCount: 1, featureCount: 5, values: rowOf(matrix, row) })[0]).toBe(sums[row]);
    }
  });

  it.each([
    { name: 'one row', rows: 1, features: 4, trees: 10 },
    { name: 'one feature', rows: 500, features: 1, trees: 10 },
    { name: '500 features', rows: 300, features: 500, trees: 10 },
    { name: '1000 trees', rows: 300, features: 4, trees: 1000 },
  ])('stays exact and within the unit of the score in double precision: $name', ({ rows, features, trees }) => {
    const matrix = makeTestRows(rows, features);
    const parameters = testParameters({ trees, sample: 128 });
    const sampleSize = Math.min(128, rows);
    const forest = compileForest(growForest(matrix, parameters), features, sampleSize);
    sumsOf(forest, matrix).forEach((sum, row) => {
      expect(sum).toBe(sumByDefinition(forest, rowOf(matrix, row)));
      expect(Math.abs(sum / (trees * 2 ** forest.shift) - meanPathLength(forest, rowOf(matrix, row)))).toBeLessThan(
        0.5 * 2 ** -forest.shift + 1e-12,
      );
    });
  });

  it('does not read or write beyond the rows it is asked for', () => {
    const matrix = makeTestRows(10, 4);
    const forest = compileForest(growForest(matrix, testParameters({ sample: 8 })), 4, 8);
    const out = new Int32Array(10).fill(-7);
    scoreSums(forest, matrix.values, 3, out);
    expect([...out.subarray(3)]).toEqual(new Array(7).fill(-7));
    expect(() => scoreSums(forest, matrix.values, 11, new Int32Array(11))).toThrow('do not fit');
  });
});

describe('scoreOfSum', () => {
  it('is one half at the average path length, falls with the sum, and is one half for a forest of single rows', () => {
    const matrix = makeTestRows(300, 4);
    const forest = compileForest(growForest(matrix, testParameters()), 4, 64);
    expect(scoreOfSum(forest, 20 * averagePathLength(64) * 2 ** forest.shift)).toBeCloseTo(0.5, 12);
    expect(scoreOfSum(forest, 1000)).toBeGreaterThan(scoreOfSum(forest, 1001));
    const convex = compileForest(growForest(matrix, testParameters()), 4, 64, 'convex');
    expect(scoreOfSum(convex, unitsAtHalf(convex))).toBeCloseTo(0.5, 12);
    expect(scoreOfSum(convex, 1000)).toBeGreaterThan(scoreOfSum(convex, 1001));
    // One length in every tree is that length, whatever its leaves count for.
    const sumAt = (length: number): number => unitsOfOne(convex) * leafValueOf('convex', length);
    expect(scoreOfSum(convex, sumAt(3))).toBeCloseTo(2 ** (-3 / averagePathLength(64)), 12);
    const single = compileForest(growForest(matrix, testParameters({ sample: 1 })), 4, 1);
    expect([...sumsOf(single, matrix)]).toEqual(new Array(300).fill(0));
    expect(scoreOfSum(single, 0)).toBe(0.5);
  });
});
