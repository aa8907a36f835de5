import type { CompiledForest } from '../../domain/model.ts';

/** Where the kernel finds the forest in its memory; every number is what a function of `assembly/` takes. */
export interface ForestPlan {
  /** Whether `scoreRankedBlock` scores, else `scoreBlock`. */
  readonly isRanked: boolean;
  /** Address of three words per tree: nodes, leaves (0: linked), depth; or of trees of ranks. */
  readonly trees: number;
  readonly treeCount: number;
  /** Address of one word per used feature: its byte offset within a row; three where ranks are compared. */
  readonly columns: number;
  readonly columnCount: number;
  /** Rows that are scored together. */
  readonly blockRows: number;
  readonly rowBytes: number;
  /** Scratch memory for a block of rows. */
  readonly workBytes: number;
  /** First byte behind the forest, a multiple of 64. */
  readonly end: number;
}

export interface ForestLayout {
  readonly plan: ForestPlan;
  /** Writes the forest where its plan says. The memory must be zero there: padding is not written. */
  readonly write: (memory: ArrayBufferLike) => void;
}

export type TreeLayout = 'complete' | 'linked';

/** A tree as it will lie in the kernel's memory. */
interface TreePlan {
  readonly root: number;
  readonly depth: number;
  readonly layout: TreeLayout;
  readonly address: number;
}

/** A layout for `scoreBlock`, which takes every forest. */
interface WalkedLayout extends ForestLayout {
  readonly treePlans: readonly TreePlan[];
}

/** Levels that the kernel compares as a whole: no tree is laid out with fewer. */
const TOP_LEVELS = 3;
const NODE_BYTES = 8;
const LEAF_BYTES = 4;
const LINKED_NODE_BYTES = 16;
/** Seven nodes and eight addresses, rounded up to the alignment of a linked node. */
const LINKED_TOP_BYTES = 96;
const TREE_ENTRY_BYTES = 12;

/** Up to here (12 KiB) a complete tree is the faster one, however empty it is; deeper ones must not take more memory. */
const ALWAYS_COMPLETE_DEPTH = 10;

/** Columns of one block: small enough to stay in the fastest cache beside a tree. */
const BLOCK_BYTES = 16_384;
const ROW_GROUP = 32;
const MOST_BLOCK_ROWS = 256;

export const LARGEST_KEY = 0x7fffffff;
const SMALLEST_KEY = -0x80000000;

/** The layout a tree gets: complete where that is small, linked where a few deep leaves would make it large. */
export function treeLayoutOf(depth: number, nodeCount: number): TreeLayout {
  return depth <= ALWAYS_COMPLETE_DEPTH || completeBytes(depth) <= linkedBytes(nodeCount) ? 'complete' : 'linked';
}

/** Decides where everything lies in the kernel's memory, from byte `start` (a multiple of 64) on. */
export function layOutForest(forest: CompiledForest, start: number): WalkedLayout {
  const usedFeatures = usedFeaturesOf(forest);
  const depths = depthOfEachTree(forest);
  const trees = start;
  const columns = aligned(trees + forest.treeCount * TREE_ENTRY_BYTES);
  let end = aligned(columns + usedFeatures.length * 4);
  const treePlans = Array.from(depths, (treeDepth, tree): TreePlan => {
    const root = forest.roots[tree];
    const nodeCount = (forest.roots[tree + 1] ?? forest.feature.length) - root;
    const depth = Math.max(treeDepth, TOP_LEVELS);
    const layout = treeLayoutOf(depth, nodeCount);
    const address = end;
    end = aligned(end + (layout === 'complete' ? completeBytes(depth) : linkedBytes(nodeCount)));
    return { root, depth, layout, address };
  });
  const blockRows = blockRowsFor(usedFeatures.length);
  const plan = {
    isRanked: false,
    trees,
    treeCount: forest.treeCount,
    columns,
    columnCount: usedFeatures.length,
    blockRows,
    rowBytes: forest.featureCount * 4,
    workBytes: (usedFeatures.length + 1) * blockRows * 4,
    end,
  };
  return { treePlans, plan, write: (memory) => writeForest(forest, plan, treePlans, usedFeatures, memory) };
}

/** Features that some tree splits on, ascending: column k of a block is that of feature k of these. */
export function usedFeaturesOf(forest: CompiledForest): readonly number[] {
  return [...new Set(forest.feature)].filter((feature) => feature >= 0).sort((a, b) => a - b);
}

