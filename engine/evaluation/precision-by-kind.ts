import { FRAUD, GENUINE } from '../domain/label.ts';
import type { Anomaly, RowWeights } from './ranking.ts';

/**
 * The average precision of each kind of fraud among the legitimate rows, other kinds left aside, and of all frauds together: the
 * figures of `averagePrecision` without a sort of all rows, since only the ranks of frauds count.
 *
 * @param labels FRAUD, GENUINE, else not judged
 * @param anomaly higher is more anomalous; no entry is NaN
 * @param kinds how many kinds there are
 * @param kindOf the kind of a fraud, from 0; another number for none
 * @param weights how often each row counts; once where left out
 * @returns null for a kind without a fraud
 */
export function averagePrecisionByKind(
  labels: Uint8Array,
  anomaly: Anomaly,
  kinds: number,
  kindOf: (row: number) => number,
  weights?: RowWeights,
): { readonly all: number | null; readonly byKind: readonly (number | null)[] } {
  const frauds: number[] = [];
  for (let row = 0; row < labels.length; row++) if (labels[row] === FRAUD) frauds.push(row);
  const values = Float64Array.from(new Set(frauds.map((row) => anomaly[row]))).sort();
  // Index i holds the legitimate rows that lie between values i and i + 1: at least as anomalous as the fraud at i.
  const legitimate = new Float64Array(values.length);
  const countNotAbove = counterOf(values);
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] !== GENUINE) continue;
    const place = countNotAbove(anomaly[row]) - 1;
    if (place >= 0) legitimate[place] += weights?.[row] ?? 1;
  }
  const all = new Float64Array(values.length);
  const ofKind = Array.from({ length: kinds }, () => new Float64Array(values.length));
  for (const row of frauds) {
    const place = countNotAbove(anomaly[row]) - 1;
    const weight = weights?.[row] ?? 1;
    all[place] += weight;
    const counts = ofKind.at(kindOf(row));
    if (kindOf(row) >= 0 && counts !== undefined) counts[place] += weight;
  }
  return {
    all: averageOf(all, legitimate),
    byKind: ofKind.map((counts) => averageOf(counts, legitimate)),
  };
}

/** Parts into which the range of values is cut, so that few of them are left to compare with. */
const parts = 1 << 12;

/** Tells how many of some ascending values are not above another: as a binary search, which every row would make anew. */
function counterOf(values: Float64Array): (value: number) => number {
  if (values.length === 0) return () => 0;
  const least = values[0];
  const greatest = values[values.length - 1];
  const scale = (parts - 1) / (greatest - least);
  // Values with no or an endless distance between them are all in one part.
  const partOf = (value: number): number => (scale > 0 && scale < Infinity ? Math.floor((value - least) * scale) : 0);
  /** Entry p: how many values lie in parts before p. */
  const before = new Uint32Array(parts + 1);
  for (const value of values) before[partOf(value) + 1]++;
  for (let part = 0; part < parts; part++) before[part + 1] += before[part];
  return (value) => {
    if (value < least) return 0;
    if (value >= greatest) return values.length;
    const part = partOf(value);
    let low = before[part];
    let high = before[part + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function averageOf(frauds: Float64Array, legitimate: Float64Array): number | null {
  const total = frauds.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let found = 0;
  let rows = 0;
  let average = 0;
  for (let place = frauds.length - 1; place >= 0; place--) {
    found += frauds[place];
    rows += frauds[place] + legitimate[place];
    if (frauds[place] > 0) average += (frauds[place] / total) * (found / rows);
  }
  return average;
}
