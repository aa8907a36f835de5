import { impossible } from '../../domain/error.ts';
import type { GrownTree } from '../../domain/model.ts';
import { averagePathLength } from '../../forest/path-length.ts';
import { isOfInputs, notRead, numbersOf, tensorNumbers, textOf, type OnnxGraph } from './onnx-graph.ts';
import { readTrees, type EnsembleTree } from './read-trees.ts';
import type { NodeProto } from './schema/onnx_pb.js';

/** An isolation forest, whose leaves are path lengths. */
export interface ReadIsolationForest {
  readonly kind: 'isolation-forest';
  readonly trees: readonly GrownTree[];
  /** Rows each tree was grown on. */
  readonly sampleSize: number;
  /** The output is `base + factor * score`, of the score that is higher where a row is more anomalous. */
  readonly base: number;
  readonly factor: number;
}

/** Trees whose leaves add up to the score: `base + factor * (sum of one weight a tree)`. */
export interface ReadTreeEnsemble {
  readonly kind: 'tree-ensemble';
  readonly trees: readonly EnsembleTree[];
  readonly base: number;
  readonly factor: number;
}

/**
 * The forest that a graph is, as its output `output` gives it.
 * @returns null where it is something else
 * @throws AssayError MODEL_MISMATCH where it is a forest that cannot be read exactly
 */
export function readForest(graph: OnnxGraph, output: string): ReadIsolationForest | ReadTreeEnsemble | null {
  const ensembles = graph.nodes.filter(isEnsemble);
  if (ensembles.length === 0 || !ensembles.every(({ input }) => isOfInputs(graph, input[0]))) return null;
  return graph.nodes.some(({ opType }) => opType === 'LabelEncoder')
    ? readIsolationForest(graph, output)
    : readTreeEnsemble(graph, output);
}

function isEnsemble({ opType }: NodeProto): boolean {
  return opType === 'TreeEnsembleRegressor';
}

/** Relative difference that float32 constants may make. */
const float32Share = 1e-6;

/**
 * scikit-learn's IsolationForest as skl2onnx writes it: for each tree one ensemble that gives the number of the leaf, and two
 * tables from there to the rows in the leaf and to the nodes on its path. Everything is held against what it must come to.
 */
function readIsolationForest(graph: OnnxGraph, output: string): ReadIsolationForest {
  const trees = graph.nodes.filter(isEnsemble).map((node) => {
    const [tree, ...others] = readTrees(graph, node);
    if (others.length > 0) throw notRead('is no isolation forest that skl2onnx writes: an ensemble has several trees');
    return withSampleCounts(tree, tablesOf(graph, node.output[0]));
  });
  const { divisor, base, factor } = powerOf(graph, output);
  refuseNoNumbers([base, factor]);
  const sampleSize = sampleSizeOf(divisor / trees.length, trees[0].sampleCount[0]);
  return { kind: 'isolation-forest', trees, sampleSize, base, factor };
}

/** Tables from leaves to numbers that are looked up by a value, through casts. */
function tablesOf(graph: OnnxGraph, value: string): readonly ReadonlyMap<number, number>[] {
  return graph.nodes
    .filter(({ input }) => input.includes(value))
    .flatMap((node) => {
      if (node.opType === 'Cast') return tablesOf(graph, node.output[0]);
      if (node.opType !== 'LabelEncoder') return [];
      const keys = numbersOf(node, 'keys_int64s', 'keys_floats', 'keys_tensor');
      const values = numbersOf(node, 'values_floats', 'values_int64s', 'values_tensor');
      return [new Map(keys.map((key, index) => [key, values[index]]))];
    });
}

function withSampleCounts(tree: EnsembleTree, tables: readonly ReadonlyMap<number, number>[]): GrownTree {
  const { feature, threshold, left, right, depth, nodeId, weight } = tree;
  const leaves = Array.from(feature.keys()).filter((node) => feature[node] < 0);
  const isPath = (table: ReadonlyMap<number, number>): boolean =>
    leaves.every((node) => table.get(nodeId[node]) === depth[node] + 1);
  const paths = tables.findIndex(isPath);
  const samples = tables.find((_, index) => index !== paths);
  const isNumbered = leaves.every((node) => weight[node] === nodeId[node]);
  if (!isNumbered || tables.length !== 2 || paths < 0 || samples === undefined)
    throw notRead('is no isolation forest that skl2onnx writes: its tables of leaves are others');
  const sampleCount = new Int32Array(feature.length);
  for (let node = feature.length - 1; node >= 0; node--) {
    const count =
      feature[node] < 0 ? (samples.get(nodeId[node]) ?? NaN) : sampleCount[left[node]] + sampleCount[right[node]];
    if (!Number.isInteger(count) || count < 1) throw notRead('has a leaf whose number of rows is not said');
    sampleCount[node] = count;
  }
  return { feature, threshold, left, right, sampleCount };
}

