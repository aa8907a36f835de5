import { blockOf, type MessageSlice } from '../../stream/kafka/message-block.ts';
import type { TopicFollower } from '../../stream/kafka/follow-topic.ts';

const firstMs = Date.UTC(2026, 0, 1);

/** Payment number n; one in forty is wild. */
export function paymentText(n: number): string {
  const turn = ((n + 1) * 2_654_435_761) % 4_294_967_296;
  const amount = turn % 40 === 0 ? 900 + (turn % 9000) / 10 : 5 + (turn % 4000) / 100;
  const time = new Date(firstMs + n * 10_000).toISOString();
  return JSON.stringify({ id: `P${n}`, paid_at: time, card_id: `K${turn % 50}`, amount });
}

/**
 * A topic of one partition without a broker, in the place of `followTopic`'s: its messages come a few at a time, each time
 * when `gate` lets them.
 */
export class SlowTopic implements TopicFollower {
  readonly clusterId = 'slow';
  readonly startOffsets = new Map([[0, 0]]);
  readonly readingSinceMs = 0;
  readonly hasMore = false;
  readonly isPaused = false;
  readonly rebalances = 0;
  readonly #messages: number;
  readonly #perTurn: number;
  readonly #gate: () => Promise<unknown>;
  #next: number;

  /** @param first the message that comes first: those before it were read in another run */
  constructor(messages: number, perTurn: number, gate: () => Promise<unknown> = () => Promise.resolve(), first = 0) {
    this.#next = first;
    this.#messages = messages;
    this.#perTurn = perTurn;
    this.#gate = gate;
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  lag(): ReadonlyMap<number, number> {
    return new Map([[0, this.#messages - this.#next]]);
  }

  isIdle(): boolean {
    return this.#next >= this.#messages;
  }

  isCaughtUp(): Promise<boolean> {
    return Promise.resolve(this.isIdle());
  }

  async next(limit: number): Promise<readonly MessageSlice[]> {
    await this.#gate();
    const first = this.#next;
    this.#next = Math.min(this.#messages, first + Math.min(limit, this.#perTurn));
    const messages = Array.from({ length: this.#next - first }, (_, index) => ({
      partition: 0,
      offset: first + index,
      timestampMs: firstMs + (first + index) * 10_000,
      key: null,
      value: Buffer.from(paymentText(first + index)),
      headers: [],
    }));
    return messages.length === 0 ? [] : [{ block: blockOf(0, messages), from: 0, to: messages.length }];
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
