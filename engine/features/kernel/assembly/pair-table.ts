import { NO_KEY, Share } from './layout';
import { Table, allocate, capacityOf, release } from './memory';

// Tables of pairs: linear probing, at most half full; removal closes the gap, so the table never fills with tombstones.

export const SMALLEST_TABLE: u32 = 4;
const ENTRY_BITS: usize = 4;
const ENTRY_BYTES: usize = 16;

export function startTable(table: Table, share: Share, sizeClass: u32): void {
  const capacity = capacityOf(sizeClass);
  table.entries = allocate(share, share.tablePool, sizeClass);
  table.sizeClass = sizeClass;
  table.mask = <u32>capacity - 1;
  memory.fill(table.entries, 0xff, <usize>capacity << ENTRY_BITS);
}

@inline
function homeOf(table: Table, keyA: i32, keyB: i32): u32 {
  return mixed(keyA, keyB) & table.mask;
}

@inline
export function mixed(keyA: i32, keyB: i32): u32 {
  let hash: u32 = (<u32>keyA * 0x9e3779b1) ^ (<u32>keyB * 0x85ebca6b);
  hash = (hash ^ (hash >> 15)) * 0x2c1b3c6d;
  return hash ^ (hash >> 13);
}

/** The entry of a pair, or the empty entry where it would go. */
export function entryOf(table: Table, keyA: i32, keyB: i32): usize {
  let place = homeOf(table, keyA, keyB);
  let at = table.entries + (<usize>place << ENTRY_BITS);
  while (load<i32>(at) != NO_KEY && (load<i32>(at) != keyA || load<i32>(at, 4) != keyB)) {
    place = (place + 1) & table.mask;
    at = table.entries + (<usize>place << ENTRY_BITS);
  }
  return at;
}

/** The value of a pair, 0 where it has none. */
export function pairValue(table: Table, keyA: i32, keyB: i32): i32 {
  const at = entryOf(table, keyA, keyB);
  return load<i32>(at) == NO_KEY ? 0 : load<i32>(at, 8);
}

/** The entry of a pair, made with 0 where it had none. */
export function ownEntryOf(table: Table, share: Share, keyA: i32, keyB: i32): usize {
  let at = entryOf(table, keyA, keyB);
  if (load<i32>(at) != NO_KEY) return at;
  if (table.size * 2 >= table.mask) {
    growTable(table, share);
    at = entryOf(table, keyA, keyB);
  }
  store<i32>(at, keyA);
  store<i32>(at, keyB, 4);
  store<i32>(at, 0, 8);
  table.size += 1;
  return at;
}

function growTable(table: Table, share: Share): void {
  const old = table.entries;
  const oldClass = table.sizeClass;
  startTable(table, share, oldClass + 1);
  const end = old + (<usize>capacityOf(oldClass) << ENTRY_BITS);
  for (let at = old; at < end; at += ENTRY_BYTES) {
    if (load<i32>(at) == NO_KEY) continue;
    memory.copy(entryOf(table, load<i32>(at), load<i32>(at, 4)), at, ENTRY_BYTES);
  }
  release(share.tablePool, old, oldClass);
}

/** Adds to a pair's value (0 where it has none), forgets the pair when it becomes 0, and returns the new value. */
export function addToPair(table: Table, share: Share, keyA: i32, keyB: i32, amount: i32): i32 {
  const at = ownEntryOf(table, share, keyA, keyB);
  const sum = load<i32>(at, 8) + amount;
  store<i32>(at, sum, 8);
  if (sum == 0) removeEntry(table, at);
  return sum;
}

export function removeEntry(table: Table, at: usize): void {
  const entries = table.entries;
  const mask = table.mask;
  let gap = <u32>((at - entries) >> ENTRY_BITS);
  let next = (gap + 1) & mask;
  for (;;) {
    const entry = entries + (<usize>next << ENTRY_BITS);
    const key = load<i32>(entry);
    if (key == NO_KEY) break;
    // An entry may fill the gap only if the gap lies between its home and where it is.
    if (((next - homeOf(table, key, load<i32>(entry, 4))) & mask) >= ((next - gap) & mask)) {
      memory.copy(entries + (<usize>gap << ENTRY_BITS), entry, ENTRY_BYTES);
      gap = next;
    }
    next = (next + 1) & mask;
  }
  store<i32>(entries + (<usize>gap << ENTRY_BITS), NO_KEY);
  table.size -= 1;
}
