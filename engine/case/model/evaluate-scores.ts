import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import { anomalyOfSums, aurocOfRanking, averagePrecisionOfRanking, rankRows } from '../../evaluation/ranking.ts';
import { precisionRecallAt } from '../../evaluation/at-threshold.ts';
import type { LabelBasis, Evaluation } from '../../../preload/contract/evaluations.ts';

/**
 * The figures of one threshold against labels (FRAUD, GENUINE, UNLABELLED). Null where a figure has no meaning, for
 * example recall without any fraud. `null` as a whole where no row is labelled.
 */
export function evaluateScores(
  labels: Uint8Array,
  basis: LabelBasis,
  sums: Int32Array,
  thresholdUnits: number,
): Evaluation | null {
  const anomaly = anomalyOfSums(sums);
  const ranking = rankRows(labels, anomaly);
  const labelled = labels.reduce((total, label) => total + (label === UNLABELLED ? 0 : 1), 0);
  if (labelled === 0) return null;
  // Flagged means sum <= threshold; anomaly is the negated sum, and precisionRecallAt takes anomaly >= threshold.
  const outcome = precisionRecallAt(labels, anomaly, -thresholdUnits);
  return {
    basis,
    positives: labels.reduce((total, label) => total + (label === FRAUD ? 1 : 0), 0),
    labelled,
    auroc: aurocOfRanking(ranking),
    auprc: averagePrecisionOfRanking(ranking),
    precision: outcome.precision,
    recall: outcome.recall,
  };
}
