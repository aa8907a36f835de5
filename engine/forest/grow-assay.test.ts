import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeatureMatrix, GrownTree } from '../domain/model.ts';
import { compileForest } from './compile.ts';
import { growAssayTree } from './grow-assay.ts';
import { depthLimit } from './path-length.ts';
import { drawSubSample, drawSubSamples, planGather } from './sub-sample.ts';
import { leafOf, makeTestRows, rowOf, testParameters } from './test-rows.ts';

/** Counts again which training rows reach each node. */
function recount(tree: GrownTree, matrix: FeatureMatrix, rows: Iterable<number>): Int32Array {
  const counts = new Int32Array(tree.feature.length);
  for (const row of rows) {
    let node = 0;
    counts[node]++;
    while (tree.feature[node] >= 0) {
      const goesLeft = rowOf(matrix, row)[tree.feature[node]] <= tree.threshold[node];
      node = goesLeft ? tree.left[node] : tree.right[node];
      counts[node]++;
    }
  }
  return counts;
}

const anyFloat = fc.oneof(
  { weight: 3, arbitrary: fc.float() },
  { weight: 2, arbitrary: fc.constantFrom(0, -0, 1, NaN, Infinity, -Infinity, 2 ** -149, -(2 ** -149)) },
  { weight: 1, arbitrary: fc.constantFrom(3.4028234663852886e38, -3.4028234663852886e38, 1e-40, 16777216, 16777217) },
);

