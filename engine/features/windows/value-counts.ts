import { BlockPool, capacityOf } from './block-pool.ts';

const block = 0;
const sizeClass = 1;
const length = 2;
const fields = 3;

/**
 * How often each value occurs, for any number of entities: a short list each, looked through from the front. An entity's
 * list is never longer than the events that its window may hold.
 */
export class ValueCounts {
  #lists = new Int32Array(64 * fields);
  readonly #pool = new BlockPool(2);

  get memoryBytes(): number {
    return this.#lists.byteLength + this.#pool.data.byteLength;
  }

  create(slot: number): void {
    const at = slot * fields;
    if (at >= this.#lists.length) {
      const grown = new Int32Array(Math.max(at + fields, this.#lists.length * 2));
      grown.set(this.#lists);
      this.#lists = grown;
    }
    this.#lists[at + block] = this.#pool.allocate(0);
    this.#lists[at + sizeClass] = 0;
    this.#lists[at + length] = 0;
  }

  release(slot: number): void {
    this.#pool.release(this.#lists[slot * fields + block], this.#lists[slot * fields + sizeClass]);
  }

  /** Adds one occurrence of a value, or takes one away; returns how often it occurs then. */
  add(slot: number, value: number, sign: 1 | -1): number {
    const lists = this.#lists;
    const at = slot * fields;
    const place = this.#find(slot, value);
    const end = lists[at + block] + 2 * lists[at + length];
    if (place === end) {
      this.#append(at, value);
      return 1;
    }
    const { data } = this.#pool;
    const count = data[place + 1] + sign;
    data[place + 1] = count;
    if (count > 0) return count;
    data[place] = data[end - 2];
    data[place + 1] = data[end - 1];
    lists[at + length] -= 1;
    return 0;
  }

  /** Occurrences of all values that occur no more often than this one: 0 where it does not occur. */
  countNotAbove(slot: number, value: number): number {
    const at = slot * fields;
    const { data } = this.#pool;
    const from = this.#lists[at + block];
    const end = from + 2 * this.#lists[at + length];
    const place = this.#find(slot, value);
    const own = place === end ? 0 : data[place + 1];
    let sum = 0;
    for (let other = from; other < end; other += 2) if (data[other + 1] <= own) sum += data[other + 1];
    return sum;
  }

  #find(slot: number, value: number): number {
    const at = slot * fields;
    const { data } = this.#pool;
    const end = this.#lists[at + block] + 2 * this.#lists[at + length];
    let place = this.#lists[at + block];
    while (place < end && data[place] !== value) place += 2;
    return place;
  }

  #append(at: number, value: number): void {
    const lists = this.#lists;
    const oldClass = lists[at + sizeClass];
    const count = lists[at + length];
    if (count === capacityOf(oldClass)) {
      const from = lists[at + block];
      const to = this.#pool.allocate(oldClass + 1);
      this.#pool.data.copyWithin(to, from, from + 2 * count);
      this.#pool.release(from, oldClass);
      lists[at + block] = to;
      lists[at + sizeClass] = oldClass + 1;
    }
    const place = lists[at + block] + 2 * count;
    this.#pool.data[place] = value;
    this.#pool.data[place + 1] = 1;
    lists[at + length] += 1;
  }
}
