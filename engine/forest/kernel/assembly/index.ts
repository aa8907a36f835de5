/**
 * The scoring kernel, in AssemblyScript: sums of leaf units for one block of rows over all trees.
 *
 * Floats are compared as integer keys that have the same order (see `keyOf`), so that -0 equals 0 and NaN lies above
 * every threshold. A block of rows is first turned into columns of keys. Then 32 rows walk down a tree together, in
 * eight vectors of four: no row waits for another row's memory.
 *
 * A node is 8 bytes: the byte offset of its feature's column in the block, and the key of its threshold. A tree is
 *   complete: 2^depth - 1 nodes level by level, and the units of its 2^depth leaves at `leaves`; or
 *   linked (leaves = 0): 7 nodes for three levels, the addresses of their 8 subtrees, and nodes of 16 bytes: column,
 *   key, address of the left child (the right one follows it), units. A leaf is its own left child, below which no
 *   key goes.
 * `forest-layout.ts` writes both; every depth is at least three.
 */

import { INFINITY_BITS, LARGEST_KEY } from './keys';

export { scoreRankedBlock } from './ranked';

/** Rows that walk down a tree together. */
const GROUP_BYTES: u32 = 32 * 4;

/** Four float32 to keys: the magnitude with the sign of the float; NaN is the largest key. */
@inline
function keyOf(floats: v128): v128 {
  const magnitude = v128.and(floats, i32x4.splat(LARGEST_KEY));
  const sign = i32x4.shr_s(floats, 31);
  const key = i32x4.sub(v128.xor(magnitude, sign), sign);
  return v128.bitselect(i32x4.splat(LARGEST_KEY), key, i32x4.gt_s(magnitude, i32x4.splat(INFINITY_BITS)));
}

/** Four numbers from four addresses. */
@inline
function gather(a: u32, b: u32, c: u32, d: u32): v128 {
  let numbers = v128.load32_zero(a);
  numbers = v128.load_lane<u32>(b, numbers, 1);
  numbers = v128.load_lane<u32>(c, numbers, 2);
  return v128.load_lane<u32>(d, numbers, 3);
}

/** -1 in each lane whose row goes right at the nodes a, b, c, d. */
@inline
function goesRight(a: u32, b: u32, c: u32, d: u32, rows: u32): v128 {
  const thresholds = gather(a + 4, b + 4, c + 4, d + 4);
  const keys = gather(
    load<u32>(a) + rows,
    load<u32>(b) + rows + 4,
    load<u32>(c) + rows + 8,
    load<u32>(d) + rows + 12,
  );
  return i32x4.gt_s(keys, thresholds);
}

/** -1 in each lane whose row goes right at one node that all four rows stand on. */
@inline
function allAt(node: u32, rows: u32): v128 {
  return i32x4.gt_s(v128.load(load<u32>(node) + rows), v128.load32_splat(node, 4));
}

/** The first three levels without a gather: all seven nodes are compared. Gives 0 to 7 in each lane. */
@inline
function throughTop(nodes: u32, rows: u32): v128 {
  const first = allAt(nodes, rows);
  const second = v128.bitselect(allAt(nodes + 16, rows), allAt(nodes + 8, rows), first);
  const third = v128.bitselect(
    v128.bitselect(allAt(nodes + 48, rows), allAt(nodes + 40, rows), second),
    v128.bitselect(allAt(nodes + 32, rows), allAt(nodes + 24, rows), second),
    first,
  );
  const two = i32x4.add(i32x4.shl(first, 1), second);
  return i32x4.neg(i32x4.add(i32x4.shl(two, 1), third));
}

/** One level of a complete tree: positions within the level become positions within the next. */
@inline
function down(position: v128, level: u32, rows: u32): v128 {
  const right = goesRight(
    level + (i32x4.extract_lane(position, 0) << 3),
    level + (i32x4.extract_lane(position, 1) << 3),
    level + (i32x4.extract_lane(position, 2) << 3),
    level + (i32x4.extract_lane(position, 3) << 3),
    rows,
  );
  return i32x4.sub(i32x4.shl(position, 1), right);
}

