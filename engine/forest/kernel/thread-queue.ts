import type { Worker } from 'node:worker_threads';
import { AssayError } from '../../domain/error.ts';
import { keepThread, takeThread } from './kept-threads.ts';
import { viewSlot, type LanePlace, type LaneSet, type SlotTask, type SlotViews, type ThreadTask } from './lanes.ts';

/** A batch of rows on its way through the threads. */
interface Batch {
  readonly values: Float32Array;
  readonly rowCount: number;
  readonly out: Int32Array;
  /** Rows handed to one thread at a time. */
  readonly chunkRows: number;
  readonly resolve: () => void;
  readonly reject: (error: AssayError) => void;
  /** The first row that no thread has taken yet. */
  nextRow: number;
  /** Rows whose sums are not known yet. */
  rowsLeft: number;
}

/** Rows that a thread works on, in one of its slots. */
interface Chunk {
  readonly batch: Batch;
  readonly start: number;
  readonly rowCount: number;
}

/** One slot of one thread. */
interface Seat {
  readonly thread: ScoringThread;
  readonly slot: number;
  readonly views: SlotViews;
}

interface ScoringThread {
  readonly worker: Worker;
  /** By slot; undefined while the slot is free. */
  readonly chunks: (Chunk | undefined)[];
  /** No event of the worker is heard any more. */
  readonly stopListening: () => void;
}

/** Rows per chunk are a multiple of this, the most the kernel scores in one go. */
const CHUNK_STEP = 256;
/** Chunks per thread of all batches under way, so that no thread waits long for the last one. */
const CHUNKS_PER_THREAD = 4;

/** Rows the calling thread scores at a time while the threads start. */
const ROWS_WHILE_STARTING = 1024;

/** What scoring throws when the person, or the program's end, stops it. */
export function scoringStopped(): AssayError {
  return new AssayError('CANCELLED', 'failure', 'Scoring was stopped before all rows had a score.');
}

/** Scores rows [start, end) on the calling thread. */
export type ScoreHere = (values: Float32Array, start: number, end: number, out: Int32Array) => void;

/**
 * Deals batches of rows out to worker threads in the order they came, in chunks that fit the threads' slots. While
 * threads still start, which takes as long as many thousand rows, the calling thread scores as well.
 */
export class ThreadQueue {
  readonly #featureCount: number;
  readonly #slotRows: number;
  readonly #threads: readonly ScoringThread[];
  readonly #entry: URL;
  readonly #scoreHere: ScoreHere;
  /** Free seats of threads that have started; the one that has waited longest is first. */
  readonly #freeSeats: Seat[] = [];
  #threadsStarting: number;
  readonly #started = Promise.withResolvers<void>();
  #helping = false;
  /** Batches that are neither complete nor given up. */
  readonly #batches = new Set<Batch>();
  #closedBy: AssayError | null = null;

  /** One thread per lane, from those that wait where there are any. */
  constructor(set: LaneSet, lanes: readonly LanePlace[], featureCount: number, entry: URL, scoreHere: ScoreHere) {
    this.#featureCount = featureCount;
    this.#slotRows = set.slotRows;
    this.#scoreHere = scoreHere;
    this.#entry = entry;
    this.#threadsStarting = lanes.length;
    this.#threads = lanes.map((lane) => this.#startThread(set, lane));
    if (lanes.length === 0) this.#started.resolve();
  }

  /** Settles when all threads have started, or one has failed to. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  score(values: Float32Array, rowCount: number, out: Int32Array, signal?: AbortSignal): Promise<void> {
    // Where others wait, they are what keeps the threads busy, and each message less is a thread woken less.
    const chunks = Math.max(1, Math.floor((this.#threads.length * CHUNKS_PER_THREAD) / (1 + this.#batches.size)));
    const evenShare = Math.ceil(rowCount / (chunks * CHUNK_STEP)) * CHUNK_STEP;
    const chunkRows = Math.min(evenShare, this.#slotRows);
    let stop = (): void => undefined;
    return new Promise<void>((resolve, reject) => {
      this.assertOpen();
      if (signal?.aborted) throw scoringStopped();
      const batch = { values, rowCount, out, chunkRows, resolve, reject, nextRow: 0, rowsLeft: rowCount };
      stop = () => {
        if (this.#batches.delete(batch)) reject(scoringStopped());
      };
      signal?.addEventListener('abort', stop);
      this.#batches.add(batch);
      this.#dealOut();
      if (this.#threadsStarting > 0) this.#helpWhileStarting();
    }).finally(() => signal?.removeEventListener('abort', stop));
  }

  /** @throws AssayError why no rows are taken any more: closed, or a thread failed. */
  assertOpen(): void {
    if (this.#closedBy !== null) throw this.#closedBy;
  }

  async close(): Promise<void> {
    const isOpen = this.#closedBy === null;
    this.#giveUp(scoringStopped());
    await Promise.all(
      this.#threads.map(({ worker, chunks, stopListening }) => {
        const isIdle = isOpen && this.#threadsStarting === 0 && chunks.every((chunk) => chunk === undefined);
        if (!isIdle) return worker.terminate();
        stopListening();
        worker.postMessage({ kind: 'rest' } satisfies ThreadTask);
        return keepThread(this.#entry, worker, this.#threads.length);
      }),
    );
  }

