import type { ForestParameters } from '../domain/model.ts';
import { randomStream } from './random.ts';
import type { RandomStream } from './random.ts';

type SampleParameters = Pick<ForestParameters, 'trees' | 'sample' | 'seed'>;

/** Rows each tree is grown on: `parameters.sample` clipped to the rows there are. */
export function sampleSizeOf(rowCount: number, parameters: Pick<ForestParameters, 'sample'>): number {
  return Math.min(parameters.sample, rowCount);
}

/** The first `count` entries of a Fisher-Yates shuffle of 0 .. bound - 1: `count` distinct integers in draw order. */
export function drawWithoutReplacement(bound: number, count: number, stream: RandomStream): Uint32Array {
  return count * 8 < bound ? shuffleSparsely(bound, count, stream) : shuffleDensely(bound, count, stream);
}

function shuffleDensely(bound: number, count: number, stream: RandomStream): Uint32Array {
  const pool = new Uint32Array(bound);
  for (let i = 0; i < bound; i++) pool[i] = i;
  for (let i = 0; i < count; i++) {
    const chosen = i + stream.nextInteger(bound - i);
    const value = pool[chosen];
    pool[chosen] = pool[i];
    pool[i] = value;
  }
  return count === bound ? pool : pool.slice(0, count);
}

/** The same draws, remembering only the entries of the pool that moved. */
function shuffleSparsely(bound: number, count: number, stream: RandomStream): Uint32Array {
  const moved = new Map<number, number>();
  const drawn = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const chosen = i + stream.nextInteger(bound - i);
    drawn[i] = moved.get(chosen) ?? chosen;
    moved.set(chosen, moved.get(i) ?? i);
  }
  return drawn;
}

/** Row indices of one tree's sub-sample, without replacement, in draw order. Allocates in proportion to the sample. */
export function drawSubSample(rowCount: number, parameters: SampleParameters, treeIndex: number): Uint32Array {
  const stream = randomStream(parameters.seed, treeIndex, 'subSample');
  return drawWithoutReplacement(rowCount, sampleSizeOf(rowCount, parameters), stream);
}

/** Row indices of every tree's sub-sample, so that only those rows need to be read from a case. */
export function drawSubSamples(rowCount: number, parameters: SampleParameters): Uint32Array[] {
  return Array.from({ length: parameters.trees }, (_, treeIndex) => drawSubSample(rowCount, parameters, treeIndex));
}

/** Which rows to gather, and where each tree finds its own among them. */
export interface GatherPlan {
  /** Distinct row indices, ascending: the order in which they are read and gathered. */
  readonly rows: Uint32Array;
  /** Per tree: positions in `rows`, in the tree's draw order. */
  readonly subSamples: readonly Uint32Array[];
}

/** Turns sub-samples of row indices into one ascending list of rows and sub-samples of positions in it. */
export function planGather(subSamples: readonly Uint32Array[]): GatherPlan {
  const all = new Uint32Array(subSamples.reduce((total, rows) => total + rows.length, 0));
  let filled = 0;
  for (const rows of subSamples) {
    all.set(rows, filled);
    filled += rows.length;
  }
  all.sort();
  let distinct = 0;
  for (let i = 0; i < all.length; i++) {
    if (i === 0 || all[i] !== all[i - 1]) all[distinct++] = all[i];
  }
  const rows = all.slice(0, distinct);
  return { rows, subSamples: subSamples.map((sample) => sample.map((row) => positionOf(rows, row))) };
}

function positionOf(ascending: Uint32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
