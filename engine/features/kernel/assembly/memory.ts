import { Engine, Share } from './layout';

/** Throws: the memory is at its end. */
@external("env", "outOfMemory")
declare function outOfMemory(): void;

// Memory: a bump pointer that all threads move, chunks of it that belong to one share, and blocks that are used again.

const CLASSES: u32 = 26;
const SMALLEST_CHUNK: u32 = 1 << 14;
const LARGEST_CHUNK: u32 = 1 << 20;
/** What a page of memory holds, and where the last of them ends. */
const PAGE_BITS: u64 = 16;
const MEMORY_END: u64 = 0xffff0000;
const LINE: u32 = 64;

/** Blocks of records: capacities are powers of two times 4. Behind its one field lie the first free block of each size. */
@unmanaged
class Pool {
  recordBytes: u32;
}

/** A hash table from pairs of whole numbers (the first at least 0) to whole numbers. */
@unmanaged
export class Table {
  entries: usize;
  sizeClass: u32;
  mask: u32;
  size: u32;
}

@inline
export function roundUp(bytes: u32): u32 {
  return (bytes + LINE - 1) & ~(LINE - 1);
}

@inline
export function engineOf(): Engine {
  return changetype<Engine>(<usize>roundUp(<u32>__heap_base));
}

/** Bytes of the common memory, zeros, on a line of their own. */
export function reserve(bytes: u32): usize {
  const size = (<u64>bytes + LINE - 1) & ~(<u64>LINE - 1);
  const at = atomic.add<u64>(changetype<usize>(engineOf()) + offsetof<Engine>("freeFrom"), size);
  const end = at + size;
  if (end > MEMORY_END) outOfMemory();
  for (;;) {
    const pages = <u64>memory.size();
    if (pages << PAGE_BITS >= end) break;
    const missing = <i32>(((end - 1) >> PAGE_BITS) + 1 - pages);
    // More than is missing, so that it seldom grows; just that where there is no more.
    const wanted = min(max(missing, <i32>(pages >> 2)), <i32>((MEMORY_END >> PAGE_BITS) - pages));
    if (memory.grow(wanted) < 0 && memory.grow(missing) < 0) outOfMemory();
  }
  return <usize>at;
}

/** Bytes for one share, unspecified where they were used before. */
export function take(share: Share, bytes: u32): usize {
  const size = roundUp(bytes);
  if (share.chunkEnd - share.chunk < size) {
    const chunk = min(LARGEST_CHUNK, max(SMALLEST_CHUNK, roundUp(share.takenBytes >> 2)));
    if (size > chunk >> 2) {
      share.takenBytes += size;
      return reserve(size);
    }
    share.chunk = reserve(chunk);
    share.chunkEnd = share.chunk + chunk;
    share.takenBytes += chunk;
  }
  const at = share.chunk;
  share.chunk = at + size;
  return at;
}

export function makePool(share: Share, recordBytes: u32): usize {
  const pool = take(share, offsetof<Pool>() + 4 * CLASSES);
  changetype<Pool>(pool).recordBytes = recordBytes;
  return pool;
}

@inline
export function capacityOf(sizeClass: u32): i32 {
  return 4 << sizeClass;
}

/** A block of `4 * 2^sizeClass` records with unspecified contents. */
export function allocate(share: Share, pool: usize, sizeClass: u32): usize {
  const first = pool + offsetof<Pool>() + (sizeClass << 2);
  const freed = load<u32>(first);
  if (freed != 0) {
    store<u32>(first, load<u32>(freed));
    return freed;
  }
  const bytes = <u64>changetype<Pool>(pool).recordBytes << (sizeClass + 2);
  if (sizeClass >= CLASSES || bytes >= MEMORY_END) outOfMemory();
  return take(share, <u32>bytes);
}

export function release(pool: usize, block: usize, sizeClass: u32): void {
  const first = pool + offsetof<Pool>() + (sizeClass << 2);
  store<u32>(block, load<u32>(first));
  store<u32>(first, <u32>block);
}
