import { graphExplainer } from '../graph/explain-graph.ts';
import { isGraphModel } from '../graph/score-graph.ts';
import { impossible } from '../../domain/error.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { meanPathLength } from '../score.ts';
import { gaussLegendre } from './gauss-legendre.ts';

/** Why a row's mean path length differs from the forest's expectation, in edges. */
export interface PathLengthReasons {
  /** Expected mean path length: every split passed in proportion to the training rows that took each side. */
  readonly baseline: number;
  /** One per feature; negative makes the row more anomalous. Their sum and `baseline` give the row's mean path length. */
  readonly contributions: Float64Array;
}

/** Quadrature points handled in one pass over a tree. */
const LANES = 4;

/**
 * What does not depend on the row, per node of the pool. An edge is named by the node it leads to. `earlier` is the nearest
 * edge above on the same feature, or the root, which stands for no condition: share 1 and always met.
 */
interface ShapLayout {
  readonly parent: Int32Array;
  readonly earlier: Int32Array;
  /** 1 where a deeper edge on the same feature needs this edge's factor undone. */
  readonly isEarlier: Uint8Array;
  /** Share of training rows that meet all conditions of this edge's feature from the root down to here. */
  readonly share: Float64Array;
  readonly baseline: number;
  /** Points and weights on [0, 1] in groups of `LANES`, padded with weight 0. */
  readonly points: Float64Array;
  readonly weights: Float64Array;
  readonly largestTree: number;
}

const layouts = new WeakMap<CompiledForest, ShapLayout>();

/** Room for one tree's passes, made once and used for any number of rows of one forest. */
interface Scratch {
  readonly met: Uint8Array;
  readonly product: Float64Array;
  readonly inverse: Float64Array;
  readonly gain: Float64Array;
  readonly below: Float64Array;
}

/**
 * Exact path-dependent SHAP values of the mean path length, `sum of units / (2^shift * trees)`: the values that
 * Algorithm 2 of Lundberg et al., "From local explanations to global understanding with explainable AI for trees",
 * Nature Machine Intelligence 2, 2020, defines.
 *
 * They are computed in time linear in the nodes: a leaf's game is a product over the features on its path, so its Shapley
 * value is the integral over [0, 1] of a polynomial (Owen, "Multilinear extensions of games", Management Science 18,
 * 1972), which Gauss-Legendre quadrature gives exactly; sums over subtrees are shared as in Yu, Bifet, Read and Xu,
 * "Linear TreeShap", NeurIPS 2022.
 *
 * Where leaves are not path lengths, these are the values of the mean of leaf values, times the one factor that takes the row's
 * difference from the baseline to edges: they add up to the path length that the score stands for.
 *
 * A node without training rows passes an absent feature to both sides in equal parts.
 *
 * @param row `featureCount` float32 values.
 */
export function explainPathLengths(forest: CompiledForest, row: Float32Array): PathLengthReasons {
  const contributions = new Float64Array(forest.featureCount);
  const baseline = rowExplainer(forest)(row, contributions);
  return { baseline, contributions };
}

/**
 * The same for many rows without new arrays: the function returned overwrites `contributions` (length featureCount)
 * and returns the baseline. It must not be shared between threads. Of a graph, the reasons are by perturbation.
 */
export function rowExplainer(forest: CompiledForest): (row: Float32Array, contributions: Float64Array) => number {
  if (isGraphModel(forest)) return graphExplainer(forest);
  const layout = layouts.get(forest) ?? layOut(forest);
  layouts.set(forest, layout);
  const scratch: Scratch = {
    met: new Uint8Array(layout.largestTree),
    product: new Float64Array(LANES * layout.largestTree),
    inverse: new Float64Array(LANES * layout.largestTree),
    gain: new Float64Array(LANES * layout.largestTree),
    below: new Float64Array(LANES * layout.largestTree),
  };
  const scale = 1 / (2 ** forest.shift * forest.treeCount);
  return (row, contributions) => {
    if (row.length !== forest.featureCount || contributions.length !== forest.featureCount) {
      impossible(`a row of ${row.length} values was given to a forest of ${forest.featureCount} features.`);
    }
    contributions.fill(0);
    for (let tree = 0; tree < forest.treeCount; tree++) {
      const end = tree + 1 < forest.treeCount ? forest.roots[tree + 1] : forest.feature.length;
      for (let group = 0; group < layout.points.length; group += LANES) {
        addTree(forest, layout, scratch, forest.roots[tree], end, group, row, contributions);
      }
    }
    for (let feature = 0; feature < contributions.length; feature++) contributions[feature] *= scale;
    return forest.leaf === 'path-length' ? layout.baseline : toEdges(forest, layout.baseline, contributions);
  };
}

