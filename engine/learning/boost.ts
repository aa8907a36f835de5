import { FRAUD } from '../domain/label.ts';
import type { FeatureMatrix } from '../domain/model.ts';
import { growBoostedTree, leafOf, sortColumns, type BoostedTree } from './boosted-tree.ts';
import { fitMargin, logistic, type Margin } from './fit-margin.ts';
import type { JudgedRows, UnjudgedRows } from './judged-rows.ts';

/** What was learned: the log odds of fraud are `offset - slope * sum` plus the leaf values of all trees. */
export interface Learned {
  readonly margin: Margin;
  readonly trees: readonly BoostedTree[];
}

const LEARNING_RATE = 0.05;
const LEAVES = 4;
const [FEWEST_TREES, MOST_TREES] = [50, 200];
const [FEWEST_ROWS_A_LEAF, MOST_ROWS_A_LEAF] = [3, 20];

/** As many trees as there are frauds to learn from, within bounds. */
export function treesToGrow(labels: Uint8Array): number {
  const frauds = labels.reduce((sum, label) => sum + (label === FRAUD ? 1 : 0), 0);
  return Math.min(Math.max(frauds, FEWEST_TREES), MOST_TREES);
}

/**
 * Learns from judged rows what the forest's sum leaves unsaid: small trees by Newton boosting that start from its margin.
 * Yields after each tree. A pure function of what it is given; the trees themselves are drawn from judged rows only.
 */
export function* boost(judged: JudgedRows, unjudged: UnjudgedRows): Generator<void, Learned> {
  const { features, sums, labels } = judged;
  const { rowCount } = features;
  const margin = fitMargin(sums, labels, unjudged.sums);
  const logOdds = Float64Array.from(sums, (sum) => margin.offset - margin.slope * sum);
  const gradients = new Float64Array(rowCount);
  const curvatures = new Float64Array(rowCount);
  const columns = sortColumns(features);
  const leastRows = Math.min(Math.max(Math.round(rowCount / 100), FEWEST_ROWS_A_LEAF), MOST_ROWS_A_LEAF);
  const trees: BoostedTree[] = [];
  for (let count = treesToGrow(labels); trees.length < count;) {
    for (let row = 0; row < rowCount; row++) {
      const chance = logistic(logOdds[row]);
      gradients[row] = chance - labels[row];
      curvatures[row] = chance * (1 - chance);
    }
    const tree = growBoostedTree(columns, gradients, curvatures, { leaves: LEAVES, leastRows });
    for (let node = 0; node < tree.value.length; node++) tree.value[node] *= LEARNING_RATE;
    addTree(tree, features, logOdds);
    trees.push(tree);
    yield;
  }
  return { margin, trees };
}

/** The log odds of fraud of every row of a matrix, given the forest's sums. */
export function logOddsOf({ margin, trees }: Learned, features: FeatureMatrix, sums: Int32Array): Float64Array {
  const logOdds = Float64Array.from(sums, (sum) => margin.offset - margin.slope * sum);
  for (const tree of trees) addTree(tree, features, logOdds);
  return logOdds;
}

function addTree(tree: BoostedTree, { rowCount, featureCount, values }: FeatureMatrix, logOdds: Float64Array): void {
  for (let row = 0; row < rowCount; row++) logOdds[row] += tree.value[leafOf(tree, values, row * featureCount)];
}
