import { createHash } from 'node:crypto';
import { AssayError, impossible } from '../domain/error.ts';
import { leafForms, type CompiledForest, type GrownLeafForm, type GrownTree } from '../domain/model.ts';
import { decodeGraph, encodeGraph } from './graph/encode-graph.ts';
import { averagePathLength, leafValueOf } from './path-length.ts';
import { SUM_LIMIT } from './sum-limit.ts';

/** No shift is finer than this, however small the forest. */
const GREATEST_SHIFT = 23;

/**
 * Joins grown trees into the exact forest: the leaf value of `depth + c(rows)` becomes `round(value * 2^shift)`, with the
 * greatest shift at which the greatest leaves of all trees together stay below 2^24. So every sum of one leaf per
 * tree is exact, and a mean of leaf values is off by at most 2^-(shift + 1).
 *
 * @param sampleSize rows each tree was grown on (psi), after clipping.
 */
export function compileForest(
  trees: readonly GrownTree[],
  featureCount: number,
  sampleSize: number,
  leaf: GrownLeafForm = 'path-length',
): CompiledForest {
  const nodeCount = trees.reduce((total, tree) => total + tree.feature.length, 0);
  const roots = new Int32Array(trees.length);
  const feature = new Int32Array(nodeCount);
  const threshold = new Float32Array(nodeCount);
  const left = new Int32Array(nodeCount).fill(-1);
  const right = new Int32Array(nodeCount).fill(-1);
  const units = new Int32Array(nodeCount);
  const sampleCount = new Int32Array(nodeCount);
  const leafValue = new Float64Array(nodeCount);

  let base = 0;
  const greatestLeafValues = new Float64Array(trees.length);
  trees.forEach((tree, treeIndex) => {
    roots[treeIndex] = base;
    const depth = new Int32Array(tree.feature.length);
    for (let node = 0; node < tree.feature.length; node++) {
      const pooled = base + node;
      feature[pooled] = tree.feature[node];
      sampleCount[pooled] = tree.sampleCount[node];
      if (tree.feature[node] >= 0) {
        threshold[pooled] = tree.threshold[node];
        left[pooled] = base + tree.left[node];
        right[pooled] = base + tree.right[node];
        depth[tree.left[node]] = depth[tree.right[node]] = depth[node] + 1;
      } else {
        leafValue[pooled] = leafValueOf(leaf, depth[node] + averagePathLength(tree.sampleCount[node]));
        greatestLeafValues[treeIndex] = Math.max(greatestLeafValues[treeIndex], leafValue[pooled]);
      }
    }
    base += tree.feature.length;
  });

  const shift = finestShift(greatestLeafValues);
  const scale = 2 ** shift;
  for (let node = 0; node < nodeCount; node++) units[node] = Math.round(leafValue[node] * scale);

  const forest = {
    featureCount,
    treeCount: trees.length,
    sampleSize,
    leaf,
    shift,
    roots,
    feature,
    threshold,
    left,
    right,
    units,
    sampleCount,
  };
  return sealForest(forest);
}

/** A forest whose units are set, with its digest. Whoever made it keeps its sums below 2^24 and its nodes in order. */
export function sealForest(forest: ForestBody): CompiledForest {
  const problem = findStructuralProblem(forest);
  if (problem !== null) impossible(`a grower returned a tree that cannot be compiled: ${problem}.`);
  return { ...forest, digest: digestOf(encodeBody(forest)) };
}

/** The greatest shift at which one greatest leaf per tree sums to less than 2^24, in exact integers. */
export function finestShift(greatestLeafValues: Float64Array): number {
  for (let shift = GREATEST_SHIFT; ; shift--) {
    const scale = 2 ** shift;
    const worstSum = greatestLeafValues.reduce((sum, value) => sum + Math.round(value * scale), 0);
    if (worstSum < SUM_LIMIT) return shift;
  }
}

export type ForestBody = Omit<CompiledForest, 'digest'>;

