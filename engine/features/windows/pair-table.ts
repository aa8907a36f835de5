const empty = -1;

/**
 * A hash table from pairs of whole numbers (the first at least 0) to whole numbers, without an object per entry.
 * Linear probing, at most half full; removal closes the gap, so the table never fills with tombstones.
 */
export class PairTable {
  #first = new Int32Array(64).fill(empty);
  #second = new Int32Array(64);
  #value = new Int32Array(64);
  #mask = 63;
  #size = 0;

  get memoryBytes(): number {
    return 3 * this.#first.byteLength;
  }

  /** The value of a pair, or `absent`. */
  get(first: number, second: number, absent: number): number {
    const at = this.#find(first, second);
    return this.#first[at] === empty ? absent : this.#value[at];
  }

  set(first: number, second: number, value: number): void {
    const at = this.#place(first, second);
    this.#value[at] = value;
  }

  /** Adds to a pair's value (0 when absent), forgets the pair when it becomes 0, and returns the new value. */
  add(first: number, second: number, amount: number): number {
    const at = this.#place(first, second);
    const value = this.#value[at] + amount;
    this.#value[at] = value;
    if (value === 0) this.#removeAt(at);
    return value;
  }

  delete(first: number, second: number): void {
    const at = this.#find(first, second);
    if (this.#first[at] !== empty) this.#removeAt(at);
  }

  #home(first: number, second: number): number {
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 13)) & this.#mask;
  }

  #find(first: number, second: number): number {
    let at = this.#home(first, second);
    while (this.#first[at] !== empty && (this.#first[at] !== first || this.#second[at] !== second)) {
      at = (at + 1) & this.#mask;
    }
    return at;
  }

  #place(first: number, second: number): number {
    let at = this.#find(first, second);
    if (this.#first[at] !== empty) return at;
    if (this.#size * 2 >= this.#mask) {
      this.#grow();
      at = this.#find(first, second);
    }
    this.#first[at] = first;
    this.#second[at] = second;
    this.#value[at] = 0;
    this.#size += 1;
    return at;
  }

  #removeAt(at: number): void {
    let gap = at;
    let next = (gap + 1) & this.#mask;
    while (this.#first[next] !== empty) {
      const home = this.#home(this.#first[next], this.#second[next]);
      // An entry may fill the gap only if the gap lies between its home and where it is.
      if (((next - home) & this.#mask) >= ((next - gap) & this.#mask)) {
        this.#first[gap] = this.#first[next];
        this.#second[gap] = this.#second[next];
        this.#value[gap] = this.#value[next];
        gap = next;
      }
      next = (next + 1) & this.#mask;
    }
    this.#first[gap] = empty;
    this.#size -= 1;
  }

  #grow(): void {
    const first = this.#first;
    const second = this.#second;
    const value = this.#value;
    const capacity = first.length * 2;
    this.#first = new Int32Array(capacity).fill(empty);
    this.#second = new Int32Array(capacity);
    this.#value = new Int32Array(capacity);
    this.#mask = capacity - 1;
    for (let index = 0; index < first.length; index += 1) {
      if (first[index] === empty) continue;
      const at = this.#find(first[index], second[index]);
      this.#first[at] = first[index];
      this.#second[at] = second[index];
      this.#value[at] = value[index];
    }
  }
}
