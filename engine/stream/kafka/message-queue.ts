import { bytesPerPlace, type MessageBlock, type MessageSlice } from './message-block.ts';

/**
 * Messages between the consumer, which adds them as the network brings them, and the reader, which takes them as the
 * disk lets it. It takes what is added even when full; it is the consumer that waits for room before it fetches more.
 */
export class MessageQueue {
  readonly #highWater: { readonly messages: number; readonly bytes: number };
  #blocks: MessageBlock[] = [];
  /** Taken from the first block. */
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

  add(block: MessageBlock): void {
    if (block.count === 0 || this.#isClosed) return;
    if (this.#count === 0) this.#firstAddedMs = performance.now();
    this.#blocks.push(block);
    this.#count += block.count;
    this.#bytes += bytesOf(block);
    this.#waiting.set(block.partition, (this.#waiting.get(block.partition) ?? 0) + block.count);
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
  async take(limit: number, lingerMs: number, waitMs: number): Promise<readonly MessageSlice[]> {
    if (this.#count === 0) await this.#newsWithin(waitMs);
    for (;;) {
      const lingerLeftMs = this.#firstAddedMs + lingerMs - performance.now();
      if (this.#count === 0 || this.#count >= limit || this.#isClosed || lingerLeftMs <= 0) break;
      await this.#newsWithin(lingerLeftMs);
    }
    this.throwIfFailed();
    return this.#remove(limit);
  }

  /** Throws what the stream ended with, once all that came before was handed over. */
  throwIfFailed(): void {
    if (this.#count === 0 && this.#failure !== undefined) throw this.#failure;
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

  #remove(limit: number): readonly MessageSlice[] {
    const slices: MessageSlice[] = [];
    let room = limit;
    while (room > 0 && this.#blocks.length > 0) {
      const [block] = this.#blocks;
      const from = this.#taken;
      const to = Math.min(block.count, from + room);
      slices.push({ block, from, to });
      room -= to - from;
      this.#waiting.set(block.partition, (this.#waiting.get(block.partition) ?? 0) - (to - from));
      this.#taken = to;
      if (to === block.count) {
        this.#blocks.shift();
        this.#bytes -= bytesOf(block);
        this.#taken = 0;
      }
    }
    this.#count -= limit - room;
    this.#firstAddedMs = performance.now();
    this.#roomMade();
    return slices;
  }

  #roomMade(): void {
    if (this.isFull && !this.#isClosed) return;
    for (const wake of [...this.#wakeWriters]) wake();
  }
}

/** What a block weighs in memory until all of it is taken. */
function bytesOf({ bytes, offsets }: MessageBlock): number {
  return bytes.length + offsets.length * bytesPerPlace;
}
