import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompiledForest, GrownTree } from '../../domain/model.ts';
import { compileForest } from '../compile.ts';
import { scoreSums } from '../score.ts';
import { growForest } from '../train.ts';
import { explainPathLengths } from './tree-shap.ts';

function randomForest(featureCount: number, rowCount: number, trees: number, seed: number, levels = 1000) {
  let state = seed + 1;
  const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
  const values = Float32Array.from({ length: rowCount * featureCount }, () => Math.floor(next() ** 3 * levels));
  const matrix = { rowCount, featureCount, values };
  const grown = growForest(matrix, { trees, sample: rowCount, featuresPerTree: null, seed, grower: 'assay' });
  return { forest: compileForest(grown, featureCount, rowCount), matrix };
}

/** Mean path length when only the features in `known` (a bit set) are known: Lundberg et al. 2020, Algorithm 1. */
function expectedLength(forest: CompiledForest, row: Float32Array, known: number): number {
  const visit = (node: number): number => {
    const feature = forest.feature[node];
    if (feature < 0) return forest.units[node];
    const [left, right] = [forest.left[node], forest.right[node]];
    if ((known >> feature) & 1) return visit(row[feature] <= forest.threshold[node] ? left : right);
    const rows = forest.sampleCount[node];
    const share = rows > 0 ? forest.sampleCount[left] / rows : 0.5;
    return share * visit(left) + (1 - share) * visit(right);
  };
  const units = forest.roots.reduce((sum, root) => sum + visit(root), 0);
  return units / (2 ** forest.shift * forest.treeCount);
}

/** Shapley values by their definition, over all subsets of features. */
function bruteForce(forest: CompiledForest, row: Float32Array): number[] {
  const count = forest.featureCount;
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  const lengths = Array.from({ length: 2 ** count }, (_, known) => expectedLength(forest, row, known));
  const sizeOf = (set: number): number => set.toString(2).replaceAll('0', '').length;
  return Array.from({ length: count }, (_, feature) =>
    lengths.reduce((sum, length, known) => {
      if ((known >> feature) & 1) return sum;
      const size = sizeOf(known);
      const weight = (factorial(size) * factorial(count - size - 1)) / factorial(count);
      return sum + weight * (lengths[known | (1 << feature)] - length);
    }, 0),
  );
}

/** A chain of splits on one feature after the other whose first right child was reached by no training row. */
function treeWithEmptyNodes(): GrownTree {
  return {
    feature: Int32Array.from([0, 1, -1, -1, 1, -1, 0, -1, -1]),
    threshold: Float32Array.from([0.5, 0.5, 0, 0, 0.25, 0, 2, 0, 0]),
    left: Int32Array.from([1, 2, -1, -1, 5, -1, 7, -1, -1]),
    right: Int32Array.from([4, 3, -1, -1, 6, -1, 8, -1, -1]),
    sampleCount: Int32Array.from([6, 6, 4, 2, 0, 0, 0, 0, 0]),
  };
}

describe('path length reasons', () => {
  it('are the Shapley values, features repeated on a path and rows from outside the training range included', () => {
    fc.assert(
      fc.property(
        fc.record({
          featureCount: fc.integer({ min: 1, max: 7 }),
          rowCount: fc.integer({ min: 2, max: 60 }),
          trees: fc.integer({ min: 1, max: 4 }),
          seed: fc.nat(10_000),
          levels: fc.constantFrom(2, 5, 1000),
          row: fc.array(fc.constantFrom(-Infinity, -1, -0, 0, 1, 3, 40, 400, 2000, Infinity, NaN), {
            minLength: 7,
            maxLength: 7,
          }),
        }),
        ({ featureCount, rowCount, trees, seed, levels, row }) => {
          const { forest } = randomForest(featureCount, rowCount, trees, seed, levels);
          const values = Float32Array.from(row.slice(0, featureCount));
          const { baseline, contributions } = explainPathLengths(forest, values);
          expect(Math.abs(baseline - expectedLength(forest, values, 0))).toBeLessThan(1e-9);
          const expected = bruteForce(forest, values);
          contributions.forEach((value, feature) => expect(Math.abs(value - expected[feature])).toBeLessThan(1e-9));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('add up to the mean path length of the row, in wide and in deep forests', () => {
    for (const [featureCount, rowCount] of [
      [40, 256],
      [3, 4000],
      [500, 64],
    ] as const) {
      const { forest, matrix } = randomForest(featureCount, rowCount, 10, 3);
      const sums = new Int32Array(rowCount);
      scoreSums(forest, matrix.values, rowCount, sums);
      for (let index = 0; index < 20; index++) {
        const row = matrix.values.subarray(index * featureCount, (index + 1) * featureCount);
        const { baseline, contributions } = explainPathLengths(forest, row);
        const length = sums[index] / (2 ** forest.shift * forest.treeCount);
        const explained = contributions.reduce((sum, value) => sum + value, baseline);
        expect(Math.abs(explained / length - 1)).toBeLessThan(1e-12);
      }
    }
  });

  it("share out the path length that convex leaves stand for as those leaves' own Shapley values do", () => {
    const { forest: plain, matrix } = randomForest(5, 60, 12, 9);
    const grown = growForest(matrix, { trees: 12, sample: 60, featuresPerTree: null, seed: 9, grower: 'assay' });
    const forest = compileForest(grown, 5, 60, 'convex');
    expect(forest.units).not.toEqual(plain.units);
    for (let index = 0; index < 10; index++) {
      const row = matrix.values.subarray(index * 5, index * 5 + 5);
      const expected = bruteForce(forest, row);
      const { baseline, contributions } = explainPathLengths(forest, row);
      const edges = -4 * Math.log2(1 - expectedLength(forest, row, 31)) - baseline;
      const total = expected.reduce((sum, value) => sum + value, 0);
      expect(baseline).toBeCloseTo(-4 * Math.log2(1 - expectedLength(forest, row, 0)), 9);
      contributions.forEach((value, feature) => expect(value).toBeCloseTo((expected[feature] / total) * edges, 9));
    }
  });

  it('stay finite and exact where no training row reached a node', () => {
    const forest = compileForest([treeWithEmptyNodes(), treeWithEmptyNodes()], 2, 6);
    for (const row of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [3, 1],
    ]) {
      const values = Float32Array.from(row);
      const expected = bruteForce(forest, values);
      const { contributions } = explainPathLengths(forest, values);
      contributions.forEach((value, feature) => expect(Math.abs(value - expected[feature])).toBeLessThan(1e-9));
    }
  });

  it('are all zero in a forest of single leaves', () => {
    const forest = compileForest(growForestOfLeaves(), 2, 1);
    expect([...explainPathLengths(forest, Float32Array.from([1, 2])).contributions]).toEqual([0, 0]);
  });
});

function growForestOfLeaves(): GrownTree[] {
  const matrix = { rowCount: 1, featureCount: 2, values: Float32Array.from([1, 2]) };
  return growForest(matrix, { trees: 3, sample: 256, featuresPerTree: null, seed: 0, grower: 'assay' });
}
