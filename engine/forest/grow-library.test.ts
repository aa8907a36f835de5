import { IsolationForest } from 'ml-isolation-forest';
import type { TreeNode } from 'ml-isolation-forest';
import { afterEach, describe, expect, it } from 'vitest';
import type { FeatureMatrix } from '../domain/model.ts';
import { growLibraryTree } from './grow-library.ts';
import { depthLimit } from './path-length.ts';
import { randomStream } from './random.ts';
import type { RandomStream } from './random.ts';
import { drawSubSample } from './sub-sample.ts';
import { leafOf, makeTestRows, rowOf, testParameters } from './test-rows.ts';

const originalRandom = Math.random;
afterEach(() => {
  Math.random = originalRandom;
});
const useRandom = (stream: RandomStream): void => {
  Math.random = () => stream.nextUnit();
};

/** Where the library itself sends a row, without its path length formula. */
function libraryLeaf(root: TreeNode, row: readonly number[]): { depth: number; rows: number } {
  let node = root;
  let depth = 0;
  while (node.left !== undefined && node.right !== undefined) {
    node = row[node.splitColumn ?? 0] < (node.splitValue ?? NaN) ? node.left : node.right;
    depth++;
  }
  return { depth, rows: node.trainingSet?.length ?? -1 };
}

describe('growLibraryTree', () => {
  it('decides every row as the tree of the library does, splits at whole numbers and constant columns included', () => {
    const matrix = makeTestRows(600, 5);
    const parameters = testParameters({ grower: 'ml-isolation-forest' });
    for (let treeIndex = 0; treeIndex < 20; treeIndex++) {
      const tree = growLibraryTree(matrix, parameters, treeIndex, useRandom);
      const library = new IsolationForest({ nEstimators: 1 });
      useRandom(randomStream(parameters.seed, treeIndex, 'libraryGrower'));
      library.train(Array.from(drawSubSample(600, parameters, treeIndex), (row) => [...rowOf(matrix, row)]));
      for (let row = 0; row < matrix.rowCount; row++) {
        const { node, depth } = leafOf(tree, 0, rowOf(matrix, row));
        expect({ depth, rows: tree.sampleCount[node] }).toEqual(
          libraryLeaf(library.forest[0] as TreeNode, [...rowOf(matrix, row)]),
        );
      }
    }
  });

  it('keeps the empty leaf that the library makes of a constant column, and its extra level', () => {
    const matrix: FeatureMatrix = { rowCount: 4, featureCount: 1, values: new Float32Array(4).fill(3) };
    const tree = growLibraryTree(matrix, testParameters({ sample: 4 }), 0, useRandom);
    expect([...tree.sampleCount]).toEqual([4, 0, 4, 0, 4, 0, 4]);
    expect(leafOf(tree, 0, [3]).depth).toBe(depthLimit(4) + 1);
  });

  it('sends rows that are not finite where they go when scored, instead of losing them', () => {
    const values = Float32Array.of(NaN, 1, Infinity, 2, -Infinity, 3, 4, 5);
    const matrix: FeatureMatrix = { rowCount: 8, featureCount: 1, values };
    for (let treeIndex = 0; treeIndex < 20; treeIndex++) {
      const tree = growLibraryTree(matrix, testParameters({ sample: 8 }), treeIndex, useRandom);
      const reached = new Int32Array(tree.feature.length);
      for (const value of values) reached[leafOf(tree, 0, [value]).node]++;
      tree.feature.forEach((feature, node) => {
        if (feature < 0) expect(reached[node]).toBe(tree.sampleCount[node]);
      });
      expect(tree.threshold.some(Number.isNaN)).toBe(false);
    }
  });

  it('names features of the whole matrix where a tree sees only some of them', () => {
    const matrix = makeTestRows(300, 9);
    const used = new Set<number>();
    for (let treeIndex = 0; treeIndex < 30; treeIndex++) {
      const features = new Set(
        growLibraryTree(matrix, testParameters({ featuresPerTree: 2 }), treeIndex, useRandom).feature,
      );
      features.delete(-1);
      expect(features.size).toBeLessThanOrEqual(2);
      for (const feature of features) used.add(feature);
    }
    expect([...used].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
