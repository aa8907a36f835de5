import type { GrownTree } from '../../domain/model.ts';
import { largestFloat32Below, largestFloat32NotAbove } from '../../forest/float32.ts';
import { columnsOf, notRead, numbersOf, textsOf, type OnnxGraph } from './onnx-graph.ts';
import type { NodeProto } from './schema/onnx_pb.js';

/** One tree of an ensemble in pre-order, as `GrownTree` has it, without what the ensemble does not say of its rows. */
export interface EnsembleTree extends Omit<GrownTree, 'sampleCount'> {
  /** What a leaf gives; 0 for an inner node. */
  readonly weight: Float64Array;
  /** Number of the node in the ensemble. */
  readonly nodeId: Int32Array;
  /** Edges from the root. */
  readonly depth: Int32Array;
}

interface NodeTable {
  readonly ids: readonly number[];
  readonly columns: readonly number[];
  readonly modes: readonly string[];
  readonly values: readonly number[];
  readonly whenTrue: readonly number[];
  readonly whenFalse: readonly number[];
}

/**
 * The trees of a TreeEnsembleRegressor with one target. Every comparison becomes `x <= threshold`, exactly, for float32 x.
 * @throws AssayError MODEL_MISMATCH for another number of targets, comparisons for equality, values that are no numbers, and trees that are none
 */
export function readTrees(graph: OnnxGraph, node: NodeProto): readonly EnsembleTree[] {
  const columnOf = columnsOf(graph, node.input[0]);
  if (numbersOf(node, 'target_ids').some((target) => target !== 0)) throw notRead('gives more than one number a row');
  const treeOfNode = numbersOf(node, 'nodes_treeids');
  const table: NodeTable = {
    ids: numbersOf(node, 'nodes_nodeids'),
    columns: numbersOf(node, 'nodes_featureids').map((feature) => columnOf[feature]),
    modes: textsOf(node, 'nodes_modes'),
    values: numbersOf(node, 'nodes_values', 'nodes_values_as_tensor'),
    whenTrue: numbersOf(node, 'nodes_truenodeids'),
    whenFalse: numbersOf(node, 'nodes_falsenodeids'),
  };
  const weights = leafWeights(node);
  const places = new Map<number, Map<number, number>>();
  treeOfNode.forEach((tree, place) => {
    const ofTree = places.get(tree) ?? new Map<number, number>();
    places.set(tree, ofTree.set(table.ids[place], place));
  });
  if (places.size === 0) throw notRead('has an ensemble without trees');
  return Array.from(places, ([tree, ofTree]) =>
    treeInOrder(table, ofTree, rootOf(table, ofTree), weights.get(tree) ?? new Map<number, number>()),
  );
}

/** Whether the trees say where missing values go other than by comparing them. */
export function steersMissing(graph: OnnxGraph): boolean {
  return graph.nodes.some((node) => numbersOf(node, 'nodes_missing_value_tracks_true').some((side) => side !== 0));
}

function leafWeights(node: NodeProto): ReadonlyMap<number, ReadonlyMap<number, number>> {
  const trees = numbersOf(node, 'target_treeids');
  const ids = numbersOf(node, 'target_nodeids');
  const given = numbersOf(node, 'target_weights', 'target_weights_as_tensor');
  const weights = new Map<number, Map<number, number>>();
  trees.forEach((tree, place) => {
    const ofTree = weights.get(tree) ?? new Map<number, number>();
    weights.set(tree, ofTree.set(ids[place], (ofTree.get(ids[place]) ?? 0) + given[place]));
  });
  return weights;
}

/** The one node that no other leads to. */
function rootOf({ modes, whenTrue, whenFalse }: NodeTable, places: ReadonlyMap<number, number>): number {
  const children = new Set(
    Array.from(places.values()).flatMap((place) =>
      modes[place] === 'LEAF' ? [] : [whenTrue[place], whenFalse[place]],
    ),
  );
  const roots = Array.from(places.keys()).filter((id) => !children.has(id));
  if (roots.length !== 1) throw notRead('has a tree with no root, or with more than one');
  return roots[0];
}

function treeInOrder(
  table: NodeTable,
  places: ReadonlyMap<number, number>,
  root: number,
  weights: ReadonlyMap<number, number>,
): EnsembleTree {
  const size = places.size;
  const tree = {
    feature: new Int32Array(size).fill(-1),
    threshold: new Float32Array(size),
    left: new Int32Array(size).fill(-1),
    right: new Int32Array(size).fill(-1),
    weight: new Float64Array(size),
    nodeId: new Int32Array(size),
    depth: new Int32Array(size),
  };
  const waiting = [{ id: root, depth: 0, parent: -1, isLeft: false }];
  let next = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const place = places.get(at.id);
    if (place === undefined || next >= size) throw notRead('has a tree whose nodes lead nowhere, or in a circle');
    const node = next++;
    if (at.parent >= 0) (at.isLeft ? tree.left : tree.right)[at.parent] = node;
    tree.nodeId[node] = at.id;
    tree.depth[node] = at.depth;
    if (table.modes[place] === 'LEAF') {
      tree.weight[node] = weights.get(at.id) ?? 0;
      continue;
    }
    const { threshold, left, right } = splitOf(table, place);
    tree.feature[node] = table.columns[place] ?? columnless();
    tree.threshold[node] = threshold;
    const below = { depth: at.depth + 1, parent: node };
    waiting.push({ id: right, ...below, isLeft: false }, { id: left, ...below, isLeft: true });
  }
  if (next !== size) throw notRead('has a tree with nodes that nothing leads to');
  return tree;
}

function columnless(): never {
  throw notRead('splits on a column that it does not take');
}

/** A comparison as `x <= threshold` on float32, with where it leads to. */
function splitOf(
  { modes, values, whenTrue, whenFalse }: NodeTable,
  place: number,
): { readonly threshold: number; readonly left: number; readonly right: number } {
  const value = values[place];
  if (!(Math.abs(value) < Infinity)) throw notRead(`splits at ${value}, which is no number to compare with`);
  const [yes, no] = [whenTrue[place], whenFalse[place]];
  switch (modes[place]) {
    case 'BRANCH_LEQ':
      return { threshold: largestFloat32NotAbove(value), left: yes, right: no };
    case 'BRANCH_LT':
      return { threshold: largestFloat32Below(value), left: yes, right: no };
    case 'BRANCH_GT':
      return { threshold: largestFloat32NotAbove(value), left: no, right: yes };
    case 'BRANCH_GTE':
      return { threshold: largestFloat32Below(value), left: no, right: yes };
    default:
      throw notRead(`splits by ${modes[place]}, which Assay does not`);
  }
}
