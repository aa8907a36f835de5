/** Registers of an estimate: 2^14 of them, for a standard error of 0.8 %. */
const registerBits = 14;
const registerCount = 2 ** registerBits;

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/** A 32-bit hash of a double's bits (multiply-xorshift). */
function hashOf(value: number): number {
  bits[0] = value;
  return hashOfWords(words[0], words[1]);
}

function hashOfWords(low: number, high: number): number {
  let mixed = Math.imul(low, 0x9e37_79b1) ^ Math.imul(high, 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a_2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** What a count remembers: every value, or registers where they became too many. */
export type DistinctState = { readonly values: Float64Array } | { readonly registers: Uint8Array };

/** Ascending values cost no look-up, so more of them are kept: 8 MB of one column. */
const longestRun = 2 ** 20;

/**
 * Counts different doubles: exactly up to `mostKept` of them (2^20 where each is greater than the one before), beyond that by
 * HyperLogLog (Flajolet et al. 2007), so that memory stays bounded. NaN is no value; 0 and -0 are one.
 */
export class DistinctCount {
  readonly #mostKept: number;
  /** Different values of a stream that only rose so far, in order of arrival; undefined once a value was not above all others. */
  #run: Float64Array | undefined = new Float64Array(16);
  /** NaN before the first one: nothing is at most NaN. */
  #last = Number.NaN;
  /** Open addressing; NaN is a free place. */
  #table = new Float64Array(0);
  #size = 0;
  #registers: Uint8Array | undefined;

  constructor(mostKept: number) {
    this.#mostKept = mostKept;
  }

  get isExact(): boolean {
    return this.#registers === undefined;
  }

  addAll(values: Float64Array): void {
    let row = 0;
    for (; row < values.length && this.#run !== undefined; row++) {
      const value = values[row];
      if (value !== value || value === this.#last) continue;
      if (value <= this.#last) this.#add(value);
      else this.addNew(value);
      this.#last = value;
    }
    const registers = this.#registers;
    if (registers === undefined)
      for (; row < values.length; row++) {
        if (values[row] === values[row]) this.#add(values[row]);
      }
    else noteAllIn(registers, row === 0 ? values : values.subarray(row));
  }

  /** A value that the caller knows to be none of those before, as long as all of them were added in this way. */
  addNew(value: number): void {
    if (this.#run === undefined) return this.#add(value);
    if (this.#size === this.#run.length) {
      if (this.#size >= longestRun) {
        this.#leaveRun();
        return this.#add(value);
      }
      const longer = new Float64Array(2 * this.#size);
      longer.set(this.#run);
      this.#run = longer;
    }
    this.#run[this.#size++] = value + 0;
  }

  add(value: number): void {
    if (value === value) this.#add(value);
  }

  /** The number of different values; an estimate where `isExact` is false. */
  count(): number {
    return this.#registers === undefined ? this.#size : estimate(this.#registers);
  }

  /** What is remembered, as an estimate's registers where more than `mostValues` would have to be kept. */
  state(mostValues: number): DistinctState {
    if (this.#registers !== undefined) return { registers: this.#registers };
    const values = this.#kept();
    return this.#size > mostValues ? { registers: registersOf(values) } : { values: values.sort() };
  }

  restore(state: DistinctState): void {
    this.#run = undefined;
    if ('values' in state) this.#rebuild(state.values, 4 * state.values.length);
    else this.#registers = Uint8Array.from(state.registers);
  }

  #kept(): Float64Array {
    return this.#run?.slice(0, this.#size) ?? this.#table.filter((value) => value === value);
  }

  #leaveRun(): void {
    const values = this.#kept();
    this.#run = undefined;
    if (values.length > this.#mostKept) this.#registers = registersOf(values);
    else this.#rebuild(values, 4 * values.length);
  }

  #rebuild(values: Float64Array, places: number): void {
    this.#table = new Float64Array(2 ** Math.ceil(Math.log2(places + 16))).fill(NaN);
    this.#size = 0;
    for (let at = 0; at < values.length; at++) if (values[at] === values[at]) this.#add(values[at]);
  }

  #add(value: number): void {
    if (this.#run !== undefined) this.#leaveRun();
    if (this.#registers !== undefined) {
      noteIn(this.#registers, value + 0);
      return;
    }
    const table = this.#table;
    const mask = table.length - 1;
    // Adding 0 turns -0 into 0.
    const key = value + 0;
    let place = hashOf(key) & mask;
    for (;;) {
      const held = table[place];
      if (held === key) return;
      if (held !== held) break;
      place = (place + 1) & mask;
    }
    table[place] = key;
    this.#size += 1;
    if (2 * this.#size <= table.length) return;
    if (this.#size <= this.#mostKept) return this.#rebuild(table, 4 * table.length - 16);
    this.#registers = registersOf(table);
    this.#table = new Float64Array(0);
  }
}

function registersOf(values: Float64Array): Uint8Array {
  const registers = new Uint8Array(registerCount);
  for (let at = 0; at < values.length; at++) if (values[at] === values[at]) noteIn(registers, values[at]);
  return registers;
}

/** Notes every value, taking the words of its bits from where they lie. */
function noteAllIn(registers: Uint8Array, values: Float64Array): void {
  const bitsOfAll = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === 0) noteHash(registers, hashOf(0));
    else if (value === value) noteHash(registers, hashOfWords(bitsOfAll[2 * row], bitsOfAll[2 * row + 1]));
  }
}

function noteIn(registers: Uint8Array, value: number): void {
  noteHash(registers, hashOf(value));
}

function noteHash(registers: Uint8Array, hash: number): void {
  const place = hash >>> (32 - registerBits);
  // The bits after those of the place, ended by a 1: at most 19 zeros can lead them.
  const rank = Math.clz32((hash << registerBits) | (1 << (registerBits - 1))) + 1;
  if (rank > registers[place]) registers[place] = rank;
}

function estimate(registers: Uint8Array): number {
  const ranks = new Uint32Array(33);
  for (let place = 0; place < registers.length; place++) ranks[registers[place]]++;
  const inverse = ranks.reduce((sum, count, rank) => sum + count * 2 ** -rank, 0);
  const zeros = ranks[0];
  const raw = ((0.7213 / (1 + 1.079 / registerCount)) * registerCount ** 2) / inverse;
  const few = raw <= 2.5 * registerCount && zeros > 0;
  return Math.round(few ? registerCount * Math.log(registerCount / zeros) : raw);
}

/** 53 bits that tell one text from another (two FNV-1a hashes): as a double, what `DistinctCount` takes. */
export function textKey(bytes: Uint8Array, start: number, end: number): number {
  let first = 0x811c_9dc5;
  let second = 0x0135_33d1;
  for (let at = start; at < end; at++) {
    first = Math.imul(first ^ bytes[at], 0x0100_0193);
    second = Math.imul(second + bytes[at], 0x85eb_ca6b) ^ (second >>> 13);
  }
  second ^= end - start;
  return (first >>> 0) * 2 ** 21 + ((second ^ (second >>> 15)) & 0x1f_ffff);
}
