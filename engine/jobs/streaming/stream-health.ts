import type { Health, HealthQuestions } from '../../monitor/metrics-server.ts';

/** A stream that has not turned for so long does nothing any more: even an idle one turns every quarter of a second. */
const LONGEST_TURN_MS = 60_000;

/** What a stream answers when it is asked how it is. */
export class StreamHealth {
  #turnedMs = performance.now();
  #model: string | null = null;
  readonly questions: HealthQuestions = { live: () => this.#live(), ready: () => this.#ready() };

  /** The stream went through its loop once more. */
  turned(): void {
    this.#turnedMs = performance.now();
  }

  /** From now on it scores. */
  hasModel(digest: string): void {
    this.#model = digest;
  }

  #live(): Health {
    const isWell = performance.now() - this.#turnedMs < LONGEST_TURN_MS;
    return { isWell, sentence: isWell ? 'the stream goes on' : 'the stream has stood still for a minute' };
  }

  #ready(): Health {
    if (this.#model === null) return { isWell: false, sentence: 'there is no model yet' };
    const live = this.#live();
    return live.isWell ? { isWell: true, sentence: `scoring with ${this.#model.slice(0, 12)}` } : live;
  }
}
