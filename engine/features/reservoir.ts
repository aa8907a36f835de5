/** Values kept for a median: it is exact up to this many, and one of a uniform draw of so many beyond. */
export const reservoirSize = 16_384;

/** Uniform numbers in (0, 1) from a 32-bit state (a Weyl sequence finished by a multiply-xorshift hash). */
function uniformNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32 + 2 ** -33;
  };
}

/**
 * A uniform draw without replacement of up to `reservoirSize` numbers from a stream of unknown length, the same for
 * the same numbers in the same order, however they are cut into segments (Li 1994, algorithm L).
 */
export class Reservoir {
  readonly #kept = new Float64Array(reservoirSize);
  readonly #uniform: () => number;
  #seen = 0;
  #next = 0;
  #weight = 1;

  constructor(seed: number) {
    this.#uniform = uniformNumbers(seed);
  }

  add(value: number): void {
    this.#seen += 1;
    if (this.#seen <= reservoirSize) {
      this.#kept[this.#seen - 1] = value;
      if (this.#seen === reservoirSize) this.#drawNext();
    } else if (this.#seen === this.#next) {
      this.#kept[Math.floor(this.#uniform() * reservoirSize)] = value;
      this.#drawNext();
    }
  }

  #drawNext(): void {
    this.#weight *= Math.exp(Math.log(this.#uniform()) / reservoirSize);
    this.#next = this.#seen + Math.floor(Math.log(this.#uniform()) / Math.log(1 - this.#weight)) + 1;
  }

  /** The median of what is kept (mean of the middle two where their number is even); 0 where nothing was added. */
  median(): number {
    const sorted = this.#kept.slice(0, Math.min(this.#seen, reservoirSize)).sort();
    if (sorted.length === 0) return 0;
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
  }
}
