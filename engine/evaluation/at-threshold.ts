import { impossible } from '../domain/error.ts';
import { UNLABELLED } from '../domain/label.ts';
import type { Anomaly, RowWeights } from './ranking.ts';

/** Judged rows by label and flag, and the ratios of them. A ratio is null where nothing is there to divide by. */
export interface ThresholdOutcome {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  readonly precision: number | null;
  readonly recall: number | null;
  /** Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). */
  readonly f1: number | null;
}

/** What comes of flagging every row whose anomaly is at least `threshold`, each counted as often as `weights` say. */
export function precisionRecallAt(
  labels: Uint8Array,
  anomaly: Anomaly,
  threshold: number,
  weights?: RowWeights,
): ThresholdOutcome {
  if (labels.length !== anomaly.length) {
    impossible(`${labels.length} labels were given for ${anomaly.length} anomaly values.`);
  }
  let truePositives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  let trueNegatives = 0;
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] === UNLABELLED) continue;
    const flagged = anomaly[row] >= threshold;
    const weight = weights?.[row] ?? 1;
    if (labels[row] === 1) {
      if (flagged) truePositives += weight;
      else falseNegatives += weight;
    } else if (flagged) falsePositives += weight;
    else trueNegatives += weight;
  }
  const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives,
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    f1: ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
  };
}
