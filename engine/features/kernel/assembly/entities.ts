import { addressesIn, longerAddresses } from './addresses';
import { NO_KEY, Queue, QueueState, Share, Slot, State } from './layout';
import { Table, allocate, engineOf, release, take } from './memory';
import { entryOf, ownEntryOf, pairValue, removeEntry } from './pair-table';
import { startValues } from './value-counts';
import { countValue, valuesOf, windowOf } from './windows';

// Entities come and go.

export function slotFor(share: Share, keyA: i32, keyB: i32): usize {
  const history = share.history;
  let place: usize;
  if (history.isPair != 0) {
    const pairs = changetype<Table>(share.slotOfPair);
    const known = <usize><u32>pairValue(pairs, keyA, keyB);
    if (known != 0) return known;
    place = ownEntryOf(pairs, share, keyA, keyB) + 8;
  } else {
    const index = keyA >> <i32>engineOf().shareBits;
    if (index >= addressesIn(share.codeClass)) {
      let sizeClass = share.codeClass + 1;
      while (index >= addressesIn(sizeClass)) sizeClass += 1;
      share.slotOfCode = longerAddresses(share, share.slotOfCode, share.codeClass, sizeClass);
      share.codeClass = sizeClass;
    }
    place = share.slotOfCode + (<usize>index << 2);
    const known = <usize>load<u32>(place);
    if (known != 0) return known;
  }
  share.newEntities += 1;
  let slot = share.freeSlots;
  if (slot == 0) slot = newSlot(share);
  else share.freeSlots = changetype<Slot>(slot).nextFree;
  store<u32>(place, <u32>slot);
  startSlot(share, slot, keyA, keyB);
  return slot;
}

export function newSlot(share: Share): usize {
  const slot = take(share, share.history.slotBytes);
  const number = share.slotCount;
  if (number == addressesIn(share.slotClass)) {
    share.slots = longerAddresses(share, share.slots, share.slotClass, share.slotClass + 1);
    share.slotClass += 1;
  }
  store<u32>(share.slots + (<usize>number << 2), <u32>slot);
  changetype<Slot>(slot).number = number;
  share.slotCount = number + 1;
  return slot;
}

export function startSlot(share: Share, slot: usize, keyA: i32, keyB: i32): void {
  const history = share.history;
  const held = changetype<Slot>(slot);
  const number = held.number;
  memory.fill(slot, 0, history.slotBytes);
  held.number = number;
  held.keyA = keyA;
  held.keyB = keyB;
  held.newest = -Infinity;
  held.log = allocate(share, share.logPool, 0);
  for (let index: u32 = 0; index < history.queueCount; index++) {
    const queue = changetype<Queue>(<usize>load<u32>(history.queues + (index << 2)));
    changetype<QueueState>(slot + queue.stateAt).block = allocate(share, share.queuePool, 0);
  }
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    const state = changetype<State>(slot + window.stateAt);
    state.oldest = NaN;
    state.due = Infinity;
    if (window.counts != 0) startValues(valuesOf(window, slot), share);
  }
}

@inline
export function isReclaimable(share: Share, slot: usize, horizon: f64): bool {
  return changetype<Slot>(slot).newest <= horizon - share.history.spanMs;
}

@inline
export function slotAt(share: Share, number: i32): usize {
  return <usize>load<u32>(share.slots + (<usize>number << 2));
}

/** Looks at the next few entities in turn and reclaims those that no window can reach any more. */
export function sweep(share: Share, horizon: f64, looks: i32): void {
  for (let step = 0; step < looks && step < share.slotCount; step++) {
    share.hand = share.hand + 1 < share.slotCount ? share.hand + 1 : 1;
    if (share.hand >= share.slotCount) continue;
    const slot = slotAt(share, share.hand);
    if (changetype<Slot>(slot).keyA != NO_KEY && isReclaimable(share, slot, horizon)) reclaim(share, slot);
  }
}

function reclaim(share: Share, slot: usize): void {
  const history = share.history;
  const held = changetype<Slot>(slot);
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    const state = changetype<State>(slot + window.stateAt);
    // Only what is counted for all entities together has to be taken back.
    if (window.ofField != 0 && window.counts == 0)
      for (let event = state.tail; event < state.lead; event++)
        countValue(share, window, slot, held.log + <usize>event * history.eventBytes, -1);
    if (window.counts != 0) release(share.valuePool, valuesOf(window, slot).block, valuesOf(window, slot).sizeClass);
  }
  release(share.logPool, held.log, held.logClass);
  for (let index: u32 = 0; index < history.queueCount; index++) {
    const queue = changetype<Queue>(<usize>load<u32>(history.queues + (index << 2)));
    const state = changetype<QueueState>(slot + queue.stateAt);
    release(share.queuePool, state.block, state.sizeClass);
  }
  if (history.isPair != 0) {
    const pairs = changetype<Table>(share.slotOfPair);
    removeEntry(pairs, entryOf(pairs, held.keyA, held.keyB));
  } else store<u32>(share.slotOfCode + (<usize>(held.keyA >> <i32>engineOf().shareBits) << 2), 0);
  held.keyA = NO_KEY;
  held.nextFree = share.freeSlots;
  share.freeSlots = slot;
}