/** Why walking the forest could fail or overflow, or null. Children lie behind their parent, so every walk ends. */
function findStructuralProblem(forest: ForestBody): string | null {
  const { roots, feature, threshold, left, right, units } = forest;
  const nodeCount = feature.length;
  if (forest.treeCount < 1 || forest.featureCount < 1 || forest.sampleSize < 1)
    return 'it has no trees, features or rows';
  let worstSum = 0;
  for (let tree = 0; tree < roots.length; tree++) {
    const start = roots[tree];
    const end = tree + 1 < roots.length ? roots[tree + 1] : nodeCount;
    if (end <= start || end > nodeCount || (tree === 0 && start !== 0)) return 'its trees overlap';
    let worstUnits = 0;
    for (let node = start; node < end; node++) {
      if (feature[node] === -1) {
        if (units[node] < 0) return 'a leaf has negative units';
        worstUnits = Math.max(worstUnits, units[node]);
        continue;
      }
      const childrenFollow = left[node] > node && left[node] < end && right[node] > node && right[node] < end;
      if (!childrenFollow) return 'a child lies outside its tree';
      if (feature[node] < 0 || feature[node] >= forest.featureCount) return 'a split uses a feature that is not there';
      if (Number.isNaN(threshold[node])) return 'a threshold is not a number';
    }
    worstSum += worstUnits;
  }
  return worstSum < SUM_LIMIT ? null : 'a sum of leaf units could reach 2^24';
}

/** "AFST" in ASCII. */
const MAGIC = 0x54534641;
/** Of forests whose leaves are path lengths: their bytes and digests are those of earlier versions. */
const PATH_LENGTH_VERSION = 1;
/** The header has one more word, the leaf form. */
const LEAF_FORM_VERSION = 2;
/** And two more, the greatest score (float64): of forests whose leaves are scores. */
const SCORE_VERSION = 3;
/** The same, with a graph behind the trees. */
const GRAPH_VERSION = 4;
const MORE_WORDS: Readonly<Record<number, number>> = {
  [PATH_LENGTH_VERSION]: 0,
  [LEAF_FORM_VERSION]: 1,
  [SCORE_VERSION]: 3,
  [GRAPH_VERSION]: 3,
};
const HEADER_WORDS = 7;
const DIGEST_BYTES = 32;

/**
 * The canonical encoding: little-endian 32-bit words: magic, version, featureCount, treeCount, sampleSize, shift,
 * nodeCount, from version 2 on the leaf form, from version 3 on the greatest score (float64), then roots, feature, threshold (IEEE 754 bits), left, right, units, sampleCount;
 * in version 4 then the graph.
 */
function encodeBody(forest: ForestBody): Uint8Array {
  const nodeCount = forest.feature.length;
  const integers = [forest.feature, null, forest.left, forest.right, forest.units, forest.sampleCount];
  const isOfPathLengths = forest.leaf === 'path-length';
  const version = versionOf(forest);
  const graph = forest.graph === undefined ? new Uint8Array() : encodeGraph(forest.graph);
  const { featureCount, treeCount, sampleSize, shift } = forest;
  const header = [MAGIC, version, featureCount, treeCount, sampleSize, shift, nodeCount];
  if (!isOfPathLengths) header.push(leafForms.indexOf(forest.leaf));
  if (forest.top !== undefined) header.push(...new Int32Array(Float64Array.of(forest.top).buffer));
  const treeBytes = 4 * (header.length + treeCount + integers.length * nodeCount);
  const bytes = new Uint8Array(treeBytes + graph.length);
  bytes.set(graph, treeBytes);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  const put = (words: ArrayLike<number>): void => {
    for (let i = 0; i < words.length; i++, offset += 4) view.setInt32(offset, words[i], true);
  };
  put(header);
  put(forest.roots);
  for (const words of integers) {
    if (words !== null) put(words);
    else for (let i = 0; i < nodeCount; i++, offset += 4) view.setFloat32(offset, forest.threshold[i], true);
  }
  return bytes;
}

