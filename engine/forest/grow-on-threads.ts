import { Worker } from 'node:worker_threads';
import type { FeatureMatrix, ForestParameters, GrowerName, GrownTree } from '../domain/model.ts';
import { cancelled } from '../domain/cancelled.ts';
import type { GrowAnswer, GrowTask } from './grow-task.ts';

const entries: Readonly<Record<GrowerName, URL>> = {
  assay: new URL('./grow-forest.worker.ts', import.meta.url),
  'ml-isolation-forest': new URL('./grow-library.worker.ts', import.meta.url),
};

/**
 * Grows all trees of a forest on worker threads that read the rows from shared memory. Which thread grows a tree has
 * no influence on it.
 *
 * @throws AssayError CANCELLED when the signal aborts; whatever a thread throws.
 */
export async function growOnThreads(
  matrix: FeatureMatrix,
  parameters: ForestParameters,
  subSamples: readonly Uint32Array[] | null,
  context: { readonly threads: number; readonly signal: AbortSignal; readonly onTree: (grown: number) => void },
): Promise<GrownTree[]> {
  const { signal } = context;
  if (signal.aborted) throw cancelled('Training was stopped before the forest was complete.');
  const task: GrowTask = {
    matrix: { ...matrix, values: inSharedMemory(matrix.values) },
    parameters,
    subSamples,
    nextTree: new Int32Array(new SharedArrayBuffer(4)),
  };
  const threads = Array.from(
    { length: Math.max(1, Math.min(context.threads, parameters.trees)) },
    () => new Worker(entries[parameters.grower], { workerData: task }),
  );
  const trees = new Array<GrownTree>(parameters.trees);
  const settled = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      let grown = 0;
      signal.addEventListener(
        'abort',
        () => reject(cancelled('Training was stopped before the forest was complete.')),
        { signal: settled.signal },
      );
      for (const thread of threads) {
        thread.on('message', ({ treeIndex, tree }: GrowAnswer) => {
          trees[treeIndex] = tree;
          grown++;
          if (!signal.aborted) context.onTree(grown);
          if (grown === parameters.trees) resolve();
        });
        thread.on('error', reject);
        thread.on('exit', (code) => {
          if (code !== 0) reject(new Error(`A thread that grows trees ended with code ${code}.`));
        });
      }
    });
    return trees;
  } finally {
    settled.abort();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function inSharedMemory(values: Float32Array): Float32Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