describe('growAssayTree', () => {
  it('counts in each node exactly the rows that its splits send there, for any values', () => {
    const matrices = fc
      .record({ featureCount: fc.integer({ min: 1, max: 5 }), rowCount: fc.integer({ min: 1, max: 40 }) })
      .chain(({ featureCount, rowCount }) =>
        fc
          .array(anyFloat, { minLength: featureCount * rowCount, maxLength: featureCount * rowCount })
          .map((values) => ({ featureCount, rowCount, values: Float32Array.from(values) })),
      );
    fc.assert(
      fc.property(matrices, fc.integer({ min: 1, max: 40 }), fc.nat(), (matrix, sample, seed) => {
        const parameters = testParameters({ sample, seed });
        const rows = drawSubSample(matrix.rowCount, parameters, 0);
        const tree = growAssayTree(matrix, parameters, 0);
        expect(recount(tree, matrix, rows)).toEqual(tree.sampleCount);
        for (let node = 0; node < tree.feature.length; node++) {
          if (tree.feature[node] < 0) continue;
          expect(tree.left[node]).toBe(node + 1);
          expect(Math.min(tree.sampleCount[tree.left[node]], tree.sampleCount[tree.right[node]])).toBeGreaterThan(0);
        }
        for (const row of rows) {
          expect(leafOf(tree, 0, rowOf(matrix, row)).depth).toBeLessThanOrEqual(depthLimit(rows.length));
        }
        expect(() => compileForest([tree], matrix.featureCount, rows.length)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same forest from gathered rows as from the whole matrix', () => {
    const whole = makeTestRows(5000, 6);
    const parameters = testParameters();
    const plan = planGather(drawSubSamples(whole.rowCount, parameters));
    const values = Float32Array.from([...plan.rows].flatMap((row) => [...rowOf(whole, row)]));
    const gathered = { rowCount: plan.rows.length, featureCount: 6, values };
    for (let tree = 0; tree < parameters.trees; tree++) {
      expect(growAssayTree(gathered, parameters, tree, plan.subSamples[tree])).toEqual(
        growAssayTree(whole, parameters, tree),
      );
    }
  });

  it('never splits on a constant feature, and makes one leaf of rows that are all equal', () => {
    const rows = makeTestRows(500, 6);
    for (let tree = 0; tree < 50; tree++) {
      expect(growAssayTree(rows, testParameters(), tree).feature).not.toContain(2);
    }
    const equal = { rowCount: 100, featureCount: 3, values: new Float32Array(300).fill(1.5) };
    expect([...growAssayTree(equal, testParameters(), 0).sampleCount]).toEqual([64]);
    const zeros = { rowCount: 2, featureCount: 1, values: Float32Array.of(0, -0) };
    expect(growAssayTree(zeros, testParameters(), 0).feature.length).toBe(1);
  });

  it('splits each varying feature equally often, as scikit-learn does, however many constants surround it', () => {
    const featureCount = 10;
    const values = new Float32Array(200 * featureCount);
    const source = makeTestRows(200, 4, 5);
    for (let row = 0; row < 200; row++) {
      for (const [column, from] of [
        [1, 0],
        [4, 3],
        [8, 0],
      ] as const) {
        values[row * featureCount + column] = source.values[row * 4 + from] + column;
      }
    }
    const matrix = { rowCount: 200, featureCount, values };
    const atRoot = new Map<number, number>();
    for (let tree = 0; tree < 3000; tree++) {
      const feature = growAssayTree(matrix, testParameters({ sample: 16 }), tree).feature[0];
      atRoot.set(feature, (atRoot.get(feature) ?? 0) + 1);
    }
    expect([...atRoot.keys()].sort((a, b) => a - b)).toEqual([1, 4, 8]);
    for (const count of atRoot.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(667));
  });

  it('draws the threshold uniformly between the least and the greatest value', () => {
    const matrix = { rowCount: 2, featureCount: 1, values: Float32Array.of(10, 20) };
    const tenths = new Uint32Array(10);
    for (let tree = 0; tree < 10_000; tree++) {
      const threshold = growAssayTree(matrix, testParameters({ sample: 2 }), tree).threshold[0];
      expect(threshold >= 10 && threshold < 20).toBe(true);
      tenths[Math.floor(threshold - 10)]++;
    }
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(900));
  });

  it('uses only as many features in a tree as it may', () => {
    const rows = makeTestRows(500, 8);
    for (let tree = 0; tree < 20; tree++) {
      const used = new Set(growAssayTree(rows, testParameters({ featuresPerTree: 3 }), tree).feature);
      used.delete(-1);
      expect(used.size).toBeLessThanOrEqual(3);
    }
  });

  it('shows every second tree one theme, in turn, and the others all features', () => {
    const rows = makeTestRows(500, 8);
    const themes = [
      { theme: 'amount', features: [0, 3] },
      { theme: 'time', features: [5] },
    ] as const;
    const usedBy = (tree: number): ReadonlySet<number> => {
      const parameters = testParameters({
        themes: themes.map(({ theme, features }) => ({ theme, features: [...features] })),
      });
      return new Set(growAssayTree(rows, parameters, tree).feature.filter((feature) => feature >= 0));
    };
    expect([1, 3, 5, 7].map((tree) => [...usedBy(tree)].sort())).toEqual([[0, 3], [5], [0, 3], [5]]);
    expect([0, 2, 4].map((tree) => usedBy(tree).size > 3)).toEqual([true, true, true]);
  });

  it('grows the same trees beside columns that are withheld as without them', () => {
    const narrow = makeTestRows(500, 6);
    const wide = { rowCount: 500, featureCount: 8, values: new Float32Array(500 * 8).fill(NaN) };
    for (let row = 0; row < 500; row++) {
      wide.values.set(narrow.values.subarray(row * 6, row * 6 + 6), row * 8);
      wide.values.set([row, -row], row * 8 + 6);
    }
    for (const featuresPerTree of [null, 3])
      for (let tree = 0; tree < 10; tree++)
        expect(growAssayTree(wide, testParameters({ featuresPerTree, withheld: [6, 7] }), tree)).toEqual(
          growAssayTree(narrow, testParameters({ featuresPerTree }), tree),
        );
    const shown = [...Array(20).keys()].flatMap((tree) => [
      ...growAssayTree(wide, testParameters({ featuresPerTree: 3, withheld: [0, 1, 2] }), tree).feature,
    ]);
    expect(new Set(shown)).toEqual(new Set([-1, 3, 4, 5, 6, 7]));
  });

  it('separates neighbouring float32 values, between which no threshold fits', () => {
    const matrix = { rowCount: 2, featureCount: 1, values: Float32Array.of(1, 1 + 2 ** -23) };
    const tree = growAssayTree(matrix, testParameters(), 0);
    expect([...tree.sampleCount]).toEqual([2, 1, 1]);
    expect(tree.threshold[0]).toBe(1);
  });

  it('isolates an infinite value by a finite threshold, far from the finite ones', () => {
    for (const [infinite, count] of [
      [-Infinity, 1],
      [Infinity, 2],
    ] as const) {
      const matrix = { rowCount: 3, featureCount: 1, values: Float32Array.of(10, infinite, 20) };
      for (let tree = 0; tree < 100; tree++) {
        const { threshold, left, sampleCount } = growAssayTree(matrix, testParameters(), tree);
        expect(Number.isFinite(threshold[0])).toBe(true);
        expect(sampleCount[left[0]]).toBe(count);
      }
    }
  });
});
