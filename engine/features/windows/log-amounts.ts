import { exactLog } from '../../domain/exact-math.ts';

/** Logarithms of amounts are whole multiples of one part in so many. */
export const logUnitsPerOne = 65_536;
const least = 0.01;
const greatest = 1e15;
/** The mean of a kind is drawn towards that of all by so many payments. */
const shrinkRows = 10;

/**
 * The logarithms of amounts, each less the mean of the payments of its kind received before. What is usual for a kind is
 * a running mean over the whole stream: two numbers per kind.
 */
export class LogAmounts {
  #counts = new Float64Array(64);
  #sums = new Float64Array(64);
  #count = 0;
  #sum = 0;

  get memoryBytes(): number {
    return this.#counts.byteLength + this.#sums.byteLength;
  }

  /** Writes `rowCount` whole numbers of `logUnitsPerOne`; NaN where there is no amount. Amounts below 0.01 count as 0.01. */
  append(amounts: Float64Array, kinds: Int32Array | null, rowCount: number, into: Float64Array): void {
    for (let row = 0; row < rowCount; row += 1) {
      const amount = amounts[row];
      if (Number.isNaN(amount)) {
        into[row] = NaN;
        continue;
      }
      const units = Math.round(exactLog(Math.min(Math.max(amount, least), greatest)) * logUnitsPerOne);
      const kind = kinds === null ? -1 : kinds[row];
      if (kind >= this.#counts.length) this.#grow(kind);
      const overall = this.#count > 0 ? this.#sum / this.#count : units;
      const count = kind < 0 ? 0 : this.#counts[kind];
      const sum = kind < 0 ? 0 : this.#sums[kind];
      into[row] = units - Math.round((sum + shrinkRows * overall) / (count + shrinkRows));
      this.#count += 1;
      this.#sum += units;
      if (kind < 0) continue;
      this.#counts[kind] += 1;
      this.#sums[kind] += units;
    }
  }

  /** The number and sum of all, then kind, number and sum of each kind that occurred. */
  save(): Float64Array {
    const saved = [this.#count, this.#sum];
    this.#counts.forEach((count, kind) => {
      if (count > 0) saved.push(kind, count, this.#sums[kind]);
    });
    return Float64Array.from(saved);
  }

  load(saved: Float64Array): void {
    [this.#count, this.#sum] = saved;
    for (let at = 2; at < saved.length; at += 3) {
      if (saved[at] >= this.#counts.length) this.#grow(saved[at]);
      this.#counts[saved[at]] = saved[at + 1];
      this.#sums[saved[at]] = saved[at + 2];
    }
  }

  #grow(kind: number): void {
    const length = Math.max(kind + 1, 2 * this.#counts.length);
    const [counts, sums] = [new Float64Array(length), new Float64Array(length)];
    counts.set(this.#counts);
    sums.set(this.#sums);
    this.#counts = counts;
    this.#sums = sums;
  }
}