/** Takes contributions to the mean of leaf values to edges of path length; returns the baseline in edges. */
function toEdges(forest: CompiledForest, baseline: number, contributions: Float64Array): number {
  const expected = meanPathLength(forest, baseline);
  const difference = contributions.reduce((sum, contribution) => sum + contribution, 0);
  const edges = difference === 0 ? 0 : (meanPathLength(forest, baseline + difference) - expected) / difference;
  for (let feature = 0; feature < contributions.length; feature++) contributions[feature] *= edges;
  return expected;
}

/**
 * Adds one tree's values, in units, for one group of quadrature points. At point t an edge has the factor
 * `share + t * (met - share)`, and the product of a node takes the deepest factor of each feature above it. A leaf gives each feature on
 * its path `units * product * (met - share) / factor` of that feature's deepest edge; `gain` is the last quotient, and subtracting
 * the earlier edge's gain on the way up leaves just the deepest one's.
 */
function addTree(
  forest: CompiledForest,
  layout: ShapLayout,
  scratch: Scratch,
  root: number,
  end: number,
  group: number,
  row: Float32Array,
  contributions: Float64Array,
): void {
  const { feature, threshold, left, units } = forest;
  const { parent, earlier, isEarlier, share, points, weights } = layout;
  const { met, product, inverse, gain, below } = scratch;
  const point0 = points[group];
  const point1 = points[group + 1];
  const point2 = points[group + 2];
  const point3 = points[group + 3];
  const unmet0 = 1 / (1 - point0);
  const unmet1 = 1 / (1 - point1);
  const unmet2 = 1 / (1 - point2);
  const unmet3 = 1 / (1 - point3);

  met[0] = 1;
  for (let lane = 0; lane < LANES; lane++) {
    product[lane] = weights[group + lane];
    inverse[lane] = 1;
    gain[lane] = 0;
    below[lane] = 0;
  }

  for (let node = root + 1; node < end; node++) {
    const above = parent[node];
    const goesLeft = row[feature[above]] <= threshold[above];
    const before = earlier[node] - root;
    const isMet = goesLeft === (left[above] === node) ? met[before] : 0;
    const local = node - root;
    met[local] = isMet;
    const rows = share[node];
    const at = LANES * local;
    const up = LANES * (above - root);
    const undo = LANES * before;
    const factor0 = rows + point0 * (isMet - rows);
    const factor1 = rows + point1 * (isMet - rows);
    const factor2 = rows + point2 * (isMet - rows);
    const factor3 = rows + point3 * (isMet - rows);
    const product0 = product[up] * factor0 * inverse[undo];
    const product1 = product[up + 1] * factor1 * inverse[undo + 1];
    const product2 = product[up + 2] * factor2 * inverse[undo + 2];
    const product3 = product[up + 3] * factor3 * inverse[undo + 3];
    product[at] = product0;
    product[at + 1] = product1;
    product[at + 2] = product2;
    product[at + 3] = product3;
    const leaf = units[node];
    below[at] = product0 * leaf;
    below[at + 1] = product1 * leaf;
    below[at + 2] = product2 * leaf;
    below[at + 3] = product3 * leaf;
    if (isMet === 1) {
      const inverse0 = 1 / factor0;
      const inverse1 = 1 / factor1;
      const inverse2 = 1 / factor2;
      const inverse3 = 1 / factor3;
      inverse[at] = inverse0;
      inverse[at + 1] = inverse1;
      inverse[at + 2] = inverse2;
      inverse[at + 3] = inverse3;
      gain[at] = (1 - rows) * inverse0;
      gain[at + 1] = (1 - rows) * inverse1;
      gain[at + 2] = (1 - rows) * inverse2;
      gain[at + 3] = (1 - rows) * inverse3;
    } else {
      gain[at] = -unmet0;
      gain[at + 1] = -unmet1;
      gain[at + 2] = -unmet2;
      gain[at + 3] = -unmet3;
      if (isEarlier[node] === 1) {
        // A factor of 0 makes every product beneath it 0; its inverse is never to bring that back.
        const inverseRows = rows > 0 ? 1 / rows : 0;
        inverse[at] = unmet0 * inverseRows;
        inverse[at + 1] = unmet1 * inverseRows;
        inverse[at + 2] = unmet2 * inverseRows;
        inverse[at + 3] = unmet3 * inverseRows;
      }
    }
  }

  for (let node = end - 1; node > root; node--) {
    const at = LANES * (node - root);
    const above = parent[node];
    const up = LANES * (above - root);
    const undo = LANES * (earlier[node] - root);
    const below0 = below[at];
    const below1 = below[at + 1];
    const below2 = below[at + 2];
    const below3 = below[at + 3];
    contributions[feature[above]] +=
      below0 * (gain[at] - gain[undo]) +
      below1 * (gain[at + 1] - gain[undo + 1]) +
      below2 * (gain[at + 2] - gain[undo + 2]) +
      below3 * (gain[at + 3] - gain[undo + 3]);
    below[up] += below0;
    below[up + 1] += below1;
    below[up + 2] += below2;
    below[up + 3] += below3;
  }
}

