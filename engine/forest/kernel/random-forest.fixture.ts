import type { CompiledForest, GrownTree } from '../../domain/model.ts';
import { compileForest } from '../compile.ts';
import { randomStream, type RandomStream } from '../random.ts';

/** How the generated trees branch: every leaf at one depth, at random, or one long path with leaves beside it. */
export type TreeShape = 'full' | 'ragged' | 'left-chain' | 'right-chain' | 'zigzag';
export const treeShapes: readonly TreeShape[] = ['full', 'ragged', 'left-chain', 'right-chain', 'zigzag'];

export interface ForestShape {
  readonly trees: number;
  readonly depth: number;
  readonly features: number;
  readonly shape: TreeShape;
  readonly seed: number;
}

/** Floats at the edges of every comparison. */
const edges = new Float32Array([
  ...[NaN, Infinity, -Infinity, 0, -0, 1, -1, 1.401298464324817e-45, -1.401298464324817e-45],
  ...[1.1754943508222875e-38, 3.4028234663852886e38, -3.4028234663852886e38],
]);
const finiteEdges = edges.filter((value) => Number.isFinite(value));

/** A forest of random splits: not grown from rows, so that every shape can be had. */
export function generateForest(shape: ForestShape): CompiledForest {
  const random = randomStream(shape.seed, 0, 'simulation');
  return compileForest(
    Array.from({ length: shape.trees }, () => generateTree(shape, random)),
    shape.features,
    256,
  );
}

/** Row-major values: edges, thresholds of the forest itself (of any feature) and random ones. */
export function generateRows(forest: CompiledForest, rowCount: number, seed: number): Float32Array {
  const random = randomStream(seed, 1, 'simulation');
  return Float32Array.from({ length: rowCount * forest.featureCount }, () => {
    const kind = random.nextInteger(4);
    if (kind === 0) return edges[random.nextInteger(edges.length)];
    if (kind === 1) return forest.threshold[random.nextInteger(forest.threshold.length)];
    return (random.nextUnit() - 0.5) * 4;
  });
}

function generateTree({ depth, features, shape }: ForestShape, random: RandomStream): GrownTree {
  const feature: number[] = [];
  const threshold: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const open: { readonly depth: number; readonly onPath: boolean; readonly attach: (node: number) => void }[] = [];
  open.push({ depth: 0, onPath: true, attach: () => undefined });
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const node = feature.length;
    place.attach(node);
    const level = place.depth;
    const splits =
      level < depth && (shape === 'full' || (shape === 'ragged' ? random.nextInteger(5) > 0 : place.onPath));
    feature.push(splits ? random.nextInteger(features) : -1);
    threshold.push(
      random.nextInteger(4) === 0 ? finiteEdges[random.nextInteger(finiteEdges.length)] : (random.nextUnit() - 0.5) * 4,
    );
    left.push(-1);
    right.push(-1);
    if (!splits) continue;
    const pathGoesRight = shape === 'right-chain' || (shape === 'zigzag' && level % 2 === 0);
    open.push({ depth: level + 1, onPath: pathGoesRight, attach: (child) => (right[node] = child) });
    open.push({ depth: level + 1, onPath: !pathGoesRight, attach: (child) => (left[node] = child) });
  }
  return {
    feature: Int32Array.from(feature),
    threshold: Float32Array.from(threshold),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    sampleCount: Int32Array.from(feature, () => 1 + random.nextInteger(50)),
  };
}
