import type { FeatureMatrix, GrownTree } from '../domain/model.ts';

/** A tree with what each of its leaves adds to the log odds of fraud; inner nodes add nothing. */
export interface BoostedTree extends GrownTree {
  readonly value: Float64Array;
}

/** Rows laid out for finding splits: one column a feature, and for each the rows by rising value, ties in row order. */
export interface SortedColumns {
  readonly rowCount: number;
  readonly columns: readonly Float32Array[];
  readonly orders: readonly Uint32Array[];
}

export interface TreeLimits {
  readonly leaves: number;
  /** Rows that a leaf holds at least. */
  readonly leastRows: number;
}

/** Weight of the ridge on a leaf's value (lambda of Chen and Guestrin). */
const RIDGE = 1;
/** Curvature that a leaf has at least: below it a leaf stands on rows that are decided already. */
const LEAST_CURVATURE = 1;
/** A split must gain more than this share over one found earlier, so that rounding does not choose. */
const CLEARLY_MORE = 1 + 1e-12;
const LEAST_GAIN = 1e-9;

/** Missing values come last, since they go right at every split. */
export function sortColumns({ rowCount, featureCount, values }: FeatureMatrix): SortedColumns {
  const columns = Array.from({ length: featureCount }, (_, feature) =>
    Float32Array.from({ length: rowCount }, (_unused, row) => values[row * featureCount + feature]),
  );
  const orders = columns.map((column) =>
    Uint32Array.from({ length: rowCount }, (_, row) => row).sort(
      (left, right) => rank(column[left], column[right]) || left - right,
    ),
  );
  return { rowCount, columns, orders };
}

function rank(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly threshold: number;
}

interface OpenNode {
  readonly orders: readonly Uint32Array[];
  readonly gradient: number;
  readonly curvature: number;
  /** Null where no split gains anything, or none is looked for. */
  readonly split: Split | null;
  children?: readonly [OpenNode, OpenNode];
}

/**
 * One tree of Newton boosting (Friedman, "Greedy function approximation", 2001, with the second-order gain of Chen and
 * Guestrin, "XGBoost", KDD 2016): the leaf whose best split gains most is split first, splits are searched exactly, thresholds are
 * float32 midpoints, and of equal gains the feature that comes first is taken. Nothing is drawn.
 *
 * @param gradients of the logistic loss by row
 * @param curvatures its second derivatives
 */
export function growBoostedTree(
  data: SortedColumns,
  gradients: Float64Array,
  curvatures: Float64Array,
  limits: TreeLimits,
): BoostedTree {
  const open = (orders: readonly Uint32Array[], maySplit: boolean): OpenNode => {
    const [rows] = orders;
    let gradient = 0;
    let curvature = 0;
    for (let at = 0; at < rows.length; at++) {
      gradient += gradients[rows[at]];
      curvature += curvatures[rows[at]];
    }
    const node = { orders, gradient, curvature };
    return { ...node, split: maySplit ? bestSplit(data, node, gradients, curvatures, limits.leastRows) : null };
  };
  const root = open(data.orders, limits.leaves > 1);
  const leaves = [root];
  const side = new Uint8Array(data.rowCount);
  while (leaves.length < limits.leaves) {
    const at = leaves.reduce(
      (best, { split }, index) => ((split?.gain ?? 0) > (leaves[best].split?.gain ?? 0) ? index : best),
      0,
    );
    const node = leaves[at];
    if (node.split === null) break;
    const [left, right] = partition(data, node.orders, node.split, side);
    const maySplit = leaves.length + 1 < limits.leaves;
    node.children = [open(left, maySplit), open(right, maySplit)];
    leaves.splice(at, 1, ...node.children);
  }
  return layOut(root, 2 * leaves.length - 1);
}

