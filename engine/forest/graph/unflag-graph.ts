import { isFlagged } from '../threshold.ts';
import type { ChangeLimits, UnflaggingChange } from '../reasons/smallest-change.ts';
import { scoreGraph, type GraphModel } from './score-graph.ts';

/** Halvings of the way from a value to the median: what is left of it is less than a millionth. */
const HALVINGS = 20;

/**
 * The smallest change of a single feature towards its median that unflags a row, as far as halving the way finds it: what it says does unflag
 * the row, but a graph may hold a smaller change that nothing but trying everything would find. Null where no median unflags it.
 */
export function unflagGraph(
  forest: GraphModel,
  row: Float32Array,
  thresholdUnits: number,
  limits: readonly ChangeLimits[],
): UnflaggingChange | null {
  const { medians } = forest.graph;
  const sumsWith = (features: readonly number[], value: (feature: number) => number): Int32Array => {
    const values = new Float32Array(features.length * row.length);
    features.forEach((feature, place) => {
      values.set(row, place * row.length);
      values[place * row.length + feature] = value(feature);
    });
    const sums = new Int32Array(features.length);
    scoreGraph(forest, values, features.length, sums);
    return sums;
  };
  const movable = Array.from(row.keys()).filter(
    (feature) => Number.isFinite(row[feature]) && row[feature] !== medians[feature],
  );
  const atMedian = sumsWith(movable, (feature) => medians[feature]);
  const unflagged = movable.filter((_, place) => !isFlagged(atMedian[place], thresholdUnits));
  if (unflagged.length === 0) return null;
  const flaggedAt = Float64Array.from(row);
  const found = new Map(
    unflagged.map((feature) => [feature, { to: medians[feature], sum: atMedian[movable.indexOf(feature)] }]),
  );
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (feature: number): number =>
      Math.fround((flaggedAt[feature] + (found.get(feature)?.to ?? medians[feature])) / 2);
    const sums = sumsWith(unflagged, middle);
    unflagged.forEach((feature, place) => {
      if (isFlagged(sums[place], thresholdUnits)) flaggedAt[feature] = middle(feature);
      else found.set(feature, { to: middle(feature), sum: sums[place] });
    });
  }
  const [nearest] = [...found]
    .map(([feature, { to, sum }]) => ({
      changes: [{ feature, from: row[feature], to }],
      distance: Math.abs(to - row[feature]) / limits[feature].spread,
      sum,
    }))
    .sort((left, right) => left.distance - right.distance);
  return nearest;
}
