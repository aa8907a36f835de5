import { impossible } from '../domain/error.ts';
import { UNLABELLED } from '../domain/label.ts';

/** Higher is more anomalous; no entry is NaN. */
export type Anomaly = Int32Array | Float64Array;

/** Judged rows by falling anomaly, with the ends of the runs of equal anomaly. */
export interface Ranking {
  /** Row numbers, most anomalous first. */
  readonly order: Uint32Array;
  /** Along `order`: 1 fraud, 0 genuine. */
  readonly labels: Uint8Array;
  /** For each distinct anomaly value, falling: how many rows have it or a greater one. */
  readonly groupEnds: Uint32Array;
}

/** The forest's sums (low is anomalous) as anomaly values (high is anomalous). */
export function anomalyOfSums(sums: Int32Array): Int32Array {
  return sums.map((sum) => -sum);
}

/** All rows by falling anomaly, with the ends of the runs of equal anomaly; it serves any labels. */
export interface RowOrder {
  readonly order: Uint32Array;
  /** As in `Ranking`, over all rows. */
  readonly groupEnds: Uint32Array;
}

/** Sorts the rows by falling anomaly; equal rows keep their order. */
export function orderRows(anomaly: Anomaly): RowOrder {
  return withGroupEnds(orderDescending(anomaly), anomaly);
}

/** Finds the runs of equal anomaly along an order that is already there; the other way round serves as well as anomaly. */
export function withGroupEnds(order: Uint32Array, anomaly: Anomaly): RowOrder {
  const groupEnds = new Uint32Array(order.length);
  let groups = 0;
  for (let position = 1; position <= order.length; position++)
    if (position === order.length || anomaly[order[position]] !== anomaly[order[position - 1]])
      groupEnds[groups++] = position;
  return { order, groupEnds: groupEnds.slice(0, groups) };
}

/** Ranks the judged rows once, so that several figures (or bootstrap replicates) share one sort. */
export function rankRows(labels: Uint8Array, anomaly: Anomaly): Ranking {
  if (labels.length !== anomaly.length) {
    impossible(`${labels.length} labels were given for ${anomaly.length} anomaly values.`);
  }
  return rankOrdered(orderRows(anomaly), labels);
}

/** The judged rows of an order: other labels need no other sort. */
export function rankOrdered({ order: all, groupEnds: allEnds }: RowOrder, labels: Uint8Array): Ranking {
  const order = new Uint32Array(all.length);
  const rankedLabels = new Uint8Array(all.length);
  const groupEnds = new Uint32Array(allEnds.length);
  let judged = 0;
  let groups = 0;
  let position = 0;
  for (const end of allEnds) {
    const before = judged;
    for (; position < end; position++) {
      const row = all[position];
      if (labels[row] === UNLABELLED) continue;
      order[judged] = row;
      rankedLabels[judged++] = labels[row] === 1 ? 1 : 0;
    }
    if (judged > before) groupEnds[groups++] = judged;
  }
  return {
    order: order.slice(0, judged),
    labels: rankedLabels.slice(0, judged),
    groupEnds: groupEnds.slice(0, groups),
  };
}

/** Precision and recall at up to `points` thresholds, at steps of equal recall, none of which splits a tie. */
export function precisionRecallCurveOfRanking(
  ranking: Ranking,
  points: number,
  weights?: RowWeights,
): readonly { readonly precision: number; readonly recall: number }[] {
  const { order, labels } = ranking;
  const positives = labels.reduce((sum, label, place) => sum + label * (weights?.[order[place]] ?? 1), 0);
  const curve: { precision: number; recall: number }[] = [];
  let found = 0;
  let rows = 0;
  forEachGroup(ranking, weights, (positivesInGroup, negativesInGroup) => {
    found += positivesInGroup;
    rows += positivesInGroup + negativesInGroup;
    const recall = positives === 0 ? 0 : found / positives;
    if (positivesInGroup > 0 && recall * points >= curve.length + 1) curve.push({ precision: found / rows, recall });
  });
  return curve;
}

/** Values of one 16-bit digit. */
const DIGIT_VALUES = 1 << 16;

