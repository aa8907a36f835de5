import type { Worker } from 'node:worker_threads';
import { keepThread, takeThread } from '../../forest/kernel/kept-threads.ts';
import type { ColumnsTask, ReadingKernel } from './reading-kernel.ts';

/** What a thread is told; it answers null when it is ready, and with the kernel of a task that it has read. */
export type NumbersMessage =
  | {
      readonly kind: 'open';
      readonly module: WebAssembly.Module;
      readonly memories: readonly WebAssembly.Memory[];
    }
  /** `kernel` is the place of its memory in `memories`. */
  | { readonly kind: 'read'; readonly kernel: number; readonly task: ColumnsTask }
  | { readonly kind: 'rest' };

interface NumberThread {
  readonly worker: Worker;
  readonly stopListening: () => void;
  isReady: boolean;
  /** By kernel: tells whether its task was read. */
  readonly pending: Map<number, (isRead: boolean) => void>;
}

const entry = new URL('./numbers.worker.ts', import.meta.url);
/** One is read while the next one waits. */
const tasksPerThread = 2;

/** Kernels that a recording needs so that so many threads always have a batch to read. */
export function kernelsFor(threads: number): number {
  return tasksPerThread * threads + 1;
}

/**
 * Threads that read the numbers of batches while this one looks for the rows of the next. They only ever help: where none is
 * free, has started yet, or one fails, the caller reads by itself what it needs.
 */
export class NumberThreads {
  readonly #kernels: readonly ReadingKernel[];
  readonly #threads: readonly NumberThread[];

  constructor(module: WebAssembly.Module, kernels: readonly ReadingKernel[], threads: number) {
    this.#kernels = kernels;
    const memories = kernels.map(({ memory }) => memory);
    this.#threads = Array.from({ length: threads }, () => startThread({ kind: 'open', module, memories }));
  }

  /** Has a batch read that lies in this kernel: true when it was; undefined at once where no thread is free. */
  read(kernel: ReadingKernel, task: ColumnsTask): Promise<boolean> | undefined {
    const [free] = this.#threads
      .filter(({ isReady, pending }) => isReady && pending.size < tasksPerThread)
      .sort((one, other) => one.pending.size - other.pending.size);
    if (free === undefined) return undefined;
    const place = this.#kernels.indexOf(kernel);
    return new Promise((resolve) => {
      if (free.pending.size === 0) free.worker.ref();
      free.pending.set(place, resolve);
      free.worker.postMessage({ kind: 'read', kernel: place, task } satisfies NumbersMessage);
    });
  }

  /** Lets go of the threads, which may serve the next recording; the kernels are free when it settles. */
  async close(): Promise<void> {
    await Promise.all(
      this.#threads.map(({ worker, stopListening, isReady, pending }) => {
        stopListening();
        if (!isReady || pending.size > 0) return worker.terminate();
        worker.postMessage({ kind: 'rest' } satisfies NumbersMessage);
        return keepThread(entry, worker, this.#threads.length);
      }),
    );
  }
}

function startThread(open: NumbersMessage): NumberThread {
  const worker = takeThread(entry);
  const pending: NumberThread['pending'] = new Map();
  const giveUp = (): void => {
    thread.isReady = false;
    for (const settle of pending.values()) settle(false);
    pending.clear();
  };
  const listeners = {
    message: (kernel: number | null): void => {
      if (kernel === null) {
        thread.isReady = true;
        worker.unref();
        return;
      }
      pending.get(kernel)?.(true);
      pending.delete(kernel);
      if (pending.size === 0) worker.unref();
    },
    error: giveUp,
    exit: giveUp,
  };
  const thread: NumberThread = {
    worker,
    isReady: false,
    pending,
    stopListening: () => {
      for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
    },
  };
  worker.on('message', listeners.message).on('error', listeners.error).on('exit', listeners.exit);
  worker.postMessage(open);
  return thread;
}
