const empty = -1;
// An entry is four neighbours in one array, so that a look-up touches one line of the cache.
const second = 1;
const value = 2;
const fields = 4;
const smallestCapacity = 64;

/**
 * A hash table from pairs of whole numbers (the first at least 0) to whole numbers, without an object per entry.
 * Linear probing, at most half full; removal closes the gap, so the table never fills with tombstones.
 */
export class PairTable {
  #entries = emptyEntries(smallestCapacity);
  #mask = smallestCapacity - 1;
  #size = 0;

  get memoryBytes(): number {
    return this.#entries.byteLength;
  }

  /** The value of a pair, or `absent`. */
  get(keyA: number, keyB: number, absent: number): number {
    const at = this.#find(keyA, keyB);
    return this.#entries[at] === empty ? absent : this.#entries[at + value];
  }

  set(keyA: number, keyB: number, newValue: number): void {
    const at = this.#place(keyA, keyB);
    this.#entries[at + value] = newValue;
  }

  /** Adds to a pair's value (0 when absent), forgets the pair when it becomes 0, and returns the new value. */
  add(keyA: number, keyB: number, amount: number): number {
    const at = this.#place(keyA, keyB);
    const sum = this.#entries[at + value] + amount;
    this.#entries[at + value] = sum;
    if (sum === 0) this.#removeAt(at);
    return sum;
  }

  delete(keyA: number, keyB: number): void {
    const at = this.#find(keyA, keyB);
    if (this.#entries[at] !== empty) this.#removeAt(at);
  }

  /** Where a pair's search begins, as a place in the table (not yet times `fields`). */
  #home(keyA: number, keyB: number): number {
    let hash = Math.imul(keyA, 0x9e3779b1) ^ Math.imul(keyB, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 13)) & this.#mask;
  }

  /** Index of the entry of a pair, or of the empty entry where it would go. */
  #find(keyA: number, keyB: number): number {
    const entries = this.#entries;
    let place = this.#home(keyA, keyB);
    let at = place * fields;
    while (entries[at] !== empty && (entries[at] !== keyA || entries[at + second] !== keyB)) {
      place = (place + 1) & this.#mask;
      at = place * fields;
    }
    return at;
  }

  #place(keyA: number, keyB: number): number {
    let at = this.#find(keyA, keyB);
    if (this.#entries[at] !== empty) return at;
    if (this.#size * 2 >= this.#mask) {
      this.#grow();
      at = this.#find(keyA, keyB);
    }
    this.#entries[at] = keyA;
    this.#entries[at + second] = keyB;
    this.#entries[at + value] = 0;
    this.#size += 1;
    return at;
  }

  #removeAt(at: number): void {
    const entries = this.#entries;
    let gap = at / fields;
    let next = (gap + 1) & this.#mask;
    while (entries[next * fields] !== empty) {
      const home = this.#home(entries[next * fields], entries[next * fields + second]);
      // An entry may fill the gap only if the gap lies between its home and where it is.
      if (((next - home) & this.#mask) >= ((next - gap) & this.#mask)) {
        entries.copyWithin(gap * fields, next * fields, (next + 1) * fields);
        gap = next;
      }
      next = (next + 1) & this.#mask;
    }
    entries[gap * fields] = empty;
    this.#size -= 1;
  }

  #grow(): void {
    const old = this.#entries;
    const capacity = (2 * old.length) / fields;
    this.#entries = emptyEntries(capacity);
    this.#mask = capacity - 1;
    for (let at = 0; at < old.length; at += fields) {
      if (old[at] === empty) continue;
      this.#entries.set(old.subarray(at, at + fields), this.#find(old[at], old[at + second]));
    }
  }
}

function emptyEntries(capacity: number): Int32Array {
  return new Int32Array(capacity * fields).fill(empty);
}
