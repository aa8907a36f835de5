import { impossible } from '../../domain/error.ts';
import { randomStream } from '../random.ts';
import { scoreGraph, type GraphModel } from './score-graph.ts';

/** Orders in which columns are turned, each also taken backwards. */
const ORDERS = 8;
const SEED = 1;

/**
 * Reasons by perturbation, for one row after the other: the columns of the row of medians are turned to the row's own values one at a time, in
 * seeded orders and those backwards; a feature's part is the mean of what the score did at its turn. The parts add up to the row's score less
 * that of the medians exactly, and a column that the graph does not heed has none. These are Shapley values of the game against the
 * medians, by sampled orders (Castro, Gómez and Tejada, "Polynomial calculation of the Shapley value based on sampling", 2009).
 *
 * Overwrites `contributions` and returns the baseline, both as `rowExplainer` of trees does: scores with their sign turned.
 */
export function graphExplainer(forest: GraphModel): (row: Float32Array, contributions: Float64Array) => number {
  const { featureCount, shift, top = impossible('a graph has no scale'), graph } = forest;
  const orders = ordersOf(featureCount);
  const steps = featureCount + 1;
  const values = new Float32Array(orders.length * steps * featureCount);
  const units = new Int32Array(orders.length * steps);
  return (row, contributions) => {
    if (row.length !== featureCount || contributions.length !== featureCount)
      impossible(`a row of ${row.length} values was given to a graph of ${featureCount} features.`);
    let at = 0;
    for (const order of orders) {
      const turned = graph.medians.slice();
      values.set(turned, at);
      at += featureCount;
      for (const feature of order) {
        turned[feature] = row[feature];
        values.set(turned, at);
        at += featureCount;
      }
    }
    scoreGraph(forest, values, units.length, units);
    contributions.fill(0);
    orders.forEach((order, index) => {
      for (const [step, feature] of order.entries()) {
        const before = index * steps + step;
        contributions[feature] += units[before + 1] - units[before];
      }
    });
    for (let feature = 0; feature < featureCount; feature++) contributions[feature] /= orders.length * 2 ** shift;
    return units[0] / 2 ** shift - top;
  };
}

/** Seeded orders of the features, each followed by itself backwards. */
function ordersOf(featureCount: number): readonly Int32Array[] {
  const random = randomStream(SEED, 0, 'perturbation');
  return Array.from({ length: ORDERS }, () => {
    const order = Int32Array.from({ length: featureCount }, (_, feature) => feature);
    for (let last = featureCount - 1; last > 0; last--) {
      const other = random.nextInteger(last + 1);
      [order[last], order[other]] = [order[other], order[last]];
    }
    return [order, order.toReversed()];
  }).flat();
}
