/**
 * Scores rows of at most eight features without a gather. Each feature of a row becomes its rank among all thresholds that the
 * forest has for it, and a row is one vector of eight ranks. Three levels of a tree are one vector of seven ranks: the row's
 * are put in the order of their features, all are compared at once, and the bits of the answers name one of eight children.
 *
 * A tree is 73 triples of levels (1, 8 and 64), of 32 bytes each: the ranks of the thresholds, and where in the row's
 * vector their features are. Then the units of its 512 leaves. `ranked-layout.ts` writes it.
 */
import { INFINITY_BITS, LARGEST_KEY } from './keys';

/** Rows that walk down a tree together. */
const GROUP_ROWS: u32 = 16;
const RANKS_BYTES: u32 = 16;
/** Address of a byte for each seven bits of a triple's answers: 32 times the number of the child. */
const CHILDREN: u32 = 64;
const TRIPLE_BYTES: u32 = 32;
const SECOND: u32 = TRIPLE_BYTES;
const THIRD: u32 = SECOND + 8 * TRIPLE_BYTES;
const LEAVES: u32 = THIRD + 64 * TRIPLE_BYTES;
const TREE_BYTES: u32 = 4416;
/** Ranks are unsigned; vectors compare signed numbers. */
const LOWEST_RANK: i32 = -32768;

/** The bits of a float as an integer of the same order; NaN is the largest. */
@inline
function keyOfFloat(bits: i32): i32 {
  const magnitude = bits & LARGEST_KEY;
  const sign = bits >> 31;
  return magnitude > INFINITY_BITS ? LARGEST_KEY : (magnitude ^ sign) - sign;
}

/** How many of `size - 1` ascending keys are less than this one; `size` is a power of two. */
@inline
function rankOf(key: i32, keys: u32, size: u32): u32 {
  let rank: u32 = 0;
  for (let half = size >> 1; half > 0; half >>= 1) {
    const isLess = u32(load<i32>(keys + ((rank + half - 1) << 2)) < key);
    rank += half & (0 - isLess);
  }
  return rank;
}

/** A row's child below three levels, as the distance in bytes of its triple from that of the first child. */
@inline
function childOf(ranks: v128, thresholds: v128, places: v128): u32 {
  // Places are below 16, or of no account.
  const answers = i16x8.gt_s(i8x16.relaxed_swizzle(ranks, places), thresholds);
  return load<u8>(i8x16.bitmask(i8x16.narrow_i16x8_s(answers, i16x8.splat(0))), CHILDREN);
}

