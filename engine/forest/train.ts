import { usageError } from '../domain/error.ts';
import type { CompiledForest, FeatureMatrix, ForestParameters, GrownTree } from '../domain/model.ts';
import { cancelled } from '../domain/cancelled.ts';
import { compileForest } from './compile.ts';
import { growAssayTree } from './grow-assay.ts';
import { growOnThreads } from './grow-on-threads.ts';
import { depthLimit } from './path-length.ts';
import { sampleSizeOf } from './sub-sample.ts';

export interface TrainContext {
  /** Threads the assay grower may use at most; the forest is the same for any number. */
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Told after each tree how many are grown. */
  readonly onTree?: (grown: number) => void;
  /**
   * Where the matrix holds only gathered rows (`planGather`): each tree's positions in it. Left out, each tree
   * draws its sub-sample from the whole matrix.
   */
  readonly subSamples?: readonly Uint32Array[];
}

/** Row visits (trees * sample * levels) above which threads repay their start: about a second on one thread. */
const THREADED_WORK = 40_000_000;
/** Row visits between two looks at the signal when growing on the calling thread. */
const WORK_PER_TURN = 1_000_000;

/** Grows the trees of the assay grower one after the other on this thread. */
export function growForest(
  matrix: FeatureMatrix,
  parameters: ForestParameters,
  subSamples: readonly Uint32Array[] | null = null,
): GrownTree[] {
  return Array.from({ length: parameters.trees }, (_, treeIndex) =>
    growAssayTree(matrix, parameters, treeIndex, subSamples?.[treeIndex]),
  );
}

/**
 * Trains an isolation forest: a pure function of (rows, parameters), whatever the threads. The library grower always
 * runs in worker threads, which own the seeded `Math.random`; the assay grower uses them only for large work.
 *
 * @throws AssayError EMPTY_RECORDING without rows, NO_FEATURES without features, CANCELLED when the signal aborts.
 */
export async function trainForest(
  matrix: FeatureMatrix,
  parameters: ForestParameters,
  context: TrainContext,
): Promise<CompiledForest> {
  if (matrix.rowCount < 1) throw usageError('EMPTY_RECORDING', 'A forest cannot be trained: there are no rows.');
  if (matrix.featureCount < 1) throw usageError('NO_FEATURES', 'A forest cannot be trained: no column is a feature.');
  const subSamples = context.subSamples ?? null;
  const sampleSize = subSamples?.[0]?.length ?? sampleSizeOf(matrix.rowCount, parameters);
  const workPerTree = sampleSize * depthLimit(sampleSize);
  const onTree = context.onTree ?? (() => undefined);
  const threaded =
    parameters.grower === 'ml-isolation-forest' ||
    (context.threads > 1 && workPerTree * parameters.trees > THREADED_WORK);
  const trees = threaded
    ? await growOnThreads(matrix, parameters, subSamples, { threads: context.threads, signal: context.signal, onTree })
    : await growInTurns(matrix, parameters, subSamples, workPerTree, context.signal, onTree);
  return compileForest(trees, matrix.featureCount, sampleSize, parameters.leaf);
}

/** Grows on this thread, letting other work (and a cancellation) have its turn now and then. */
async function growInTurns(
  matrix: FeatureMatrix,
  parameters: ForestParameters,
  subSamples: readonly Uint32Array[] | null,
  workPerTree: number,
  signal: AbortSignal,
  onTree: (grown: number) => void,
): Promise<GrownTree[]> {
  const trees: GrownTree[] = [];
  let work = 0;
  for (let treeIndex = 0; treeIndex < parameters.trees; treeIndex++) {
    if (signal.aborted) throw cancelled('Training was stopped before the forest was complete.');
    trees.push(growAssayTree(matrix, parameters, treeIndex, subSamples?.[treeIndex]));
    onTree(trees.length);
    work += workPerTree;
    if (work >= WORK_PER_TURN) {
      work = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return trees;
}
