/** So many different texts of a column are known at once: more of them are hardly met again while they are in the cache. */
const mostEntries = 1 << 16;
const longestBytes = 64;
/** Where its bytes begin, how many they are, its code. */
const fieldsPerEntry = 3;

/** The code of a cell whose text is not known here yet. */
export const unknownCode = -2;

/**
 * The codes that texts of a column have in its dictionary, by the bytes that write them, so that a text that comes again is not made
 * again. Entries lie close together in the order of their first coming; a table of places leads to them (linear probing).
 */
export class CodeTable {
  #places = new Int32Array(1 << 8);
  #entries = new Int32Array(fieldsPerEntry << 7);
  #bytes = new Uint8Array(1 << 10);
  #count = 0;
  #usedBytes = 0;

  /** The code of the text that `bytes[start..end)` writes, or `unknownCode`. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length > longestBytes) return unknownCode;
    const [entries, known] = [this.#entries, this.#bytes];
    const mask = this.#places.length - 1;
    for (let place = hashOf(bytes, start, end) & mask; ; place = (place + 1) & mask) {
      const entry = this.#places[place] - 1;
      if (entry < 0) return unknownCode;
      const field = entry * fieldsPerEntry;
      if (entries[field + 1] !== length) continue;
      const from = entries[field];
      let at = 0;
      while (at < length && known[from + at] === bytes[start + at]) at++;
      if (at === length) return entries[field + 2];
    }
  }

  /** Remembers a code that `find` did not know. */
  add(bytes: Uint8Array, start: number, end: number, code: number): void {
    const length = end - start;
    if (length > longestBytes || this.#count === mostEntries) return;
    if (this.#usedBytes + length > this.#bytes.length)
      this.#bytes = grown(this.#bytes, new Uint8Array(2 * this.#bytes.length));
    if ((this.#count + 1) * fieldsPerEntry > this.#entries.length) this.#makeRoom();
    this.#bytes.set(bytes.subarray(start, end), this.#usedBytes);
    this.#entries.set([this.#usedBytes, length, code], this.#count * fieldsPerEntry);
    this.#usedBytes += length;
    this.#enter(this.#count++);
  }

  #enter(entry: number): void {
    const from = this.#entries[entry * fieldsPerEntry];
    const mask = this.#places.length - 1;
    let place = hashOf(this.#bytes, from, from + this.#entries[entry * fieldsPerEntry + 1]) & mask;
    while (this.#places[place] !== 0) place = (place + 1) & mask;
    this.#places[place] = entry + 1;
  }

  #makeRoom(): void {
    this.#entries = grown(this.#entries, new Int32Array(2 * this.#entries.length));
    this.#places = new Int32Array(2 * this.#places.length);
    for (let entry = 0; entry < this.#count; entry++) this.#enter(entry);
  }
}

function grown<Numbers extends Uint8Array | Int32Array>(from: Numbers, longer: Numbers): Numbers {
  longer.set(from);
  return longer;
}

/** FNV-1a, with its upper bits mixed into the lower ones. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c_9dc5 | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x0100_0193);
  return hash ^ (hash >>> 15);
}