  #startThread(set: LaneSet, lane: LanePlace): ScoringThread {
    const worker = takeThread(this.#entry);
    const listeners = {
      // A single listener: one that is added later would keep the process alive again.
      message: (scored: SlotTask | null): void => {
        // A thread that is being ended keeps the process alive until it has; a late message must not let go of it.
        if (this.#closedBy !== null) return;
        if (scored !== null) return this.#takeSums(seats[scored.slot]);
        worker.unref();
        this.#freeSeats.push(...seats);
        this.#threadsStarting--;
        if (this.#threadsStarting === 0) this.#started.resolve();
        this.#dealOut();
      },
      error: (error: Error): void => this.#giveUp(threadFailed(error)),
      exit: (code: number): void => this.#giveUp(threadFailed(new Error(`The thread ended with code ${code}.`))),
    };
    const thread: ScoringThread = {
      worker,
      chunks: lane.slots.map(() => undefined),
      stopListening: () => {
        for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
      },
    };
    const seats = lane.slots.map((place, slot): Seat => ({ thread, slot, views: viewSlot(set, place) }));
    worker.on('message', listeners.message).on('error', listeners.error).on('exit', listeners.exit);
    worker.postMessage({ kind: 'open', set, lane } satisfies ThreadTask);
    return thread;
  }

  #dealOut(): void {
    for (const batch of this.#batches) {
      while (batch.nextRow < batch.rowCount) {
        const seat = this.#freeSeats.shift();
        if (seat === undefined) return;
        this.#handOver(batch, seat);
      }
    }
  }

  #handOver(batch: Batch, { thread, slot, views }: Seat): void {
    const start = batch.nextRow;
    const rowCount = Math.min(batch.chunkRows, batch.rowCount - start);
    batch.nextRow += rowCount;
    views.values.set(batch.values.subarray(start * this.#featureCount, (start + rowCount) * this.#featureCount));
    if (thread.chunks.every((chunk) => chunk === undefined)) thread.worker.ref();
    thread.chunks[slot] = { batch, start, rowCount };
    thread.worker.postMessage({ kind: 'score', slot, rowCount } satisfies ThreadTask);
  }

  #takeSums(seat: Seat): void {
    const { thread, slot, views } = seat;
    const chunk = thread.chunks[slot];
    thread.chunks[slot] = undefined;
    if (chunk !== undefined && this.#batches.has(chunk.batch)) {
      chunk.batch.out.set(views.sums.subarray(0, chunk.rowCount), chunk.start);
      this.#settle(chunk);
    }
    this.#freeSeats.push(seat);
    this.#dealOut();
    if (thread.chunks.every((waiting) => waiting === undefined)) thread.worker.unref();
  }

  /** Counts a chunk as done: its sums are in `out`. */
  #settle({ batch, rowCount }: Chunk): void {
    batch.rowsLeft -= rowCount;
    if (batch.rowsLeft > 0) return;
    this.#batches.delete(batch);
    batch.resolve();
  }

  #helpWhileStarting(): void {
    if (this.#helping) return;
    this.#helping = true;
    setImmediate(() => {
      this.#helping = false;
      const batch = [...this.#batches].find(({ nextRow, rowCount }) => nextRow < rowCount);
      if (batch === undefined || this.#threadsStarting === 0) return;
      const start = batch.nextRow;
      const rowCount = Math.min(ROWS_WHILE_STARTING, batch.rowCount - start);
      batch.nextRow += rowCount;
      this.#scoreHere(batch.values, start, start + rowCount, batch.out);
      this.#settle({ batch, start, rowCount });
      this.#helpWhileStarting();
    });
  }

  /** Rejects all batches and takes no more. Only the first reason counts. */
  #giveUp(reason: AssayError): void {
    if (this.#closedBy !== null) return;
    this.#closedBy = reason;
    this.#started.resolve();
    const batches = [...this.#batches];
    this.#batches.clear();
    for (const batch of batches) batch.reject(reason);
    for (const { worker } of this.#threads) worker.unref();
  }
}

function threadFailed(cause: Error): AssayError {
  const outOfMemory = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return outOfMemory
    ? new AssayError('OUT_OF_MEMORY', 'failure', 'A scoring thread ran out of memory.', {
        nextStep: 'Close other programs, or score with fewer threads.',
        cause,
      })
    : new AssayError('INTERNAL', 'failure', `A scoring thread failed: ${cause.message}`, {
        nextStep: 'Score again; if it fails again, report it with this message.',
        cause,
      });
}