/** Rows go down side by side: while one waits for its memory, the others are compared. */
function walk(tree: u32, ranks: u32, end: u32, firstSums: u32): void {
  const thresholds = v128.load(tree);
  const places = v128.load(tree, 16);
  let sums = firstSums;
  for (let row = ranks; row < end; row += GROUP_ROWS * RANKS_BYTES) {
    let n0 = childOf(v128.load(row), thresholds, places);
    let n1 = childOf(v128.load(row, 16), thresholds, places);
    let n2 = childOf(v128.load(row, 32), thresholds, places);
    let n3 = childOf(v128.load(row, 48), thresholds, places);
    let n4 = childOf(v128.load(row, 64), thresholds, places);
    let n5 = childOf(v128.load(row, 80), thresholds, places);
    let n6 = childOf(v128.load(row, 96), thresholds, places);
    let n7 = childOf(v128.load(row, 112), thresholds, places);
    let n8 = childOf(v128.load(row, 128), thresholds, places);
    let n9 = childOf(v128.load(row, 144), thresholds, places);
    let n10 = childOf(v128.load(row, 160), thresholds, places);
    let n11 = childOf(v128.load(row, 176), thresholds, places);
    let n12 = childOf(v128.load(row, 192), thresholds, places);
    let n13 = childOf(v128.load(row, 208), thresholds, places);
    let n14 = childOf(v128.load(row, 224), thresholds, places);
    let n15 = childOf(v128.load(row, 240), thresholds, places);
    for (let triples = tree + SECOND; triples <= tree + THIRD; triples += THIRD - SECOND) {
      n0 = (n0 << 3) + childOf(v128.load(row), v128.load(triples + n0), v128.load(triples + n0, 16));
      n1 = (n1 << 3) + childOf(v128.load(row, 16), v128.load(triples + n1), v128.load(triples + n1, 16));
      n2 = (n2 << 3) + childOf(v128.load(row, 32), v128.load(triples + n2), v128.load(triples + n2, 16));
      n3 = (n3 << 3) + childOf(v128.load(row, 48), v128.load(triples + n3), v128.load(triples + n3, 16));
      n4 = (n4 << 3) + childOf(v128.load(row, 64), v128.load(triples + n4), v128.load(triples + n4, 16));
      n5 = (n5 << 3) + childOf(v128.load(row, 80), v128.load(triples + n5), v128.load(triples + n5, 16));
      n6 = (n6 << 3) + childOf(v128.load(row, 96), v128.load(triples + n6), v128.load(triples + n6, 16));
      n7 = (n7 << 3) + childOf(v128.load(row, 112), v128.load(triples + n7), v128.load(triples + n7, 16));
      n8 = (n8 << 3) + childOf(v128.load(row, 128), v128.load(triples + n8), v128.load(triples + n8, 16));
      n9 = (n9 << 3) + childOf(v128.load(row, 144), v128.load(triples + n9), v128.load(triples + n9, 16));
      n10 = (n10 << 3) + childOf(v128.load(row, 160), v128.load(triples + n10), v128.load(triples + n10, 16));
      n11 = (n11 << 3) + childOf(v128.load(row, 176), v128.load(triples + n11), v128.load(triples + n11, 16));
      n12 = (n12 << 3) + childOf(v128.load(row, 192), v128.load(triples + n12), v128.load(triples + n12, 16));
      n13 = (n13 << 3) + childOf(v128.load(row, 208), v128.load(triples + n13), v128.load(triples + n13, 16));
      n14 = (n14 << 3) + childOf(v128.load(row, 224), v128.load(triples + n14), v128.load(triples + n14, 16));
      n15 = (n15 << 3) + childOf(v128.load(row, 240), v128.load(triples + n15), v128.load(triples + n15, 16));
    }
    store<i32>(sums, load<i32>(sums) + load<i32>(tree + (n0 >> 3), LEAVES));
    store<i32>(sums, load<i32>(sums, 4) + load<i32>(tree + (n1 >> 3), LEAVES), 4);
    store<i32>(sums, load<i32>(sums, 8) + load<i32>(tree + (n2 >> 3), LEAVES), 8);
    store<i32>(sums, load<i32>(sums, 12) + load<i32>(tree + (n3 >> 3), LEAVES), 12);
    store<i32>(sums, load<i32>(sums, 16) + load<i32>(tree + (n4 >> 3), LEAVES), 16);
    store<i32>(sums, load<i32>(sums, 20) + load<i32>(tree + (n5 >> 3), LEAVES), 20);
    store<i32>(sums, load<i32>(sums, 24) + load<i32>(tree + (n6 >> 3), LEAVES), 24);
    store<i32>(sums, load<i32>(sums, 28) + load<i32>(tree + (n7 >> 3), LEAVES), 28);
    store<i32>(sums, load<i32>(sums, 32) + load<i32>(tree + (n8 >> 3), LEAVES), 32);
    store<i32>(sums, load<i32>(sums, 36) + load<i32>(tree + (n9 >> 3), LEAVES), 36);
    store<i32>(sums, load<i32>(sums, 40) + load<i32>(tree + (n10 >> 3), LEAVES), 40);
    store<i32>(sums, load<i32>(sums, 44) + load<i32>(tree + (n11 >> 3), LEAVES), 44);
    store<i32>(sums, load<i32>(sums, 48) + load<i32>(tree + (n12 >> 3), LEAVES), 48);
    store<i32>(sums, load<i32>(sums, 52) + load<i32>(tree + (n13 >> 3), LEAVES), 52);
    store<i32>(sums, load<i32>(sums, 56) + load<i32>(tree + (n14 >> 3), LEAVES), 56);
    store<i32>(sums, load<i32>(sums, 60) + load<i32>(tree + (n15 >> 3), LEAVES), 60);
    sums += GROUP_ROWS * 4;
  }
}

/**
 * Sums the leaf units of `rowCount` rows.
 *
 * @param columns for each feature that the trees use three words: its byte offset within a row, the address of its
 * thresholds' keys, ascending and filled up with the largest, and their number plus one, a power of two.
 * @param blockRows a multiple of eight: rows that `work` has room for.
 * @param values row-major float32 rows, `rowBytes` apart.
 * @param sums receives one i32 per row.
 * @param work scratch memory of `blockRows` times 20 bytes, aligned to 16.
 */
export function scoreRankedBlock(
  trees: u32,
  treeCount: u32,
  columns: u32,
  columnCount: u32,
  blockRows: u32,
  values: u32,
  rowBytes: u32,
  rowCount: u32,
  sums: u32,
  work: u32,
): void {
  const end = work + rowCount * RANKS_BYTES;
  for (let column: u32 = 0; column < columnCount; column++) {
    const entry = columns + column * 12;
    const keys = load<u32>(entry, 4);
    const size = load<u32>(entry, 8);
    let source = values + load<u32>(entry);
    for (let target = work + (column << 1); target < end; target += RANKS_BYTES) {
      store<i16>(target, i16(i32(rankOf(keyOfFloat(load<i32>(source)), keys, size)) + LOWEST_RANK));
      source += rowBytes;
    }
  }
  const blockSums = work + blockRows * RANKS_BYTES;
  memory.fill(blockSums, 0, blockRows << 2);
  for (let tree: u32 = 0; tree < treeCount; tree++) walk(trees + tree * TREE_BYTES, work, end, blockSums);
  memory.copy(sums, blockSums, rowCount << 2);
}
