import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { FeatureSpec } from '../domain/feature-spec.ts';
import type { Profile } from '../domain/profile.ts';
import type { Dictionaries } from '../features/decode-segment.ts';
import type { SharedWindows } from '../features/kernel/window-kernel.ts';
import { StreamFeatures } from '../features/stream-features.ts';
import type { WindowThread, WindowThreads } from '../features/windows/window-thread.ts';
import { threadsToUse } from './threads.ts';

/** What a thread starts with: where streams to help with come from, and what wakes it. */
export interface WindowThreadData {
  readonly port: MessagePort;
  readonly control: Int32Array;
}

/** Streams that a thread was asked to help with so far. */
export const askedCount = 0;
export const readyFlag = 1;
const controlFields = 2;

/** Threads that wait for the next stream: starting one takes as long as some ten thousand transactions. */
const idle: KeptThread[] = [];

/** Threads for features over time: as many as there are cores, unless fewer were asked for. They serve one stream after the other. */
export function windowThreads(most = threadsToUse()): WindowThreads {
  return { most, start: () => lend(idle.pop()?.keepAlive() ?? new KeptThread()) };
}

/** Does work with the features of a stream, which are computed on as many threads as there may be. */
export async function withStreamFeatures<T>(
  profile: Profile,
  spec: FeatureSpec,
  dictionaries: Dictionaries,
  work: (features: StreamFeatures) => Promise<T>,
): Promise<T> {
  const features = new StreamFeatures(profile, spec, dictionaries, windowThreads());
  try {
    return await work(features);
  } finally {
    features.close();
  }
}

function lend(thread: KeptThread): WindowThread {
  return {
    isReady: () => thread.isReady,
    help: (windows) => {
      thread.help(windows);
    },
    release: () => {
      if (!thread.isLost && idle.length < threadsToUse()) idle.push(thread.letGo());
      else thread.end();
    },
  };
}

/** A thread that helps with one stream after the other. It keeps the process alive until it is let go. */
class KeptThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * controlFields));
  #isLost = false;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    const workerData: WindowThreadData = { port: port2, control: this.#control };
    this.#worker = new Worker(new URL('./window.worker.ts', import.meta.url), { workerData, transferList: [port2] });
    this.#port = port1;
    this.#port.unref();
    for (const event of ['error', 'exit'])
      this.#worker.on(event, () => {
        this.#isLost = true;
        const place = idle.indexOf(this);
        if (place >= 0) idle.splice(place, 1);
      });
  }

  get isReady(): boolean {
    return Atomics.load(this.#control, readyFlag) === 1;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  letGo(): this {
    this.#worker.unref();
    return this;
  }

  keepAlive(): this {
    this.#worker.ref();
    return this;
  }

  help(windows: SharedWindows): void {
    this.#port.postMessage(windows);
    Atomics.add(this.#control, askedCount, 1);
    Atomics.notify(this.#control, askedCount);
  }

  end(): void {
    this.#port.close();
    void this.#worker.terminate();
  }
}
