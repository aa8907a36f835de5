import { existsSync, readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { impossible } from '../../domain/error.ts';
import { exchangeState, widthOf, type GraphExchange } from './graph-exchange.ts';

/* Runs a graph that somebody else made, batch by batch; whoever asks waits on the shared memory. */

const port = parentPort ?? impossible('a thread that runs a graph was started without one to answer.');
const { graph, control, cells, answers, failure } = workerData as GraphExchange;

/** 1 GiB in pages of 64 KiB: a graph that asks for more fails by itself, and takes nobody's memory. */
const mostPages = 16_384;

const binary = 'ort-wasm-simd-threaded.wasm';

/** Where the build puts the runtime, else where its package has it. */
function runtimeBinary(): Uint8Array {
  const beside = new URL(`./${binary}`, import.meta.url);
  return readFileSync(existsSync(beside) ? beside : new URL(import.meta.resolve(`onnxruntime-web/${binary}`)));
}

/** The package asks for up to 4 GiB and has no setting for it, so the one memory that this thread makes is bounded here. */
function boundMemory(): void {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: ConstructorParameters<typeof Memory>[0]) {
      super({ ...descriptor, maximum: Math.min(descriptor.maximum ?? mostPages, mostPages) });
    }
  };
}

type Run = () => Promise<ArrayLike<number>>;

async function openGraph(): Promise<Run> {
  boundMemory();
  const runtime = await import('onnxruntime-web/wasm');
  runtime.env.logLevel = 'fatal';
  // One thread and no relaxed vectors: the same bits on every machine.
  runtime.env.wasm.numThreads = 1;
  runtime.env.wasm.wasmBinary = new Uint8Array(runtimeBinary()).buffer;
  const session: InferenceSession = await runtime.InferenceSession.create(graph.bytes, {
    executionProviders: ['wasm'],
    logSeverityLevel: 4,
  });
  const width = widthOf(graph);
  return async () => {
    const feeds: Record<string, Tensor> = {};
    let first = 0;
    for (const { name, columns, isDouble } of graph.inputs) {
      const start = first;
      const values = Float32Array.from(
        { length: graph.batchRows * columns },
        (_, index) => cells[Math.floor(index / columns) * width + start + (index % columns)],
      );
      const shape = graph.isFlat ? [graph.batchRows] : [graph.batchRows, columns];
      feeds[name] = isDouble
        ? new runtime.Tensor('float64', Float64Array.from(values), shape)
        : new runtime.Tensor('float32', values, shape);
      first += columns;
    }
    const { [graph.output]: answer } = await session.run(feeds, [graph.output]);
    const { data } = answer;
    if (!(data instanceof Float32Array || data instanceof Float64Array)) throw new Error('it gives no numbers');
    if (data.length !== graph.batchRows)
      throw new Error(`it gives ${data.length} numbers for ${graph.batchRows} rows, not one a row`);
    return data;
  };
}

function tell(state: number): void {
  Atomics.store(control, 0, state);
  Atomics.notify(control, 0);
}

async function answer(opened: Promise<Run>): Promise<void> {
  try {
    answers.set(await (await opened)());
    tell(exchangeState.answered);
  } catch (error) {
    const { written } = new TextEncoder().encodeInto(error instanceof Error ? error.message : String(error), failure);
    Atomics.store(control, 1, written);
    tell(exchangeState.failed);
  }
}

const opened = openGraph();
// What fails is told to whoever asks.
opened.catch(() => undefined);
port.on('message', () => void answer(opened));
