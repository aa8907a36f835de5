import type { CompiledForest } from '../../domain/model.ts';
import { isGraphModel, scoreGraph, type GraphModel } from '../graph/score-graph.ts';
import { kernelUrl, loadKernel } from './kernel-module.ts';
import { assertRowsFit, slotBySlot } from './kernel-scorer.ts';
import { openKernelLanes, openTypedArrayLanes } from './lanes.ts';
import { scoringStopped, ThreadQueue } from './thread-queue.ts';

/** Scores batches of rows on one or more threads. */
export interface ScoringPool {
  /** Threads that score; 1 means the calling thread. */
  readonly threads: number;
  /** False: the typed-array scorer stands in for the kernel. The sums are the same. */
  readonly usesKernel: boolean;
  /** Settles when all threads have started, or one has failed to. `score` need not wait: this thread helps till then. */
  readonly started: Promise<void>;
  /**
   * For each row the sum of leaf units, as `scoreSums` in score.ts gives it. Batches may be handed over while others
   * are under way, which keeps all threads busy on a stream of small ones; they are taken up in order.
   * `values` must not change, and `out` not be read, before the promise settles.
   *
   * @param values row-major float32 features, at least rowCount * featureCount of them.
   * @param out receives `rowCount` sums from index 0.
   * @throws AssayError CANCELLED when the signal aborts or the pool is closed; INTERNAL or OUT_OF_MEMORY when a
   * thread fails, after which the pool is of no more use.
   */
  score(values: Float32Array, rowCount: number, out: Int32Array, signal?: AbortSignal): Promise<void>;
  /** Lets go of the threads, which may serve the next pool; batches still under way are rejected. */
  close(): Promise<void>;
}

export interface ScoringPoolOptions {
  readonly threads: number;
  /** Where the kernel and the entry of the worker threads lie, if not beside this file. */
  readonly kernel?: URL;
  readonly worker?: URL;
}

const workerUrl = new URL('./score.worker.ts', import.meta.url);

/** A second slot per thread is filled while the first is scored. */
const SLOTS_PER_THREAD = 2;
/** Large enough that messages cost nothing beside the scoring, small enough to stay in the second-level cache. */
const SLOT_BYTES = 524_288;
/** Fewer rows than this are scored sooner on the calling thread than a message takes to another one. */
const ROWS_WORTH_A_THREAD = 256;
/** Rows scored on the calling thread before it looks after other events. */
const ROWS_BETWEEN_EVENTS = 4096;

/** Starts a pool for one forest. Its threads do not keep the process alive while they have nothing to do. */
export function createScoringPool(forest: CompiledForest, options: ScoringPoolOptions): ScoringPool {
  if (isGraphModel(forest)) return graphPool(forest);
  const threads = Math.max(1, Math.floor(options.threads));
  const shape = {
    lanes: threads === 1 ? 1 : threads + 1,
    slotsPerLane: SLOTS_PER_THREAD,
    slotBytes: SLOT_BYTES,
  };
  const { module } = loadKernel(options.kernel ?? kernelUrl);
  const set = (module && openKernelLanes(forest, module, shape)) ?? openTypedArrayLanes(forest, shape);
  const [ownLane, ...workerLanes] = set.lanes;
  const scoreHere = slotBySlot(set, ownLane, forest.featureCount);
  const queue = new ThreadQueue(set, workerLanes, forest.featureCount, options.worker ?? workerUrl, scoreHere);

  return {
    threads,
    usesKernel: set.source.kind === 'kernel',
    started: queue.started,
    async score(values, rowCount, out, signal) {
      assertRowsFit(forest, values, rowCount, out);
      if (threads > 1 && rowCount >= ROWS_WORTH_A_THREAD) return queue.score(values, rowCount, out, signal);
      for (let start = 0; start < rowCount; start += ROWS_BETWEEN_EVENTS) {
        if (start > 0) await new Promise((resolve) => setImmediate(resolve));
        queue.assertOpen();
        if (signal?.aborted) throw scoringStopped();
        scoreHere(values, start, Math.min(rowCount, start + ROWS_BETWEEN_EVENTS), out);
      }
    },
    close: () => queue.close(),
  };
}

/** Rows of a graph scored before other events are looked after: it takes longer for a row than trees. */
const GRAPH_ROWS_BETWEEN_EVENTS = 1024;

/** Scores by the one thread that runs the graph. */
function graphPool(forest: GraphModel): ScoringPool {
  let isClosed = false;
  return {
    threads: 1,
    usesKernel: false,
    started: Promise.resolve(),
    async score(values, rowCount, out, signal) {
      assertRowsFit(forest, values, rowCount, out);
      for (let start = 0; start < rowCount; start += GRAPH_ROWS_BETWEEN_EVENTS) {
        if (start > 0) await new Promise((resolve) => setImmediate(resolve));
        if (isClosed || signal?.aborted === true) throw scoringStopped();
        const end = Math.min(rowCount, start + GRAPH_ROWS_BETWEEN_EVENTS);
        scoreGraph(forest, values.subarray(start * forest.featureCount), end - start, out.subarray(start, end));
      }
    },
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
}
