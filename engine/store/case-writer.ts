import { Worker } from 'node:worker_threads';
import { AssayError } from '../domain/error.ts';
import { packAppend } from './segment-encoding.ts';
import type { SegmentAppend } from './types.ts';
import { errorOf, type WriterReply, type WriterRequest, type WriterTotals } from './writer-messages.ts';

const APPENDS_IN_FLIGHT = 8; // about 20 MB of a wide recording: enough to keep both threads busy

/**
 * Stores on a thread of its own while the caller goes on reading. Typed arrays of an append are handed over: the
 * caller must not use its columns afterwards (those on a SharedArrayBuffer stay usable). The first failure is
 * thrown by every later call.
 */
export interface CaseWriter {
  /** Takes one append; settles when there is room for the next one, which slows the reader to the disk's pace. */
  append(append: SegmentAppend): Promise<void>;
  writeFeatures(featureSetId: number, segmentId: number, features: Float32Array): Promise<void>;
  writeScores(modelId: number, segmentId: number, sums: Int32Array): Promise<void>;
  /** Settles when everything taken so far is on the disk. */
  flush(): Promise<WriterTotals>;
  /** As `flush`, then closes the case and ends the thread. */
  finish(): Promise<WriterTotals>;
  /** Ends the thread without storing more; what was not on the disk yet is dropped, and the case stays valid. */
  abort(): Promise<void>;
}

/** Starts a writer on an existing case. Errors: those of `openCase`. */
export async function createCaseWriter(
  path: string,
  options: { readonly appendsInFlight?: number } = {},
): Promise<CaseWriter> {
  const capacity = options.appendsInFlight ?? APPENDS_IN_FLIGHT;
  const worker = new Worker(new URL('./writer.worker.ts', import.meta.url), { workerData: { path } });
  let inFlight = 0;
  let failure: AssayError | undefined;
  let finished = false;
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
    if (reply.type === 'ready') ready = true;
    else {
      inFlight--;
      totals = reply.committed;
    }
    wake();
  });
  worker.on('error', (error) => fail(threadError(error, path)));
  worker.on('exit', () => {
    if (!finished) fail(threadError(new Error('it ended unasked'), path));
  });
  await until(() => ready);

  return {
    append: (append) => {
      const packed = packAppend(append);
      return send({ type: 'append', append: packed }, transferables(packed));
    },
    writeFeatures: (featureSetId, segmentId, features) =>
      send({ type: 'features', featureSetId, segmentId, features }, ownBuffers([features])),
    writeScores: (modelId, segmentId, sums) => send({ type: 'scores', modelId, segmentId, sums }, ownBuffers([sums])),
    flush: () => drain({ type: 'flush' }),
    finish: async () => {
      finished = true;
      const result = await drain({ type: 'finish' });
      await worker.terminate();
      return result;
    },
    abort: async () => {
      finished = true;
      if (failure === undefined) await drain({ type: 'abort' });
      await worker.terminate();
      fail(new AssayError('CANCELLED', 'failure', `Storing into ${path} was stopped.`));
    },
  };
}

function transferables(packed: ReturnType<typeof packAppend>): readonly ArrayBuffer[] {
  const arrays: ArrayBufferView[] = [packed.rawBytes, packed.starts, packed.ends, packed.byteOffset, packed.line];
  for (const block of packed.columns.values()) {
    if (block.kind === 'code') arrays.push(block.codes);
    else if (block.kind === 'text') arrays.push(block.bytes, block.ends);
    else arrays.push(block.values);
  }
  return ownBuffers(arrays);
}

/** Buffers that an array fills alone; a view into a larger buffer is copied by the message instead. */
function ownBuffers(arrays: readonly ArrayBufferView[]): readonly ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer, byteLength } of arrays)
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffers.add(buffer);
  return [...buffers];
}

function threadError(error: unknown, path: string): AssayError {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new AssayError('OUT_OF_MEMORY', 'failure', `Storing into ${path} ran out of memory.`, { cause: error });
  return new AssayError('INTERNAL', 'failure', `The thread that stores into ${path} failed: ${String(error)}.`, {
    nextStep: 'What was stored before is kept; repeat the command to go on from there.',
    cause: error,
  });
}