/** Row numbers by falling value; equal values keep their row order. A counting sort over four 16-bit digits. */
function orderDescending(values: Anomaly): Uint32Array {
  const digits = Array.from({ length: 4 }, () => new Uint16Array(values.length));
  const bits = new DataView(new ArrayBuffer(8));
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) impossible(`the anomaly value of row ${row} is not a number.`);
    // Adding 0 gives -0 and 0 the same bits.
    bits.setFloat64(0, values[row] + 0, true);
    // The bits of negative doubles rise as the value falls; those of the others are inverted to do so too.
    const flip = values[row] < 0 ? 0 : 0xffff;
    for (let digit = 0; digit < 4; digit++) digits[digit][row] = bits.getUint16(2 * digit, true) ^ flip;
    digits[3][row] ^= flip & 0x8000;
  }
  let order = new Uint32Array(values.length);
  for (let row = 0; row < order.length; row++) order[row] = row;
  let next = new Uint32Array(values.length);
  for (const digit of digits) {
    const starts = new Uint32Array(DIGIT_VALUES);
    for (const value of digit) starts[value]++;
    let start = 0;
    for (let value = 0; value < DIGIT_VALUES; value++) {
      const count = starts[value];
      starts[value] = start;
      start += count;
    }
    for (const row of order) next[starts[digit[row]]++] = row;
    [order, next] = [next, order];
  }
  return order;
}

/** How often each row counts, by row number: in a bootstrap replicate, or for how many others it stands. Left out, each counts once. */
export type RowWeights = Float64Array;

/**
 * Area under the ROC curve: the chance that a fraud ranks above a genuine row, ties counting one half. Equal to
 * scikit-learn's roc_auc_score. Null where one of the two classes is missing.
 */
export function aurocOfRanking(ranking: Ranking, weights?: RowWeights): number | null {
  let positivesAbove = 0;
  let negativesAbove = 0;
  let wins = 0;
  forEachGroup(ranking, weights, (positives, negatives) => {
    wins += negatives * (positivesAbove + positives / 2);
    positivesAbove += positives;
    negativesAbove += negatives;
  });
  return positivesAbove === 0 || negativesAbove === 0 ? null : wins / (positivesAbove * negativesAbove);
}

/**
 * Average precision: the sum over distinct thresholds of (rise in recall) * precision, without interpolation. Equal
 * to scikit-learn's average_precision_score. Null without frauds.
 */
export function averagePrecisionOfRanking(ranking: Ranking, weights?: RowWeights): number | null {
  let positivesAbove = 0;
  let rowsAbove = 0;
  let sum = 0;
  forEachGroup(ranking, weights, (positives, negatives) => {
    positivesAbove += positives;
    rowsAbove += positives + negatives;
    if (positives > 0) sum += (positives * positivesAbove) / rowsAbove;
  });
  return positivesAbove === 0 ? null : sum / positivesAbove;
}

/**
 * Share of frauds among the k most anomalous rows (all of them where there are fewer). Where a tie straddles k, the
 * share expected when the tie is broken at random. Null without rows.
 */
export function precisionAtKOfRanking(ranking: Ranking, k: number, weights?: RowWeights): number | null {
  const { order } = ranking;
  const rows = weights === undefined ? order.length : order.reduce((sum, row) => sum + weights[row], 0);
  const count = Math.min(k, rows);
  if (count < 1) return null;
  let found = 0;
  let taken = 0;
  forEachGroup(ranking, weights, (positives, negatives) => {
    const share = Math.min(1, (count - taken) / (positives + negatives));
    found += positives * share;
    taken += (positives + negatives) * share;
  });
  return found / count;
}

/** Visits the runs of equal anomaly from the most anomalous down, with the (weighted) frauds and genuine rows in each. */
function forEachGroup(
  ranking: Ranking,
  weights: RowWeights | undefined,
  visit: (positives: number, negatives: number) => void,
): void {
  const { order, labels, groupEnds } = ranking;
  let position = 0;
  for (const end of groupEnds) {
    let positives = 0;
    let negatives = 0;
    for (; position < end; position++) {
      const weight = weights === undefined ? 1 : weights[order[position]];
      if (labels[position] === 1) positives += weight;
      else negatives += weight;
    }
    visit(positives, negatives);
  }
}

/** `aurocOfRanking` of labels and anomaly values. */
export function auroc(labels: Uint8Array, anomaly: Anomaly): number | null {
  return aurocOfRanking(rankRows(labels, anomaly));
}

/** `averagePrecisionOfRanking` of labels and anomaly values. */
export function averagePrecision(labels: Uint8Array, anomaly: Anomaly, weights?: RowWeights): number | null {
  return averagePrecisionOfRanking(rankRows(labels, anomaly), weights);
}
