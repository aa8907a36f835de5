import { Share, Values } from './layout';
import { allocate, capacityOf, release } from './memory';

// How often each value occurs: a short list for an entity, no longer than the events that its window may hold.

export function startValues(values: Values, share: Share): void {
  values.block = allocate(share, share.valuePool, 0);
  values.sizeClass = 0;
  values.length = 0;
}

/** Where a value of the list lies, or the end of it. */
@inline
function placeOfValue(values: Values, value: i32): usize {
  const end = values.block + (<usize>values.length << 3);
  let place = values.block;
  while (place < end && load<i32>(place) != value) place += 8;
  return place;
}

/** Adds one occurrence of a value, or takes one away; returns how often it occurs then. */
export function addValue(values: Values, share: Share, value: i32, sign: i32): i32 {
  const place = placeOfValue(values, value);
  const end = values.block + (<usize>values.length << 3);
  if (place == end) {
    appendValue(values, share, value);
    return 1;
  }
  const count = load<i32>(place, 4) + sign;
  store<i32>(place, count, 4);
  if (count > 0) return count;
  store<u64>(place, load<u64>(end - 8));
  values.length -= 1;
  return 0;
}

function appendValue(values: Values, share: Share, value: i32): void {
  const oldClass = values.sizeClass;
  if (values.length == capacityOf(oldClass)) {
    const from = values.block;
    values.block = allocate(share, share.valuePool, oldClass + 1);
    memory.copy(values.block, from, <usize>values.length << 3);
    release(share.valuePool, from, oldClass);
    values.sizeClass = oldClass + 1;
  }
  const place = values.block + (<usize>values.length << 3);
  store<i32>(place, value);
  store<i32>(place, 1, 4);
  values.length += 1;
}

/** Occurrences of all values that occur no more often than this one: 0 where it does not occur. */
export function valuesNotAbove(values: Values, value: i32): f64 {
  const end = values.block + (<usize>values.length << 3);
  const place = placeOfValue(values, value);
  const own = place == end ? 0 : load<i32>(place, 4);
  let sum = 0;
  for (let other = values.block; other < end; other += 8) {
    const count = load<i32>(other, 4);
    if (count <= own) sum += count;
  }
  return <f64>sum;
}
