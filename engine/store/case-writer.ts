import { Worker } from 'node:worker_threads';
import { arraysOfBlock, type ColumnBlock } from '../domain/columns.ts';
import { AssayError } from '../domain/error.ts';
import { packAppend, type PackedAppend } from './segment-encoding.ts';
import { passOnSlowQuery, watchedSlowMs } from './sqlite.ts';
import type { JsonValue, LiveAppend, RowRange, SegmentAppend } from './types.ts';
import {
  errorOf,
  type WriterReply,
  type WriterRequest,
  type WriterStart,
  type WriterTotals,
} from './writer-messages.ts';

const APPENDS_IN_FLIGHT = 8; // about 20 MB of a wide recording: enough to keep both threads busy

/**
 * Stores on a thread of its own while the caller goes on reading. Typed arrays of an append are handed over: the
 * caller must not use its columns, features or sums afterwards (those on a SharedArrayBuffer stay usable, and must not
 * change before `flush`). The first failure is thrown by every later call.
 */
export interface CaseWriter {
  /** Takes one append; settles when there is room for the next one, which slows the reader to the disk's pace. */
  append(append: SegmentAppend): Promise<void>;
  /** As `append`, with everything that must become true together with the rows. */
  appendLive(live: LiveAppend): Promise<void>;
  writeFeatures(featureSetId: number, rows: RowRange, features: Float32Array): Promise<void>;
  writeScores(modelId: number, rows: RowRange, sums: Int32Array): Promise<void>;
  setSetting(key: string, value: JsonValue): Promise<void>;
  /** Settles when everything taken so far is on the disk. */
  flush(): Promise<WriterTotals>;
  /** As `flush`, then closes the case and ends the thread. */
  finish(): Promise<WriterTotals>;
  /** Ends the thread without storing more; what was not on the disk yet is dropped, and the case stays valid. */
  abort(): Promise<void>;
}

export interface CaseWriterOptions {
  readonly appendsInFlight?: number;
  /** True for the first rows of a case that nobody else is likely to have open: see `WritableCase.writeWithoutLog`. */
  readonly isFirstFill?: boolean;
  /** What was taken is on the disk after this time at the latest. */
  readonly transactionAgeMs?: number;
  /** Told after every transaction what is on the disk by now. */
  readonly onCommitted?: (totals: WriterTotals) => void;
}

/** A thread that can store, while it is not known yet into which case. */
export interface WriterThread {
  /** Begins to store into an existing case; once a thread. Errors: those of `openCase`. */
  open(path: string, options?: CaseWriterOptions): Promise<CaseWriter>;
  /** Ends a thread that nothing was stored with; of the others their writer does. */
  end(): Promise<void>;
}

/** Starts a thread to store with: what it needs is loaded while the caller looks at what there is to store. */
export function startWriterThread(): WriterThread {
  const worker = new Worker(new URL('./writer.worker.ts', import.meta.url));
  let isOpen = false;
  // Until it has something to do, nobody need hear of its end: the first request will.
  worker.on('error', () => undefined);
  return {
    open: (path, options = {}) => {
      isOpen = true;
      return openWriter(worker, path, options);
    },
    end: async () => {
      if (!isOpen) await worker.terminate();
    },
  };
}

/** Starts a writer on an existing case. Errors: those of `openCase`. */
export function createCaseWriter(path: string, options: CaseWriterOptions = {}): Promise<CaseWriter> {
  return startWriterThread().open(path, options);
}

