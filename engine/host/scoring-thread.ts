import { SHARE_ENV, Worker } from 'node:worker_threads';
import { AssayError } from '../domain/error.ts';
import type { NetworkAttempt } from '../domain/network-attempt.ts';
import type { ModelSource, ServedModel } from '../jobs/scoring/served-model.ts';
import { takeOverAttempt } from '../network/ledger.ts';
import type { ErrorReport } from '../../preload/contract/envelope.ts';
import type { ScoringReply } from './scoring-body.ts';

/** What a service says of the model that it serves. */
export type ServedModelNotes = Omit<ServedModel, 'score' | 'close'>;

export type ToScoringThread =
  | { readonly kind: 'score'; readonly id: number; readonly body: Uint8Array; readonly isSingle: boolean }
  | { readonly kind: 'stop' };

/** `ready` or `failed` comes once and first; `stopped` last. */
export type FromScoringThread =
  | { readonly kind: 'ready'; readonly model: ServedModelNotes }
  | { readonly kind: 'failed'; readonly error: ErrorReport }
  | { readonly kind: 'scored'; readonly id: number; readonly reply: ScoringReply }
  | { readonly kind: 'network'; readonly attempt: NetworkAttempt }
  | { readonly kind: 'stopped' };

interface Waiting {
  readonly settle: (reply: ScoringReply) => void;
  readonly fail: (error: unknown) => void;
}

/** A model in a thread of its own, which parses and scores the bodies of requests. */
export class ScoringThread {
  readonly model: ServedModelNotes;
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #whenStopped: () => void = () => undefined;
  #hasEnded = false;

  private constructor(thread: Worker, model: ServedModelNotes) {
    this.#thread = thread;
    this.model = model;
    thread.on('message', (message: FromScoringThread) => {
      if (message.kind === 'scored') {
        const waiting = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        waiting?.settle(message.reply);
      } else if (message.kind === 'stopped') this.#whenStopped();
    });
    // A thread that ends unasked fails what it was asked, and says so at once to whoever asks later.
    thread.on('error', () => this.#ended());
    thread.on('exit', () => this.#ended());
  }

  /** Opens the model in a new thread. @throws AssayError as `openServedModel` does, CANCELLED by the signal. */
  static async start(source: ModelSource, signal: AbortSignal): Promise<ScoringThread> {
    // Native code reads the environment of the process, which a copy of it would not change.
    const url = new URL('./scoring-service.worker.ts', import.meta.url);
    const thread = new Worker(url, { workerData: source, env: SHARE_ENV });
    const stop = (): void => void thread.terminate();
    signal.addEventListener('abort', stop);
    try {
      const model = await new Promise<ServedModelNotes>((resolve, reject) => {
        thread.on('message', (message: FromScoringThread) => {
          if (message.kind === 'network') takeOverAttempt(message.attempt);
          else if (message.kind === 'ready') resolve(message.model);
          else if (message.kind === 'failed') reject(errorOf(message.error));
        });
        thread.on('error', reject);
        thread.on('exit', () => reject(new AssayError('CANCELLED', 'failure', 'Stopped before the model was open.')));
      });
      return new ScoringThread(thread, model);
    } catch (error) {
      await thread.terminate();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** False once the thread has ended unasked: nothing can be scored any more. */
  get isAlive(): boolean {
    return !this.#hasEnded;
  }

  /** @param body is given away. @throws AssayError ENGINE_STOPPED where the thread is gone. */
  score(body: Uint8Array<ArrayBuffer>, isSingle: boolean): Promise<ScoringReply> {
    if (this.#hasEnded) return Promise.reject(stopped());
    const id = ++this.#lastId;
    return new Promise((settle, fail) => {
      this.#waiting.set(id, { settle, fail });
      this.#thread.postMessage({ kind: 'score', id, body, isSingle } satisfies ToScoringThread, [body.buffer]);
    });
  }

  async close(): Promise<void> {
    if (!this.#hasEnded)
      await new Promise<void>((resolve) => {
        this.#whenStopped = resolve;
        this.#thread.once('exit', () => resolve());
        this.#thread.postMessage({ kind: 'stop' } satisfies ToScoringThread);
      });
    await this.#thread.terminate();
  }

  #ended(): void {
    this.#hasEnded = true;
    for (const { fail } of this.#waiting.values()) fail(stopped());
    this.#waiting.clear();
  }
}

function stopped(): AssayError {
  return new AssayError('ENGINE_STOPPED', 'failure', 'The thread that scores has ended.', {
    nextStep: 'Start the service again.',
  });
}

function errorOf({ code, kind, message, nextStep }: ErrorReport): AssayError {
  return new AssayError(code, kind, message, nextStep === undefined ? {} : { nextStep });
}