/** An output as `base + factor * 2^(-sum of path lengths / divisor)`. */
function powerOf(
  graph: OnnxGraph,
  output: string,
): { readonly divisor: number; readonly base: number; readonly factor: number } {
  const { node: power, base, factor } = backTo(graph, output, ({ opType }) => opType === 'Pow');
  const two = power === undefined ? undefined : graph.constants.get(power.input[0]);
  const exponent = power === undefined ? undefined : backTo(graph, power.input[1], ({ opType }) => opType === 'Sum');
  if (two === undefined || tensorNumbers(two)[0] !== 2 || exponent?.node === undefined || !(exponent.factor < 0))
    throw notRead(`is no isolation forest whose output '${output}' is its score; name another with --output`);
  return { divisor: -1 / exponent.factor, base, factor };
}

interface WayBack {
  /** Undefined where a value does not go back to such a node by times and plus alone. */
  readonly node: NodeProto | undefined;
  readonly base: number;
  readonly factor: number;
}

/** The node that a value is `base + factor * ...` of. */
function backTo(graph: OnnxGraph, value: string, isWanted: (node: NodeProto) => boolean): WayBack {
  let [factor, base] = [1, 0];
  for (let node = graph.maker.get(value); node !== undefined;) {
    if (isWanted(node)) return { node, base, factor };
    const step = affineStep(graph, node);
    if (step === null) break;
    base += factor * step.base;
    factor *= step.factor;
    node = graph.maker.get(step.value);
  }
  return { node: undefined, base, factor };
}

/** The rows a tree was grown on: those at a root, or more where each was drawn more than once. */
function sampleSizeOf(normaliser: number, atRoot: number): number {
  const isAlike = (rows: number): boolean => {
    const expected = averagePathLength(rows);
    return Math.abs(expected - normaliser) <= float32Share * Math.max(1, expected);
  };
  if (isAlike(atRoot)) return atRoot;
  // c(n) grows with n, and n is not above e^(c / 2) by more than its correction.
  let [low, high] = [atRoot, Math.ceil(Math.exp(normaliser / 2 + 1))];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (averagePathLength(middle) < normaliser * (1 - float32Share)) low = middle + 1;
    else high = middle;
  }
  if (!isAlike(low)) throw notRead('is no isolation forest: what its path lengths are divided by fits no sample');
  return low;
}

/** An output that is the sum or the mean of one ensemble's leaves, times and plus constants. */
function readTreeEnsemble(graph: OnnxGraph, output: string): ReadTreeEnsemble | null {
  const { node, base, factor } = backTo(graph, output, isEnsemble);
  if (node === undefined) return null;
  const transform = textOf(node, 'post_transform');
  const aggregate = textOf(node, 'aggregate_function') || 'SUM';
  if ((transform !== '' && transform !== 'NONE') || (aggregate !== 'SUM' && aggregate !== 'AVERAGE')) return null;
  const trees = readTrees(graph, node);
  const [start = 0] = numbersOf(node, 'base_values', 'base_values_as_tensor');
  const shared = { base: base + factor * start, factor: aggregate === 'AVERAGE' ? factor / trees.length : factor };
  refuseNoNumbers([shared.base]);
  for (const { weight } of trees) refuseNoNumbers(weight.map((value) => shared.factor * value));
  return { kind: 'tree-ensemble', trees, ...shared };
}

/** Every part of a score must be a number that float32 holds: NaN and infinity would be the score of whatever they are added to. */
function refuseNoNumbers(parts: ArrayLike<number>): void {
  const found = Array.from(parts).find((part) => !Number.isFinite(Math.fround(part)));
  if (found !== undefined) throw notRead(`adds ${found} to its score, which is no number of single precision`);
}

/** A node as `factor * value + base`, where it is no more than that. */
function affineStep(
  graph: OnnxGraph,
  node: NodeProto,
): { readonly value: string; readonly factor: number; readonly base: number } | null {
  const [first, second] = node.input;
  if (['Identity', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'].includes(node.opType))
    return { value: first, factor: 1, base: 0 };
  if (node.opType === 'Neg') return { value: first, factor: -1, base: 0 };
  const isFirst = graph.constants.has(first);
  const constant = graph.constants.get(isFirst ? first : (second ?? ''));
  const numbers = constant === undefined ? [] : tensorNumbers(constant);
  if (numbers.length !== 1) return null;
  const [number] = numbers;
  const value = isFirst ? (second ?? impossible('a constant alone')) : first;
  switch (node.opType) {
    case 'Add':
      return { value, factor: 1, base: number };
    case 'Sub':
      return isFirst ? { value, factor: -1, base: number } : { value, factor: 1, base: -number };
    case 'Mul':
      return { value, factor: number, base: 0 };
    case 'Div':
      return isFirst ? null : { value, factor: 1 / number, base: 0 };
    default:
      return null;
  }
}