function writeForest(
  forest: CompiledForest,
  plan: ForestPlan,
  treePlans: readonly TreePlan[],
  usedFeatures: readonly number[],
  memory: ArrayBufferLike,
): void {
  const words = new Int32Array(memory);
  const columnOffset = new Map(usedFeatures.map((feature, column) => [feature, column * plan.blockRows * 4]));
  usedFeatures.forEach((feature, column) => {
    words[plan.columns / 4 + column] = feature * 4;
  });
  const keys = keysOf(forest.threshold);
  const writeSplit = (address: number, node: number): void => {
    words[address / 4] = columnOffset.get(forest.feature[node]) ?? 0;
    words[address / 4 + 1] = keys[node];
  };
  treePlans.forEach((tree, index) => {
    const { address, depth } = tree;
    const entry = (plan.trees + index * TREE_ENTRY_BYTES) / 4;
    const leaves = tree.layout === 'complete' ? address + (2 ** depth - 1) * NODE_BYTES : 0;
    words[entry] = address;
    words[entry + 1] = leaves;
    words[entry + 2] = depth;
    if (tree.layout === 'complete') {
      const write = levelWriter(address, writeSplit);
      fillLevels(forest, tree.root, depth, write, (position, width, leaf) => {
        words.fill(forest.units[leaf], leaves / 4 + position, leaves / 4 + position + width);
      });
    } else {
      writeLinkedTree(forest, tree, words, writeSplit);
    }
  });
}

/**
 * Goes through the first `levels` levels of a tree as if it were complete: each node with its level and its position there. A
 * node on level `levels`, or a leaf above it, is handed to `settle` with the positions on that level it stands for.
 */
export function fillLevels(
  forest: CompiledForest,
  root: number,
  levels: number,
  split: (level: number, position: number, node: number) => void,
  settle: (position: number, width: number, node: number) => void,
): void {
  const visit = (node: number, level: number, position: number): void => {
    const width = 2 ** (levels - level);
    if (level === levels || forest.feature[node] < 0) return settle(position * width, width, node);
    split(level, position, node);
    visit(forest.left[node], level + 1, 2 * position);
    visit(forest.right[node], level + 1, 2 * position + 1);
  };
  visit(root, 0, 0);
}

/** Writes nodes level by level from an address on. */
function levelWriter(
  address: number,
  writeSplit: (address: number, node: number) => void,
): (level: number, position: number, node: number) => void {
  return (level, position, node) => writeSplit(address + (2 ** level - 1 + position) * NODE_BYTES, node);
}

/** Breadth first, so that the nodes most rows pass lie together; siblings are neighbours. */
function writeLinkedTree(
  forest: CompiledForest,
  tree: TreePlan,
  words: Int32Array,
  writeSplit: (address: number, node: number) => void,
): void {
  const queue: number[] = [];
  const firstAddress = tree.address + LINKED_TOP_BYTES;
  const addressOf = (place: number): number => firstAddress + place * LINKED_NODE_BYTES;
  const subtrees = (tree.address + (2 ** TOP_LEVELS - 1) * NODE_BYTES) / 4;
  fillLevels(forest, tree.root, TOP_LEVELS, levelWriter(tree.address, writeSplit), (position, width, node) => {
    words.fill(addressOf(queue.length), subtrees + position, subtrees + position + width);
    queue.push(node);
  });
  for (let place = 0; place < queue.length; place++) {
    const node = queue[place];
    const address = addressOf(place);
    if (forest.feature[node] < 0) {
      words[address / 4 + 1] = LARGEST_KEY;
      words[address / 4 + 2] = address;
      words[address / 4 + 3] = forest.units[node];
    } else {
      writeSplit(address, node);
      words[address / 4 + 2] = addressOf(queue.length);
      queue.push(forest.left[node], forest.right[node]);
    }
  }
}

/** Integers in the order of the floats. Nothing goes left at a threshold that is not a number. */
export function keysOf(thresholds: Float32Array): Int32Array {
  const bits = new Int32Array(thresholds.buffer, thresholds.byteOffset, thresholds.length);
  return bits.map((word, node) => {
    if (Number.isNaN(thresholds[node])) return SMALLEST_KEY;
    const magnitude = word & LARGEST_KEY;
    return word < 0 ? -magnitude : magnitude;
  });
}

export function depthOfEachTree(forest: CompiledForest): Int32Array {
  const depths = new Int32Array(forest.treeCount);
  const depth = new Int32Array(forest.feature.length);
  for (let tree = 0; tree < forest.treeCount; tree++) {
    const end = forest.roots[tree + 1] ?? forest.feature.length;
    for (let node = forest.roots[tree]; node < end; node++) {
      depths[tree] = Math.max(depths[tree], depth[node]);
      if (forest.feature[node] < 0) continue;
      depth[forest.left[node]] = depth[forest.right[node]] = depth[node] + 1;
    }
  }
  return depths;
}

/** Narrow rows: as many as fit the budget; wide rows: one group, whose columns are one cache line or two each. */
function blockRowsFor(columnCount: number): number {
  const rows = Math.floor(BLOCK_BYTES / (4 * Math.max(columnCount, 1)));
  return Math.min(MOST_BLOCK_ROWS, Math.max(ROW_GROUP, rows - (rows % ROW_GROUP)));
}

function completeBytes(depth: number): number {
  return (2 ** depth - 1) * NODE_BYTES + 2 ** depth * LEAF_BYTES;
}

function linkedBytes(nodeCount: number): number {
  return LINKED_TOP_BYTES + nodeCount * LINKED_NODE_BYTES;
}

export function aligned(address: number): number {
  return Math.ceil(address / 64) * 64;
}