function versionOf({ leaf, graph }: ForestBody): number {
  if (graph !== undefined) return GRAPH_VERSION;
  if (leaf === 'path-length') return PATH_LENGTH_VERSION;
  return leaf === 'score' ? SCORE_VERSION : LEAF_FORM_VERSION;
}

function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** The forest as bytes for a case file: the canonical encoding followed by its SHA-256 (32 bytes). */
export function encodeForest(forest: CompiledForest): Uint8Array {
  const body = encodeBody(forest);
  const bytes = new Uint8Array(body.length + DIGEST_BYTES);
  bytes.set(body);
  bytes.set(createHash('sha256').update(body).digest(), body.length);
  return bytes;
}

/**
 * Reads what `encodeForest` wrote and verifies its digest and its structure, so that a forest from a foreign file
 * can be walked safely.
 *
 * @throws AssayError CASE_CORRUPT where the bytes are not a whole, unaltered forest; MODEL_MISMATCH where a newer
 * version of Assay wrote them.
 */
export function decodeForest(bytes: Uint8Array): CompiledForest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 * HEADER_WORDS + DIGEST_BYTES || view.getInt32(0, true) !== MAGIC) {
    throw corrupt('does not begin as a stored forest does');
  }
  const version = view.getInt32(4, true);
  const moreWords = MORE_WORDS[version];
  if (moreWords === undefined) {
    throw new AssayError(
      'MODEL_MISMATCH',
      'failure',
      `The stored model has format version ${version}; this version of Assay reads versions up to ${GRAPH_VERSION}.`,
      { nextStep: 'Open the case with the version of Assay that wrote it, or train again.' },
    );
  }
  const [featureCount, treeCount, sampleSize, shift, nodeCount] = [8, 12, 16, 20, 24].map((at) =>
    view.getInt32(at, true),
  ) as [number, number, number, number, number];
  const headerWords = HEADER_WORDS + moreWords;
  const leaf = moreWords > 0 ? leafForms.find((_, form) => form === view.getInt32(28, true)) : 'path-length';
  const treeBytes = 4 * (headerWords + treeCount + 6 * nodeCount);
  const bodyBytes = bytes.length - DIGEST_BYTES;
  const isWhole = version === GRAPH_VERSION ? bodyBytes > treeBytes : bodyBytes === treeBytes;
  if (treeCount < 0 || nodeCount < 0 || !isWhole) throw corrupt('is cut short');
  const digest = digestOf(bytes.subarray(0, bodyBytes));
  if (digest !== Buffer.from(bytes.subarray(bodyBytes)).toString('hex')) {
    throw corrupt('does not match its SHA-256 digest');
  }

  const isOfScores = version === SCORE_VERSION || version === GRAPH_VERSION;
  if (leaf === undefined || (leaf === 'score') !== isOfScores) throw corrupt('has leaves of an unknown form');
  const top = isOfScores ? { top: view.getFloat64(32, true) } : {};

  let offset = 4 * headerWords;
  const take = (length: number): Int32Array => {
    const words = new Int32Array(length);
    for (let i = 0; i < length; i++, offset += 4) words[i] = view.getInt32(offset, true);
    return words;
  };
  const roots = take(treeCount);
  const feature = take(nodeCount);
  const threshold = new Float32Array(take(nodeCount).buffer);
  const [left, right, units, sampleCount] = [take(nodeCount), take(nodeCount), take(nodeCount), take(nodeCount)];
  const forest = {
    featureCount,
    treeCount,
    sampleSize,
    leaf,
    shift,
    ...top,
    roots,
    feature,
    threshold,
    left,
    right,
    units,
    sampleCount,
    ...(version === GRAPH_VERSION ? { graph: decodeGraph(bytes.subarray(treeBytes, bodyBytes)) } : {}),
  };
  const problem = findStructuralProblem(forest);
  if (problem !== null) throw corrupt(`cannot be walked: ${problem}`);
  return { ...forest, digest };
}

function corrupt(what: string): AssayError {
  return new AssayError('CASE_CORRUPT', 'failure', `The stored model ${what}.`, {
    nextStep: 'Restore the case from a backup, or train again.',
  });
}
