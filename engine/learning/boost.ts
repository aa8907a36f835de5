import { FRAUD } from '../domain/label.ts';
import type { FeatureMatrix } from '../domain/model.ts';
import { growBoostedTree, leafOf, sortColumns, type BoostedTree } from './boosted-tree.ts';
import { fitMargin, logistic, marginOf, weakenMargin, type Margin } from './fit-margin.ts';
import { ENOUGH_ALERTS, type JudgedRows, type UnjudgedRows } from './judged-rows.ts';

/** What was learned: the log odds of fraud are the margin of the forest's sums plus the leaf values of all trees. */
export interface Learned {
  readonly margin: Margin;
  readonly trees: readonly BoostedTree[];
}

const LEARNING_RATE = 0.05;
const LEAVES = 4;
const [FEWEST_TREES, MOST_TREES] = [20, 200];
/** From so many alerts on there are the most trees; with the fewest that make a model, the fewest. */
const ALERTS_OF_MOST_TREES = 700;
/** More trees than frauds are not grown, beyond as many as few frauds bear. */
const TREES_OF_FEW_FRAUDS = 50;
/** Up to as many frauds the forest is believed as its fit says; beyond, in proportion less, and never less than this share. */
const FRAUDS_OF_FULL_STRENGTH = 100;
const LEAST_STRENGTH = 1 / 3;
const [FEWEST_ROWS_A_LEAF, MOST_ROWS_A_LEAF] = [3, 20];

/** The more alerts and frauds there are to learn from, the more trees: many trees learn few verdicts by heart. */
export function treesToGrow({ alerts, labels }: Pick<JudgedRows, 'alerts' | 'labels'>): number {
  const beyond = (new Set(alerts).size - ENOUGH_ALERTS) / (ALERTS_OF_MOST_TREES - ENOUGH_ALERTS);
  const byAlerts = Math.round(FEWEST_TREES + beyond * (MOST_TREES - FEWEST_TREES));
  const most = Math.min(Math.max(countFrauds(labels), TREES_OF_FEW_FRAUDS), MOST_TREES);
  return Math.max(FEWEST_TREES, Math.min(byAlerts, most));
}

/** How much of the forest's fitted margin trees begin from: what many verdicts say themselves, rarity need not guess. */
export function strengthOfForest(labels: Uint8Array): number {
  return Math.min(1, Math.max(FRAUDS_OF_FULL_STRENGTH / countFrauds(labels), LEAST_STRENGTH));
}

function countFrauds(labels: Uint8Array): number {
  return labels.reduce((sum, label) => sum + (label === FRAUD ? 1 : 0), 0);
}

/**
 * Learns from judged rows what the forest's sum leaves unsaid: small trees by Newton boosting that start from its margin.
 * Yields after each tree. A pure function of what it is given; the trees themselves are drawn from judged rows only.
 */
export function* boost(judged: JudgedRows, unjudged: UnjudgedRows): Generator<void, Learned> {
  const { features, partSums, labels } = judged;
  const { rowCount } = features;
  const fitted = fitMargin(partSums, labels, unjudged.partSums);
  const margin = weakenMargin(fitted, strengthOfForest(labels), partSums, labels);
  const logOdds = marginOf(margin, partSums);
  const gradients = new Float64Array(rowCount);
  const curvatures = new Float64Array(rowCount);
  const columns = sortColumns(features);
  const leastRows = Math.min(Math.max(Math.round(rowCount / 100), FEWEST_ROWS_A_LEAF), MOST_ROWS_A_LEAF);
  const trees: BoostedTree[] = [];
  for (let count = treesToGrow(judged); trees.length < count;) {
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

/** The log odds of fraud of every row, given the sums of the forest's parts. */
export function logOddsOf(
  { margin, trees }: Learned,
  { features, partSums }: Pick<UnjudgedRows, 'features' | 'partSums'>,
): Float64Array {
  const logOdds = marginOf(margin, partSums);
  for (const tree of trees) addTree(tree, features, logOdds);
  return logOdds;
}

function addTree(tree: BoostedTree, { rowCount, featureCount, values }: FeatureMatrix, logOdds: Float64Array): void {
  for (let row = 0; row < rowCount; row++) logOdds[row] += tree.value[leafOf(tree, values, row * featureCount)];
}
