/** Rows that medians rest on: all of them up to this many, beyond that a uniform draw of so many. */
export const drawnRowLimit = 8192;

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

/** Rows of one segment that belong to the draw; `slots[i]` is the place that `rows[i]` takes, from an earlier row perhaps. */
export interface DrawnRows {
  readonly rows: readonly number[];
  readonly slots: readonly number[];
}

/**
 * A uniform draw without replacement of up to `drawnRowLimit` rows from a stream of unknown length, the same however
 * the stream is cut into segments (Li 1994, "Reservoir-sampling algorithms", algorithm L).
 */
export class RowDraw {
  readonly #uniform: () => number;
  #seen = 0;
  /** Row of the stream, from 0, that is drawn next. */
  #next = 0;
  #weight = 1;

  constructor(seed: number) {
    this.#uniform = uniformNumbers(seed);
  }

  /** The draw from the next `rowCount` rows of the stream. */
  take(rowCount: number): DrawnRows {
    const rows: number[] = [];
    const slots: number[] = [];
    const end = this.#seen + rowCount;
    while (this.#next < end) {
      rows.push(this.#next - this.#seen);
      slots.push(this.#next < drawnRowLimit ? this.#next : Math.floor(this.#uniform() * drawnRowLimit));
      this.#next += this.#next < drawnRowLimit - 1 ? 1 : this.#gap();
    }
    this.#seen = end;
    return { rows, slots };
  }

  #gap(): number {
    this.#weight *= Math.exp(Math.log(this.#uniform()) / drawnRowLimit);
    return Math.floor(Math.log(this.#uniform()) / Math.log(1 - this.#weight)) + 1;
  }
}

/** The values of one column in the drawn rows; NaN where a row has none. */
export class DrawnValues {
  readonly #kept = new Float64Array(drawnRowLimit).fill(NaN);

  put(slot: number, value: number): void {
    this.#kept[slot] = value;
  }

  /** The median of the values that are there (mean of the middle two where their number is even), or undefined. */
  median(): number | undefined {
    const sorted = this.#kept.filter((value) => !Number.isNaN(value)).sort();
    if (sorted.length === 0) return undefined;
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
  }
}