/** Numbers from a table of 32-bit numbers. */
@inline
function lookUp(table: u32, position: v128): v128 {
  return gather(
    table + (i32x4.extract_lane(position, 0) << 2),
    table + (i32x4.extract_lane(position, 1) << 2),
    table + (i32x4.extract_lane(position, 2) << 2),
    table + (i32x4.extract_lane(position, 3) << 2),
  );
}

/** One step down a linked tree: addresses of nodes become addresses of their children. */
@inline
function follow(node: v128, rows: u32): v128 {
  const a = i32x4.extract_lane(node, 0);
  const b = i32x4.extract_lane(node, 1);
  const c = i32x4.extract_lane(node, 2);
  const d = i32x4.extract_lane(node, 3);
  const right = goesRight(a, b, c, d, rows);
  return i32x4.sub(gather(a + 8, b + 8, c + 8, d + 8), i32x4.shl(right, 4));
}

@inline
function unitsAt(leaf: v128): v128 {
  return gather(
    i32x4.extract_lane(leaf, 0) + 12,
    i32x4.extract_lane(leaf, 1) + 12,
    i32x4.extract_lane(leaf, 2) + 12,
    i32x4.extract_lane(leaf, 3) + 12,
  );
}

@inline
function addTo(sums: u32, units: v128): void {
  v128.store(sums, i32x4.add(v128.load(sums), units));
}

function walkComplete(nodes: u32, leaves: u32, depth: u32, block: u32, end: u32, firstSums: u32): void {
  const lastLevelBytes: u32 = 8 << (depth - 1);
  let sums = firstSums;
  for (let rows = block; rows < end; rows += GROUP_BYTES) {
    let p0 = throughTop(nodes, rows);
    let p1 = throughTop(nodes, rows + 16);
    let p2 = throughTop(nodes, rows + 32);
    let p3 = throughTop(nodes, rows + 48);
    let p4 = throughTop(nodes, rows + 64);
    let p5 = throughTop(nodes, rows + 80);
    let p6 = throughTop(nodes, rows + 96);
    let p7 = throughTop(nodes, rows + 112);
    let level = nodes + 56;
    for (let levelBytes: u32 = 64; levelBytes <= lastLevelBytes; levelBytes <<= 1) {
      p0 = down(p0, level, rows);
      p1 = down(p1, level, rows + 16);
      p2 = down(p2, level, rows + 32);
      p3 = down(p3, level, rows + 48);
      p4 = down(p4, level, rows + 64);
      p5 = down(p5, level, rows + 80);
      p6 = down(p6, level, rows + 96);
      p7 = down(p7, level, rows + 112);
      level += levelBytes;
    }
    addTo(sums, lookUp(leaves, p0));
    addTo(sums + 16, lookUp(leaves, p1));
    addTo(sums + 32, lookUp(leaves, p2));
    addTo(sums + 48, lookUp(leaves, p3));
    addTo(sums + 64, lookUp(leaves, p4));
    addTo(sums + 80, lookUp(leaves, p5));
    addTo(sums + 96, lookUp(leaves, p6));
    addTo(sums + 112, lookUp(leaves, p7));
    sums += GROUP_BYTES;
  }
}

