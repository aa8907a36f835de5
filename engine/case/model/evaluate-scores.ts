import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import {
  anomalyOfSums,
  aurocOfRanking,
  averagePrecisionOfRanking,
  orderRows,
  rankOrdered,
  type RowOrder,
  type RowWeights,
} from '../../evaluation/ranking.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { LabelBasis, Evaluation } from '../../../preload/contract/evaluations.ts';

/**
 * The figures of one threshold against labels (FRAUD, GENUINE, UNLABELLED). Null where a figure has no meaning, for
 * example recall without any fraud. `null` as a whole where no row is labelled.
 * @param weights for how many rows each labelled one stands; null where each stands for itself
 * @param order the rows by falling anomaly, where somebody has sorted them already
 */
export function evaluateScores(
  labels: Uint8Array,
  basis: LabelBasis,
  sums: Int32Array,
  thresholdUnits: number,
  weights: RowWeights | null,
  order: RowOrder = orderRows(anomalyOfSums(sums)),
): Evaluation | null {
  const ranking = rankOrdered(order, labels);
  const counts = { labelled: 0, positives: 0 };
  let [frauds, flagged, flaggedFrauds] = [0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] === UNLABELLED) continue;
    const weight = weights?.[row] ?? 1;
    counts.labelled++;
    if (labels[row] === FRAUD) {
      counts.positives++;
      frauds += weight;
    }
    if (!isFlagged(sums[row], thresholdUnits)) continue;
    flagged += weight;
    if (labels[row] === FRAUD) flaggedFrauds += weight;
  }
  if (counts.labelled === 0) return null;
  return {
    basis,
    ...counts,
    auroc: aurocOfRanking(ranking, weights ?? undefined),
    auprc: averagePrecisionOfRanking(ranking, weights ?? undefined),
    precision: flagged === 0 ? null : flaggedFrauds / flagged,
    recall: frauds === 0 ? null : flaggedFrauds / frauds,
  };
}
