import type { Answer } from '../../../preload/contract/envelope.ts';
import { reportOf } from '../../data/client.tsx';

/** Sends requests one after the other. One that is rejected is answered as a failure, and the next is sent all the same. */
export class RequestQueue {
  #last: Promise<void> = Promise.resolve();

  /** Resolves once `settle` was called with the answer. */
  add<T>(ask: () => Promise<Answer<T>>, settle: (answer: Answer<T>) => void): Promise<void> {
    const done = this.#last.then(async () => {
      settle(await ask().catch((error: unknown) => ({ ok: false as const, error: reportOf(error) })));
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}