function walkLinked(nodes: u32, depth: u32, block: u32, end: u32, firstSums: u32): void {
  const subtrees = nodes + 56;
  let sums = firstSums;
  for (let rows = block; rows < end; rows += GROUP_BYTES) {
    let n0 = lookUp(subtrees, throughTop(nodes, rows));
    let n1 = lookUp(subtrees, throughTop(nodes, rows + 16));
    let n2 = lookUp(subtrees, throughTop(nodes, rows + 32));
    let n3 = lookUp(subtrees, throughTop(nodes, rows + 48));
    let n4 = lookUp(subtrees, throughTop(nodes, rows + 64));
    let n5 = lookUp(subtrees, throughTop(nodes, rows + 80));
    let n6 = lookUp(subtrees, throughTop(nodes, rows + 96));
    let n7 = lookUp(subtrees, throughTop(nodes, rows + 112));
    // Addresses only change while a row is above its leaf, so equal sums of them before and after mean the end.
    for (let step: u32 = 3; step < depth; step++) {
      const m0 = follow(n0, rows);
      let moved = v128.xor(n0, m0);
      n0 = m0;
      const m1 = follow(n1, rows + 16);
      moved = v128.or(moved, v128.xor(n1, m1));
      n1 = m1;
      const m2 = follow(n2, rows + 32);
      moved = v128.or(moved, v128.xor(n2, m2));
      n2 = m2;
      const m3 = follow(n3, rows + 48);
      moved = v128.or(moved, v128.xor(n3, m3));
      n3 = m3;
      const m4 = follow(n4, rows + 64);
      moved = v128.or(moved, v128.xor(n4, m4));
      n4 = m4;
      const m5 = follow(n5, rows + 80);
      moved = v128.or(moved, v128.xor(n5, m5));
      n5 = m5;
      const m6 = follow(n6, rows + 96);
      moved = v128.or(moved, v128.xor(n6, m6));
      n6 = m6;
      const m7 = follow(n7, rows + 112);
      moved = v128.or(moved, v128.xor(n7, m7));
      n7 = m7;
      if (!v128.any_true(moved)) break;
    }
    addTo(sums, unitsAt(n0));
    addTo(sums + 16, unitsAt(n1));
    addTo(sums + 32, unitsAt(n2));
    addTo(sums + 48, unitsAt(n3));
    addTo(sums + 64, unitsAt(n4));
    addTo(sums + 80, unitsAt(n5));
    addTo(sums + 96, unitsAt(n6));
    addTo(sums + 112, unitsAt(n7));
    sums += GROUP_BYTES;
  }
}

/** Turns row-major floats into columns of keys; up to three rows behind the last are read and ignored. */
function toColumns(
  columns: u32,
  columnCount: u32,
  columnBytes: u32,
  values: u32,
  rowBytes: u32,
  rowCount: u32,
  block: u32,
): void {
  for (let column: u32 = 0; column < columnCount; column++) {
    let source = values + load<u32>(columns + (column << 2));
    const start = block + column * columnBytes;
    const end = start + (rowCount << 2);
    for (let target = start; target < end; target += 16) {
      const floats = gather(source, source + rowBytes, source + 2 * rowBytes, source + 3 * rowBytes);
      v128.store(target, keyOf(floats));
      source += 4 * rowBytes;
    }
  }
}

/**
 * Sums the leaf units of up to `blockRows` rows.
 *
 * @param trees per tree three words: address of the nodes, address of the leaves (0: linked), depth.
 * @param columns byte offsets within a row of the features that the trees use, one word each.
 * @param blockRows a multiple of 32: the distance of two columns in the block.
 * @param values row-major float32 rows, `rowBytes` apart; four rows more may be read.
 * @param sums receives one i32 per row.
 * @param work scratch memory of (columnCount + 1) * blockRows words, aligned to 16.
 */
export function scoreBlock(
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
  const columnBytes = blockRows << 2;
  toColumns(columns, columnCount, columnBytes, values, rowBytes, rowCount, work);
  const end = work + (rowCount << 2);
  const blockSums = work + columnCount * columnBytes;
  memory.fill(blockSums, 0, columnBytes);
  for (let tree: u32 = 0; tree < treeCount; tree++) {
    const entry = trees + tree * 12;
    const leaves = load<u32>(entry, 4);
    if (leaves != 0) {
      walkComplete(load<u32>(entry), leaves, load<u32>(entry, 8), work, end, blockSums);
    } else {
      walkLinked(load<u32>(entry), load<u32>(entry, 8), work, end, blockSums);
    }
  }
  memory.copy(sums, blockSums, rowCount << 2);
}
