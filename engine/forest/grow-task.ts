import { parentPort, workerData } from 'node:worker_threads';
import { impossible } from '../domain/error.ts';
import type { FeatureMatrix, ForestParameters, GrownTree } from '../domain/model.ts';

/** What a growing thread is started with. */
export interface GrowTask {
  /** Its values lie in shared memory. */
  readonly matrix: FeatureMatrix;
  readonly parameters: ForestParameters;
  /** Where the matrix holds gathered rows: each tree's positions in it. Null: each tree draws from the whole matrix. */
  readonly subSamples: readonly Uint32Array[] | null;
  /** One shared int32: the next tree that no thread has taken yet. */
  readonly nextTree: Int32Array;
}

/** What a growing thread answers, once per tree. */
export interface GrowAnswer {
  readonly treeIndex: number;
  readonly tree: GrownTree;
}

/** Runs in a growing thread: takes trees until none are left, and posts each one. */
export function growTakenTrees(
  growTree: (matrix: FeatureMatrix, parameters: ForestParameters, treeIndex: number, rows?: Uint32Array) => GrownTree,
): void {
  const port = parentPort ?? impossible('a growing thread was started without a parent.');
  const { matrix, parameters, subSamples, nextTree } = workerData as GrowTask;
  for (;;) {
    const treeIndex = Atomics.add(nextTree, 0, 1);
    if (treeIndex >= parameters.trees) return;
    const tree = growTree(matrix, parameters, treeIndex, subSamples?.[treeIndex]);
    const answer: GrowAnswer = { treeIndex, tree };
    port.postMessage(answer);
  }
}
