/** Eight buckets per doubling: a quantile is right to 9 %. */
const bucketsPerDoubling = 8;
const bucketCount = 26 * bucketsPerDoubling;

/** Counts of durations from 1 ms to many hours, in memory of fixed size. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(bucketCount);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** Counts so many of one duration. */
  add(durationMs: number, times = 1): void {
    const bucket = durationMs <= 1 ? 0 : Math.ceil(Math.log2(durationMs) * bucketsPerDoubling);
    this.#counts[Math.min(bucket, bucketCount - 1)] += times;
    this.#total += times;
  }

  /** The upper end, in ms, of the bucket that holds this quantile; null while nothing was added. */
  quantile(share: number): number | null {
    if (this.#total === 0) return null;
    const wanted = share * this.#total;
    let seen = 0;
    const bucket = this.#counts.findIndex((count) => (seen += count) >= wanted);
    return 2 ** ((bucket < 0 ? bucketCount - 1 : bucket) / bucketsPerDoubling);
  }
}
