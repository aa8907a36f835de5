import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { AssayError, impossible } from '../domain/error.ts';
import type { FeatureSpec } from '../domain/feature-spec.ts';
import type { Profile } from '../domain/profile.ts';
import type { Dictionaries } from '../features/decode-segment.ts';
import { StreamFeatures } from '../features/stream-features.ts';
import type { WindowAnswer, WindowRequest, WindowThread, WindowThreads } from '../features/windows/window-share.ts';
import { threadsToUse } from './threads.ts';

/** What a thread starts with: where requests and replies pass, and the counters that wake either side. */
export interface WindowThreadData {
  readonly port: MessagePort;
  readonly control: Int32Array;
}

export type WindowReply = { readonly answer: WindowAnswer } | { readonly failure: string };

export const askedCount = 0;
export const answeredCount = 1;
export const readyFlag = 2;
const controlFields = 3;

/** A round takes milliseconds, a history of millions of transactions seconds; a thread silent for so long is lost. */
const mostSilenceMs = 300_000;

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
    ask: (request) => thread.ask(request),
    answer: () => thread.answer(),
    release: () => {
      if (!thread.isOfUse) return void thread.end();
      thread.ask({ kind: 'close' });
      thread.answer();
      if (idle.length < threadsToUse()) idle.push(thread.letGo());
      else thread.end();
    },
  };
}

/** A thread that answers while the calling one waits. It keeps the process alive until it is let go. */
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

  /** Started, alive, and nothing is under way. */
  get isOfUse(): boolean {
    const isIdle = Atomics.load(this.#control, askedCount) === Atomics.load(this.#control, answeredCount);
    return this.isReady && isIdle && !this.#isLost;
  }

  letGo(): this {
    this.#worker.unref();
    return this;
  }

  keepAlive(): this {
    this.#worker.ref();
    return this;
  }

  ask(request: WindowRequest): void {
    this.#port.postMessage(
      request,
      request.kind === 'open' ? request.histories.map(({ buffer }) => buffer as ArrayBuffer) : [],
    );
    Atomics.add(this.#control, askedCount, 1);
    Atomics.notify(this.#control, askedCount);
  }

  answer(): WindowAnswer {
    const asked = Atomics.load(this.#control, askedCount);
    for (;;) {
      const answered = Atomics.load(this.#control, answeredCount);
      if (answered === asked) break;
      if (Atomics.wait(this.#control, answeredCount, answered, mostSilenceMs) === 'timed-out')
        throw this.#failed('it no longer answers');
    }
    const received = receiveMessageOnPort(this.#port) ?? impossible('a thread answered without a reply');
    const reply = received.message as WindowReply;
    if ('failure' in reply) throw this.#failed(reply.failure);
    return reply.answer;
  }

  end(): void {
    this.#port.close();
    void this.#worker.terminate();
  }

  #failed(what: string): AssayError {
    this.#isLost = true;
    return new AssayError('INTERNAL', 'failure', `A thread that computes features over time failed: ${what}.`, {
      nextStep: 'Do it again; if it fails again, report it with this message.',
    });
  }
}
