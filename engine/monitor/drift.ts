import { populationStabilityIndex } from '../evaluation/stability-index.ts';

/** Rows of the stream that are compared with the training: the newest so many. */
const windowRows = 5_000;
/** Before there are so many, a comparison says nothing. */
const fewestRows = 500;

/** How far one feature has moved from the rows that the model was trained on. */
export interface FeatureDrift {
  readonly feature: string;
  /** Population stability index against the training, whose bins do not split equal values; above 0.2 it is another distribution. */
  readonly psi: number;
  /** Kolmogorov-Smirnov distance, 0 to 1: the largest difference of the two cumulative shares. */
  readonly ks: number;
}

/** Compares the newest rows of a stream with the training, feature by feature, in memory of fixed size. */
export class DriftMonitor {
  readonly #features: readonly string[];
  readonly #reference: readonly Float64Array[];
  readonly #window: readonly Float64Array[];
  #seen = 0;

  /** `reference` is row-major, one value per feature and row. */
  constructor(features: readonly string[], reference: Float32Array) {
    const rowCount = Math.floor(reference.length / features.length);
    this.#features = features;
    this.#reference = features.map((_, feature) =>
      Float64Array.from({ length: rowCount }, (__, row) => reference[row * features.length + feature]).sort(),
    );
    this.#window = features.map(() => new Float64Array(windowRows));
  }

  /** Takes in one row of a row-major block. */
  add(values: Float32Array, row: number): void {
    const at = this.#seen % windowRows;
    this.#window.forEach((column, feature) => {
      column[at] = values[row * this.#features.length + feature];
    });
    this.#seen++;
  }

  /** Where the stream stands; empty until enough rows have come. */
  measure(): readonly FeatureDrift[] {
    const rows = Math.min(this.#seen, windowRows);
    if (rows < fewestRows) return [];
    return this.#features.map((feature, index) => {
      const newest = this.#window[index].slice(0, rows);
      const reference = this.#reference[index];
      return {
        feature,
        psi: populationStabilityIndex(reference, newest),
        ks: kolmogorovSmirnovDistance(reference, newest.sort()),
      };
    });
  }
}

/** The largest difference between the cumulative shares of two samples, both in ascending order; 0 where one is empty. */
export function kolmogorovSmirnovDistance(first: Float64Array, second: Float64Array): number {
  if (first.length === 0 || second.length === 0) return 0;
  let greatest = 0;
  let inFirst = 0;
  let inSecond = 0;
  while (inFirst < first.length && inSecond < second.length) {
    const value = Math.min(first[inFirst], second[inSecond]);
    while (inFirst < first.length && first[inFirst] <= value) inFirst++;
    while (inSecond < second.length && second[inSecond] <= value) inSecond++;
    greatest = Math.max(greatest, Math.abs(inFirst / first.length - inSecond / second.length));
  }
  return greatest;
}
