import { Share } from './layout';
import { allocate, capacityOf, release } from './memory';

// Lists of addresses, by blocks of the pool of tables.

export const TABLE_RECORD: u32 = 16;
const ADDRESSES_PER_RECORD: i32 = 4;

@inline
export function addressesIn(sizeClass: u32): i32 {
  return capacityOf(sizeClass) * ADDRESSES_PER_RECORD;
}

/** A list of zeros. */
export function makeAddresses(share: Share, sizeClass: u32): usize {
  const list = allocate(share, share.tablePool, sizeClass);
  memory.fill(list, 0, <usize>addressesIn(sizeClass) << 2);
  return list;
}

/** A longer list that begins with what a list holds, which is given back. */
export function longerAddresses(share: Share, list: usize, oldClass: u32, newClass: u32): usize {
  const longer = makeAddresses(share, newClass);
  memory.copy(longer, list, <usize>addressesIn(oldClass) << 2);
  release(share.tablePool, list, oldClass);
  return longer;
}
