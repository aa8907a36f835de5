import { BlockPool, capacityOf } from './block-pool.ts';

const block = 0;
const sizeClass = 1;
const start = 2;
const end = 3;
const fields = 4;

/**
 * Monotonic queues of (time, value), named by number: each keeps the values of a moving window that may still become
 * its extreme, with the extreme in front. Every value enters and leaves once, so a step costs amortised O(1).
 */
export class ExtremeQueues {
  #queues = new Int32Array(64 * fields);
  readonly #pool = new BlockPool(2);

  get memoryBytes(): number {
    return this.#queues.byteLength + this.#pool.data.byteLength;
  }

  /** Makes a queue, empty. */
  create(queue: number): void {
    const at = queue * fields;
    if (at >= this.#queues.length) {
      const grown = new Int32Array(Math.max(at + fields, this.#queues.length * 2));
      grown.set(this.#queues);
      this.#queues = grown;
    }
    this.#queues[at + block] = this.#pool.allocate(0);
    this.#queues[at + sizeClass] = 0;
    this.clear(queue);
  }

  release(queue: number): void {
    const at = queue * fields;
    this.#pool.release(this.#queues[at + block], this.#queues[at + sizeClass]);
  }

  clear(queue: number): void {
    const at = queue * fields;
    this.#queues[at + start] = 0;
    this.#queues[at + end] = 0;
  }

  /** Adds a value no older than those before. `sign` 1 keeps the largest in front, -1 the smallest. */
  push(queue: number, time: number, value: number, sign: 1 | -1): void {
    const queues = this.#queues;
    const at = queue * fields;
    const data = this.#pool.data;
    let size = queues[at + end];
    while (size > queues[at + start] && sign * data[queues[at + block] + 2 * size - 1] <= sign * value) size -= 1;
    queues[at + end] = size;
    if (size === capacityOf(queues[at + sizeClass])) this.#makeRoom(at);
    const to = queues[at + block] + 2 * queues[at + end];
    this.#pool.data[to] = time;
    this.#pool.data[to + 1] = value;
    queues[at + end] += 1;
  }

  /** Drops what is not later than a time. */
  expire(queue: number, time: number): void {
    const queues = this.#queues;
    const at = queue * fields;
    let first = queues[at + start];
    while (first < queues[at + end] && this.#pool.data[queues[at + block] + 2 * first] <= time) first += 1;
    queues[at + start] = first;
  }

  /** The extreme of the window, NaN where it is empty. */
  front(queue: number): number {
    const at = queue * fields;
    const first = this.#queues[at + start];
    return first < this.#queues[at + end] ? this.#pool.data[this.#queues[at + block] + 2 * first + 1] : Number.NaN;
  }

  #makeRoom(at: number): void {
    const queues = this.#queues;
    const from = queues[at + block];
    const first = queues[at + start];
    const last = queues[at + end];
    const oldClass = queues[at + sizeClass];
    const outgrown = first < capacityOf(oldClass) / 4;
    const to = outgrown ? this.#pool.allocate(oldClass + 1) : from;
    this.#pool.data.copyWithin(to, from + 2 * first, from + 2 * last);
    if (outgrown) {
      this.#pool.release(from, oldClass);
      queues[at + block] = to;
      queues[at + sizeClass] = oldClass + 1;
    }
    queues[at + start] = 0;
    queues[at + end] = last - first;
  }
}
