import { Worker } from 'node:worker_threads';
import { AssayError } from '../../domain/error.ts';
import type { ScoreGraph } from '../../domain/model.ts';
import { exchangeState, openExchange, widthOf, type GraphExchange } from './graph-exchange.ts';

/** Longest wait for one batch, milliseconds: the runtime starts within it, and a graph that never ends is ended. */
const answerMs = 30_000;
const keptThreads = 4;
const longestFailure = 300;

/**
 * A graph of somebody else in a thread of its own, in the memory of a WebAssembly module: whatever the file holds, it reaches neither files nor
 * the network nor the memory of this process. Asking waits, so that everything that takes a score may.
 */
export class GraphThread {
  readonly #graph: ScoreGraph;
  readonly #answerMs: number;
  #running: { readonly worker: Worker; readonly exchange: GraphExchange } | undefined;

  /** @param waitMs longest wait for one batch, milliseconds */
  constructor(graph: ScoreGraph, waitMs = answerMs) {
    this.#graph = graph;
    this.#answerMs = waitMs;
  }

  /**
   * The numbers that the graph gives for rows, in batches of one size, the last one filled up with its last row.
   * @param values row-major features, `featureCount` a row
   * @throws AssayError MODEL_MISMATCH where the graph cannot be run, or does not answer in time
   */
  run(values: Float32Array, rowCount: number, featureCount: number): Float64Array {
    const { batchRows, positions } = this.#graph;
    const { exchange, worker } = (this.#running ??= this.#start());
    const { control, cells, answers } = exchange;
    const width = widthOf(this.#graph);
    const numbers = new Float64Array(rowCount);
    for (let start = 0; start < rowCount; start += batchRows) {
      for (let place = 0; place < batchRows; place++) {
        const row = featureCount * Math.min(start + place, rowCount - 1);
        for (let column = 0; column < width; column++) cells[place * width + column] = values[row + positions[column]];
      }
      Atomics.store(control, 0, exchangeState.asked);
      worker.postMessage(null);
      const waited = Atomics.wait(control, 0, exchangeState.asked, this.#answerMs);
      if (waited === 'timed-out') throw this.#ended(`does not answer within ${this.#answerMs / 1000} s`);
      if (Atomics.load(control, 0) === exchangeState.failed) throw this.#ended(failureOf(exchange));
      numbers.set(answers.subarray(0, Math.min(batchRows, rowCount - start)), start);
    }
    return numbers;
  }

  /** Ends the thread; the next run starts another. */
  close(): void {
    void this.#running?.worker.terminate();
    this.#running = undefined;
  }

  #start(): { readonly worker: Worker; readonly exchange: GraphExchange } {
    const exchange = openExchange(this.#graph);
    // What the runtime prints is kept from the person: it may quote the file.
    const worker = new Worker(new URL('./run-graph.worker.ts', import.meta.url), {
      workerData: exchange,
      stdout: true,
      stderr: true,
    });
    worker.on('error', () => this.close());
    worker.unref();
    return { worker, exchange };
  }

  #ended(what: string): AssayError {
    this.close();
    return new AssayError('MODEL_MISMATCH', 'failure', `The model cannot be run: ONNX Runtime says that it ${what}.`, {
      nextStep: 'docs/user-guide.md lists what a model from elsewhere may be made of.',
    });
  }
}

/** The runtime's sentence without the places in its source, printable and of a bounded length. */
function failureOf({ control, failure }: GraphExchange): string {
  const told = new TextDecoder().decode(failure.slice(0, Atomics.load(control, 1)));
  const sentence = told.split('ERROR_MESSAGE: ').at(-1) ?? told;
  const words = sentence
    .replace(/^\S*\/onnxruntime\/\S+ (?:.*?\) )?/u, '')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return `failed (${words.slice(0, longestFailure)})`;
}

const threads = new Map<string, GraphThread>();

/** The thread of a graph, by the digest of its model; those asked last are kept. */
export function threadOf(digest: string, graph: ScoreGraph): GraphThread {
  const thread = threads.get(digest) ?? new GraphThread(graph);
  threads.delete(digest);
  threads.set(digest, thread);
  for (const [oldest, other] of threads) {
    if (threads.size <= keptThreads) break;
    threads.delete(oldest);
    other.close();
  }
  return thread;
}