function layOut(forest: CompiledForest): ShapLayout {
  const { roots, feature, left, right, units, sampleCount } = forest;
  const nodeCount = feature.length;
  const parent = new Int32Array(nodeCount).fill(-1);
  const earlier = new Int32Array(nodeCount).fill(-1);
  const isEarlier = new Uint8Array(nodeCount);
  const share = new Float64Array(nodeCount).fill(1);
  const reach = new Float64Array(nodeCount).fill(1);
  const distinct = new Int32Array(nodeCount);
  let expectedUnits = 0;
  let mostDistinct = 1;
  let largestTree = 1;
  for (let tree = 0; tree < roots.length; tree++) {
    const root = roots[tree];
    const end = tree + 1 < roots.length ? roots[tree + 1] : nodeCount;
    largestTree = Math.max(largestTree, end - root);
    earlier[root] = root;
    for (let node = root; node < end; node++) {
      if (feature[node] < 0) {
        expectedUnits += reach[node] * units[node];
        mostDistinct = Math.max(mostDistinct, distinct[node]);
        continue;
      }
      let before = node;
      while (before !== root && feature[parent[before]] !== feature[node]) before = parent[before];
      if (before !== root) isEarlier[before] = 1;
      for (const child of [left[node], right[node]]) {
        const part = sampleCount[node] > 0 ? sampleCount[child] / sampleCount[node] : 0.5;
        parent[child] = node;
        earlier[child] = before;
        share[child] = share[before] * part;
        reach[child] = reach[node] * part;
        distinct[child] = distinct[node] + (before === root ? 1 : 0);
      }
    }
  }
  // A leaf with d features gives polynomials of degree d - 1; n points are exact up to degree 2n - 1.
  const rule = gaussLegendre(Math.ceil(mostDistinct / 2));
  const padded = LANES * Math.ceil(rule.points.length / LANES);
  const points = new Float64Array(padded).fill(0.5);
  const weights = new Float64Array(padded);
  points.set(rule.points);
  weights.set(rule.weights);
  const baseline = expectedUnits / (2 ** forest.shift * forest.treeCount);
  return { parent, earlier, isEarlier, share, baseline, points, weights, largestTree };
}
