import type { TopicMessage } from './topic-message.ts';

/**
 * Messages between the consumer, which adds them as the network brings them, and the reader, which takes them as the
 * disk lets it. It takes what is added even when full; it is the consumer that waits for room before it fetches more.
 */
export class MessageQueue {
  readonly #highWater: { readonly messages: number; readonly bytes: number };
  #chunks: (readonly TopicMessage[])[] = [];
  /** Taken from the first chunk. */
  #taken = 0;
  #count = 0;
  #bytes = 0;
  readonly #waiting = new Map<number, number>();
  #firstAddedMs = 0;
  #isClosed = false;
  #failure: Error | undefined;
  #wakeReader: (() => void) | undefined;
  readonly #wakeWriters = new Set<() => void>();

  constructor(highWater: { readonly messages: number; readonly bytes: number }) {
    this.#highWater = highWater;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get isFull(): boolean {
    return this.#count >= this.#highWater.messages || this.#bytes >= this.#highWater.bytes;
  }

  /** Messages not taken yet, per partition. */
  get waiting(): ReadonlyMap<number, number> {
    return this.#waiting;
  }

  add(messages: readonly TopicMessage[]): void {
    if (messages.length === 0 || this.#isClosed) return;
    if (this.#count === 0) this.#firstAddedMs = performance.now();
    this.#chunks.push(messages);
    this.#count += messages.length;
    for (const message of messages) this.#bytes += bytesOf(message);
    const { partition } = messages[0];
    this.#waiting.set(partition, (this.#waiting.get(partition) ?? 0) + messages.length);
    this.#wakeReader?.();
  }

  /** Ends the stream: what was added is still handed over, then `take` throws. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.close();
  }

  /** Lets everyone who waits go. */
  close(): void {
    this.#isClosed = true;
    this.#wakeReader?.();
    this.#roomMade();
  }

  /** True as soon as there is room (or the queue is closed), false after `waitMs` without. */
  async roomWithin(waitMs: number): Promise<boolean> {
    if (!this.isFull || this.#isClosed) return true;
    await new Promise<void>((done) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakeWriters.delete(wake);
        done();
      };
      const timer = setTimeout(wake, waitMs);
      this.#wakeWriters.add(wake);
    });
    return !this.isFull || this.#isClosed;
  }

  /** See `TopicFollower.next`. */
  async take(limit: number, lingerMs: number, waitMs: number): Promise<readonly TopicMessage[]> {
    if (this.#count === 0) await this.#newsWithin(waitMs);
    for (;;) {
      const lingerLeftMs = this.#firstAddedMs + lingerMs - performance.now();
      if (this.#count === 0 || this.#count >= limit || this.#isClosed || lingerLeftMs <= 0) break;
      await this.#newsWithin(lingerLeftMs);
    }
    if (this.#count === 0 && this.#failure !== undefined) throw this.#failure;
    return this.#remove(limit);
  }

  async #newsWithin(waitMs: number): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((done) => {
      const timer = setTimeout(done, Math.ceil(waitMs));
      this.#wakeReader = () => {
        clearTimeout(timer);
        done();
      };
    });
    this.#wakeReader = undefined;
  }

  #remove(limit: number): readonly TopicMessage[] {
    const messages: TopicMessage[] = [];
    while (messages.length < limit && this.#chunks.length > 0) {
      const [chunk] = this.#chunks;
      const end = Math.min(chunk.length, this.#taken + limit - messages.length);
      for (let index = this.#taken; index < end; index++) {
        messages.push(chunk[index]);
        this.#bytes -= bytesOf(chunk[index]);
      }
      const { partition } = chunk[0];
      this.#waiting.set(partition, (this.#waiting.get(partition) ?? 0) - (end - this.#taken));
      this.#taken = end;
      if (end === chunk.length) {
        this.#chunks.shift();
        this.#taken = 0;
      }
    }
    this.#count -= messages.length;
    this.#firstAddedMs = performance.now();
    this.#roomMade();
    return messages;
  }

  #roomMade(): void {
    if (this.isFull && !this.#isClosed) return;
    for (const wake of [...this.#wakeWriters]) wake();
  }
}

/** What a message weighs in memory besides its own two buffers is counted as a flat amount. */
function bytesOf(message: TopicMessage): number {
  return 200 + (message.value?.length ?? 0) + (message.key?.length ?? 0);
}
