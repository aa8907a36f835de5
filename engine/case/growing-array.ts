/** The arrays that hold one number a row. */
export type NumberArray = Float64Array | Int32Array | Uint8Array;

/**
 * One number a row, for rows that only ever come at the end: what is known stays, only what came is asked for, and room
 * is made by doubling. What was given out before stays true, as it is never written again.
 */
export class GrowingArray<T extends NumberArray> {
  readonly #make: (length: number) => T;
  #room: T;
  #known: T;

  /** @param make an array of this length, as it is where nothing is known of a row */
  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#room = make(0);
    this.#known = this.#room;
  }

  /**
   * The leading rows, as many as asked for; the same array as long as the same number is asked for.
   * @param fill writes rows `from` up to `to`, which are not known yet, into their places
   */
  upTo(rowCount: number, fill: (into: T, from: number, to: number) => void): T {
    const from = this.#known.length;
    if (rowCount < from) return leading(this.#room, rowCount);
    if (rowCount === from) return this.#known;
    if (rowCount > this.#room.length) {
      const larger = this.#make(Math.max(rowCount, 2 * this.#room.length));
      larger.set(this.#known);
      this.#room = larger;
    }
    fill(this.#room, from, rowCount);
    this.#known = leading(this.#room, rowCount);
    return this.#known;
  }
}

/** A part of a typed array is of its own kind; the compiler cannot say so of a union. */
function leading<T extends NumberArray>(values: T, count: number): T {
  return values.subarray(0, count) as T;
}
