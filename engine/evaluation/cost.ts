import { usageError } from '../domain/error.ts';
import type { Anomaly, Ranking } from './ranking.ts';

/** Both in one currency. */
export interface Costs {
  readonly missedFraudCost: number;
  readonly reviewCost: number;
}

export interface CostPoint {
  /** Rows with at least this anomaly are flagged; Infinity where none is. */
  readonly threshold: number;
  readonly flagged: number;
  readonly truePositives: number;
  /** missedFraudCost * frauds not flagged + reviewCost * rows flagged. */
  readonly cost: number;
}

/**
 * Total cost against the number of flagged rows, over all thresholds, thinned to at most `maxPoints` (2 or more) by
 * equal steps; the ends and the cheapest point (the fewest flags among equals) are always among them.
 *
 * @throws AssayError WRONG_USE where a cost is negative or not a number.
 */
export function costCurve(
  ranking: Ranking,
  anomaly: Anomaly,
  costs: Costs,
  maxPoints: number,
): { readonly points: CostPoint[]; readonly cheapest: CostPoint } {
  if (!(costs.missedFraudCost >= 0 && costs.reviewCost >= 0)) {
    throw usageError('WRONG_USE', 'The cost of a missed fraud and of a review must be 0 or more.');
  }
  const { order, labels, groupEnds } = ranking;
  const positives = labels.reduce((total, label) => total + label, 0);
  const pointAt = (threshold: number, flagged: number, truePositives: number): CostPoint => ({
    threshold,
    flagged,
    truePositives,
    cost: costs.missedFraudCost * (positives - truePositives) + costs.reviewCost * flagged,
  });
  let cheapest = pointAt(Infinity, 0, 0);
  const points = [cheapest];
  const stride = Math.max(1, groupEnds.length / Math.max(1, maxPoints - 2));
  let cheapestKept = true;
  let nextKept = stride;
  let truePositives = 0;
  let position = 0;
  groupEnds.forEach((end, group) => {
    for (; position < end; position++) truePositives += labels[position];
    const point = pointAt(anomaly[order[end - 1]], end, truePositives);
    const kept = group + 1 >= nextKept || group + 1 === groupEnds.length;
    if (kept) {
      points.push(point);
      nextKept += stride;
    }
    if (point.cost < cheapest.cost) {
      cheapest = point;
      cheapestKept = kept;
    }
  });
  if (!cheapestKept) points.push(cheapest);
  return { points: points.sort((a, b) => a.flagged - b.flagged), cheapest };
}
