import { impossible } from '../../domain/error.ts';
import type { CompiledForest } from '../../domain/model.ts';
import {
  aligned,
  depthOfEachTree,
  fillLevels,
  keysOf,
  LARGEST_KEY,
  usedFeaturesOf,
  type ForestLayout,
} from './forest-layout.ts';

/** Features whose ranks fill one vector. */
const MOST_FEATURES = 8;
const MOST_RANKS = 65_535;
const LOWEST_RANK = -32_768;
const LARGEST_RANK = 32_767;

/** Levels that are compared at once. */
const TRIPLE_LEVELS = 3;
const TRIPLES = 3;
const LEVELS = TRIPLE_LEVELS * TRIPLES;
/** Trees that need no third triple are walked as fast level by level. */
const FEWEST_LEVELS = TRIPLE_LEVELS * (TRIPLES - 1) + 1;
const TRIPLE_BYTES = 32;
/** Of the first triple of each of the three rows of them, in triples. */
const FIRST_TRIPLES = [0, 1, 9];
const LEAVES = (1 + 8 + 64) * TRIPLE_BYTES;
const TREE_BYTES = 4_416;
/** Address of a byte for each seven bits of a triple's answers. */
const CHILDREN = 64;
const CHILDREN_BYTES = 128;
const COLUMN_ENTRY_BYTES = 12;
/** From a threshold of a triple to the place of its feature. */
const PLACES_AT = 16;

const BLOCK_ROWS = 256;
/** Its ranks and its sum. */
const ROW_WORK_BYTES = 20;

/**
 * How a forest of few features and of trees with seven to nine levels lies in the kernel's memory for `scoreRankedBlock`; null for
 * every other forest.
 */
export function layOutRanked(forest: CompiledForest, start: number): ForestLayout | null {
  if (start !== CHILDREN) impossible(`the kernel looks for children at ${CHILDREN}, not at ${start}`);
  const usedFeatures = usedFeaturesOf(forest);
  const deepest = depthOfEachTree(forest).reduce((most, depth) => Math.max(most, depth), 0);
  if (usedFeatures.length > MOST_FEATURES || deepest < FEWEST_LEVELS || deepest > LEVELS) return null;
  const keys = keysOf(forest.threshold);
  const columnKeys = keysByColumn(forest, usedFeatures, keys);
  if (columnKeys.some(({ length }) => length > MOST_RANKS)) return null;
  const columns = aligned(CHILDREN + CHILDREN_BYTES);
  let end = aligned(columns + usedFeatures.length * COLUMN_ENTRY_BYTES);
  const entries = columnKeys.map(({ length }, column) => {
    const address = end;
    const size = 2 ** Math.ceil(Math.log2(length + 1));
    end = aligned(end + size * 4);
    return [usedFeatures[column] * 4, address, size] as const;
  });
  const plan = {
    isRanked: true,
    trees: end,
    treeCount: forest.treeCount,
    columns,
    columnCount: usedFeatures.length,
    blockRows: BLOCK_ROWS,
    rowBytes: forest.featureCount * 4,
    workBytes: BLOCK_ROWS * ROW_WORK_BYTES,
    end: end + forest.treeCount * TREE_BYTES,
  };
  return {
    plan,
    write: (memory) => {
      new Uint8Array(memory, CHILDREN, CHILDREN_BYTES).set(Uint8Array.from({ length: CHILDREN_BYTES }, childBelow));
      const words = new Int32Array(memory);
      entries.forEach((entry, column) => {
        const [, address, size] = entry;
        words.set(entry, (columns + column * COLUMN_ENTRY_BYTES) / 4);
        words.fill(LARGEST_KEY, address / 4, address / 4 + size);
        words.set(columnKeys[column], address / 4);
      });
      writeTrees(forest, plan.trees, memory, (node) => {
        const column = usedFeatures.indexOf(forest.feature[node]);
        return { column, rank: placeOf(columnKeys[column], keys[node]) + LOWEST_RANK };
      });
    },
  };
}

/** A threshold of a forest: its rank among those of its feature, and the column of that. */
type SplitOf = (node: number) => { readonly column: number; readonly rank: number };

function writeTrees(forest: CompiledForest, trees: number, memory: ArrayBufferLike, splitOf: SplitOf): void {
  const words = new Int32Array(memory);
  const halves = new Int16Array(memory);
  const bytes = new Uint8Array(memory);
  for (let tree = 0; tree < forest.treeCount; tree++) {
    const address = trees + tree * TREE_BYTES;
    // Nothing is greater: where no split is written, and in the eighth place, the answer is no.
    halves.fill(LARGEST_RANK, address / 2, (address + LEAVES) / 2);
    const writeSplit = (level: number, position: number, node: number): void => {
      const within = level % TRIPLE_LEVELS;
      const triple = FIRST_TRIPLES[(level - within) / TRIPLE_LEVELS] + (position >> within);
      const place = 2 ** within - 1 + (position & (2 ** within - 1));
      const start = address + triple * TRIPLE_BYTES + place * 2;
      const { column, rank } = splitOf(node);
      halves[start / 2] = rank;
      bytes[start + PLACES_AT] = column * 2;
      bytes[start + PLACES_AT + 1] = column * 2 + 1;
    };
    fillLevels(forest, forest.roots[tree], LEVELS, writeSplit, (position, width, leaf) => {
      const first = (address + LEAVES) / 4 + position;
      words.fill(forest.units[leaf], first, first + width);
    });
  }
}

/** Where a row goes below three levels, by the answers of their seven nodes, one bit each: the distance of the child's triple. */
function childBelow(_: unknown, answers: number): number {
  const first = answers & 1;
  const second = (answers >> (1 + first)) & 1;
  const third = (answers >> (3 + 2 * first + second)) & 1;
  return (4 * first + 2 * second + third) * TRIPLE_BYTES;
}

/** The different keys of each feature's thresholds, in order. */
function keysByColumn(
  forest: CompiledForest,
  usedFeatures: readonly number[],
  keys: Int32Array,
): readonly Int32Array[] {
  const byColumn = usedFeatures.map((): number[] => []);
  forest.feature.forEach((feature, node) => {
    if (feature >= 0) byColumn[usedFeatures.indexOf(feature)].push(keys[node]);
  });
  return byColumn.map((each) => ascending(Int32Array.from(each)));
}

/** Different numbers, in order. */
function ascending(numbers: Int32Array): Int32Array {
  const sorted = numbers.sort();
  return sorted.filter((number, place) => place === 0 || number !== sorted[place - 1]);
}

/** Where a number stands that is among these. */
function placeOf(sorted: Int32Array, number: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