async function openWriter(worker: Worker, path: string, options: CaseWriterOptions): Promise<CaseWriter> {
  const capacity = options.appendsInFlight ?? APPENDS_IN_FLIGHT;
  let inFlight = 0;
  let failure: AssayError | undefined;
  let closed = false;
  let totals: WriterTotals = { rows: 0, quarantined: 0, busyMs: 0 };
  let waiting: (() => void)[] = [];

  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const resume of woken) resume();
  };
  const fail = (error: AssayError): void => {
    failure ??= error;
    wake();
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (failure === undefined && !condition()) await new Promise<void>((resume) => waiting.push(resume));
    if (failure !== undefined) throw failure;
  };
  const send = async (request: WriterRequest, transfer: readonly ArrayBuffer[]): Promise<void> => {
    if (failure !== undefined) throw failure;
    inFlight++;
    worker.postMessage(request, transfer);
    await until(() => inFlight < capacity);
  };
  const drain = async (request: WriterRequest): Promise<WriterTotals> => {
    if (failure !== undefined) throw failure;
    inFlight++;
    worker.postMessage(request);
    await until(() => inFlight === 0);
    return totals;
  };

  let ready = false;
  worker.on('message', (reply: WriterReply) => {
    if (reply.type === 'failed') return fail(errorOf(reply.error));
    if (reply.type === 'slow') return passOnSlowQuery(reply.query);
    if (reply.type === 'committed') return options.onCommitted?.(reply.committed);
    if (reply.type === 'ready') ready = true;
    else {
      closed = reply.type === 'closed';
      inFlight--;
      totals = reply.committed;
    }
    wake();
  });
  worker.on('error', (error) => fail(threadError(error, path)));
  worker.on('exit', () => {
    if (!closed) fail(threadError(new Error('it ended unasked'), path));
  });
  worker.postMessage({
    path,
    isFirstFill: options.isFirstFill ?? false,
    transactionAgeMs: options.transactionAgeMs,
    slowMs: watchedSlowMs(),
  } satisfies WriterStart);
  await until(() => ready);

  return {
    append: (given) => {
      const { append, arrays } = detachableAppend(given);
      return send({ type: 'append', append }, buffersOf(arrays));
    },
    appendLive: ({ append: given, ...rest }) => {
      const { append, arrays } = detachableAppend(given);
      const scored = rest.scored && {
        ...rest.scored,
        features: detachable(rest.scored.features),
        sums: detachable(rest.scored.sums),
      };
      const live = { ...rest, ...(scored === undefined ? {} : { scored }) };
      const state = rest.windowState === undefined ? [] : [rest.windowState];
      const scoredArrays = scored === undefined ? [] : [scored.features, scored.sums];
      return send({ type: 'live', append, live }, buffersOf([...arrays, ...scoredArrays, ...state]));
    },
    writeFeatures: (featureSetId, rows, given) => {
      const features = detachable(given);
      return send({ type: 'features', featureSetId, rows, features }, buffersOf([features]));
    },
    writeScores: (modelId, rows, given) => {
      const sums = detachable(given);
      return send({ type: 'scores', modelId, rows, sums }, buffersOf([sums]));
    },
    setSetting: (key, value) => send({ type: 'setting', key, value }, []),
    flush: () => drain({ type: 'flush' }),
    finish: async () => {
      const result = await drain({ type: 'finish' });
      await worker.terminate();
      return result;
    },
    abort: async () => {
      if (failure === undefined) await drain({ type: 'abort' });
      await worker.terminate();
      fail(new AssayError('CANCELLED', 'failure', `Storing into ${path} was stopped.`));
    },
  };
}

/** An append whose arrays can be handed over, and those arrays. */
function detachableAppend(given: SegmentAppend): {
  readonly append: PackedAppend;
  readonly arrays: readonly ArrayBufferView[];
} {
  const packed = packAppend(given);
  const columns = new Map([...packed.columns].map(([name, block]) => [name, detachableBlock(block)]));
  const { rawBytes, starts, ends, byteOffset, line } = packed;
  const arrays = [rawBytes, starts, ends, byteOffset, line, ...[...columns.values()].flatMap(arraysOfBlock)];
  return { append: { ...packed, columns }, arrays };
}

function detachableBlock(block: ColumnBlock): ColumnBlock {
  switch (block.kind) {
    case 'number':
    case 'time':
      return { kind: block.kind, values: detachable(block.values) };
    case 'code':
      return { kind: 'code', codes: detachable(block.codes) };
    case 'text':
      return { kind: 'text', bytes: detachable(block.bytes), ends: detachable(block.ends) };
  }
}

/** The array itself where it fills its buffer alone; else a copy, for a message would carry the whole buffer. */
function detachable<T extends Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array>(array: T): T {
  if (!(array.buffer instanceof ArrayBuffer) || array.buffer.byteLength === array.byteLength) return array;
  // The slice of a Buffer would be another view of its pool.
  const copy = array instanceof Uint8Array ? new Uint8Array(array) : array.slice();
  return copy as T;
}

function buffersOf(arrays: readonly ArrayBufferView[]): readonly ArrayBuffer[] {
  return [...new Set(arrays.map((array) => array.buffer).filter((buffer) => buffer instanceof ArrayBuffer))];
}

function threadError(error: unknown, path: string): AssayError {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new AssayError('OUT_OF_MEMORY', 'failure', `Storing into ${path} ran out of memory.`, { cause: error });
  return new AssayError('INTERNAL', 'failure', `The thread that stores into ${path} failed: ${String(error)}.`, {
    nextStep: 'What was stored before is kept; repeat the command to go on from there.',
    cause: error,
  });
}
