import { Worker } from 'node:worker_threads';
import { AssayError, impossible } from '../../domain/error.ts';
import type { CompiledForest, FeatureMatrix } from '../../domain/model.ts';
import type { WorkContext } from '../../domain/progress.ts';
import { ROWS_PER_TURN } from './explain-task.ts';
import type { ExplainTask } from './explain-task.ts';
import { explainPathLengths, rowExplainer } from './tree-shap.ts';

/** Reasons of many rows: `explainPathLengths` of each, row-major. */
export interface ManyReasons {
  readonly baseline: number;
  readonly contributions: Float64Array;
}

/** Node visits (rows * nodes) above which threads repay their start: about a third of a second on one thread. */
const THREADED_WORK = 10_000_000;

/**
 * Explains every row of a matrix (the flagged ones), on worker threads where there are many. The numbers are the same for any
 * number of threads.
 *
 * @throws AssayError CANCELLED when the signal aborts; whatever a thread throws.
 */
export async function explainRows(
  forest: CompiledForest,
  matrix: FeatureMatrix,
  context: WorkContext & { readonly threads: number },
): Promise<ManyReasons> {
  if (matrix.featureCount !== forest.featureCount) {
    impossible(`rows of ${matrix.featureCount} features were given to a forest of ${forest.featureCount}.`);
  }
  const { signal } = context;
  if (signal.aborted) throw cancelled();
  const cells = matrix.rowCount * matrix.featureCount;
  const contributions = new Float64Array(new SharedArrayBuffer(cells * Float64Array.BYTES_PER_ELEMENT));
  const { baseline } = explainPathLengths(forest, new Float32Array(forest.featureCount));
  let done = 0;
  const onRows = (rows: number): void => {
    done += rows;
    if (!signal.aborted) context.report({ phase: 'explain', done, total: matrix.rowCount, unit: 'alerts' });
  };
  if (context.threads > 1 && matrix.rowCount * forest.feature.length > THREADED_WORK) {
    await explainOnThreads(forest, matrix, contributions, context, onRows);
  } else {
    await explainInTurns(forest, matrix, contributions, signal, onRows);
  }
  return { baseline, contributions };
}

/** Explains rows [start, end) of a matrix into their places. */
export function explainRange(
  explain: ReturnType<typeof rowExplainer>,
  matrix: FeatureMatrix,
  start: number,
  end: number,
  contributions: Float64Array,
): void {
  for (let row = start; row < end; row++) {
    const from = row * matrix.featureCount;
    const to = from + matrix.featureCount;
    explain(matrix.values.subarray(from, to), contributions.subarray(from, to));
  }
}

async function explainInTurns(
  forest: CompiledForest,
  matrix: FeatureMatrix,
  contributions: Float64Array,
  signal: AbortSignal,
  onRows: (rows: number) => void,
): Promise<void> {
  const explain = rowExplainer(forest);
  for (let start = 0; start < matrix.rowCount; start += ROWS_PER_TURN) {
    const end = Math.min(start + ROWS_PER_TURN, matrix.rowCount);
    explainRange(explain, matrix, start, end, contributions);
    onRows(end - start);
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw cancelled();
  }
}

async function explainOnThreads(
  forest: CompiledForest,
  matrix: FeatureMatrix,
  contributions: Float64Array,
  context: { readonly threads: number; readonly signal: AbortSignal },
  onRows: (rows: number) => void,
): Promise<void> {
  const values = new Float32Array(new SharedArrayBuffer(matrix.values.byteLength));
  values.set(matrix.values);
  const task: ExplainTask = {
    forest,
    matrix: { ...matrix, values },
    contributions,
    nextRow: new Int32Array(new SharedArrayBuffer(4)),
  };
  const turns = Math.ceil(matrix.rowCount / ROWS_PER_TURN);
  const entry = new URL('./explain.worker.ts', import.meta.url);
  const threads = Array.from(
    { length: Math.min(context.threads, turns) },
    () => new Worker(entry, { workerData: task }),
  );
  const settled = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      let left = matrix.rowCount;
      context.signal.addEventListener('abort', () => reject(cancelled()), { signal: settled.signal });
      for (const thread of threads) {
        thread.on('message', (rows: number) => {
          onRows(rows);
          left -= rows;
          if (left === 0) resolve();
        });
        thread.on('error', reject);
        thread.on('exit', (code) => {
          if (code !== 0) reject(new Error(`A thread that explains rows ended with code ${code}.`));
        });
      }
    });
  } finally {
    settled.abort();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function cancelled(): AssayError {
  return new AssayError('CANCELLED', 'failure', 'Explaining was stopped before all rows were explained.');
}