/** The orders of a node for the rows that go left and for those that go right. */
function partition(
  { columns }: SortedColumns,
  orders: readonly Uint32Array[],
  { feature, threshold }: Split,
  side: Uint8Array,
): readonly [Uint32Array[], Uint32Array[]] {
  const column = columns[feature];
  const [rows] = orders;
  let rightRows = 0;
  for (let at = 0; at < rows.length; at++) rightRows += side[rows[at]] = column[rows[at]] <= threshold ? 0 : 1;
  const children = orders.map((order) => {
    const parts = [new Uint32Array(rows.length - rightRows), new Uint32Array(rightRows)] as const;
    const next = [0, 0];
    for (let at = 0; at < order.length; at++) {
      const part = side[order[at]];
      parts[part][next[part]++] = order[at];
    }
    return parts;
  });
  return [children.map(([left]) => left), children.map(([, right]) => right)];
}

function bestSplit(
  { columns }: SortedColumns,
  { orders, gradient, curvature }: Omit<OpenNode, 'split'>,
  gradients: Float64Array,
  curvatures: Float64Array,
  leastRows: number,
): Split | null {
  const rows = orders[0].length;
  const before = (gradient * gradient) / (curvature + RIDGE);
  let bestGain = LEAST_GAIN;
  let best: Split | null = null;
  for (let feature = 0; feature < orders.length; feature++) {
    const order = orders[feature];
    const column = columns[feature];
    let leftGradient = 0;
    let leftCurvature = 0;
    let value = column[order[0]];
    for (let position = 0; position < rows - leastRows; position++) {
      const row = order[position];
      leftGradient += gradients[row];
      leftCurvature += curvatures[row];
      const lower = value;
      value = column[order[position + 1]];
      if (position + 1 < leastRows || !(value > lower)) continue;
      const rightCurvature = curvature - leftCurvature;
      if (leftCurvature < LEAST_CURVATURE || rightCurvature < LEAST_CURVATURE) continue;
      const rightGradient = gradient - leftGradient;
      const gain =
        (leftGradient * leftGradient) / (leftCurvature + RIDGE) +
        (rightGradient * rightGradient) / (rightCurvature + RIDGE) -
        before;
      if (gain <= bestGain) continue;
      bestGain = gain * CLEARLY_MORE;
      best = { gain, feature, threshold: midpoint(lower, value) };
    }
  }
  return best;
}

/** A float32 that the lower value does not exceed and the upper one does. */
function midpoint(lower: number, upper: number): number {
  const middle = Math.fround((lower + upper) / 2);
  // Adding 0 turns -0 into +0: both compare alike, but a digest would tell them apart.
  return (middle >= lower && middle < upper ? middle : lower) + 0;
}

/** The tree in pre-order. */
function layOut(root: OpenNode, nodeCount: number): BoostedTree {
  const tree = {
    feature: new Int32Array(nodeCount).fill(-1),
    threshold: new Float32Array(nodeCount),
    left: new Int32Array(nodeCount).fill(-1),
    right: new Int32Array(nodeCount).fill(-1),
    sampleCount: new Int32Array(nodeCount),
    value: new Float64Array(nodeCount),
  };
  let next = 0;
  const place = ({ orders, gradient, curvature, split, children }: OpenNode): number => {
    const node = next++;
    tree.sampleCount[node] = orders[0].length;
    if (children === undefined || split === null) {
      tree.value[node] = -gradient / (curvature + RIDGE);
      return node;
    }
    tree.feature[node] = split.feature;
    tree.threshold[node] = split.threshold;
    tree.left[node] = place(children[0]);
    tree.right[node] = place(children[1]);
    return node;
  };
  place(root);
  return tree;
}

/** The leaf that the row at `start` reaches from `root`. */
export function leafOf(
  tree: Pick<GrownTree, 'feature' | 'threshold' | 'left' | 'right'>,
  values: Float32Array,
  start: number,
  root = 0,
): number {
  let node = root;
  while (tree.feature[node] >= 0)
    node = values[start + tree.feature[node]] <= tree.threshold[node] ? tree.left[node] : tree.right[node];
  return node;
}
