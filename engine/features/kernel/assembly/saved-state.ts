import { isReclaimable, slotAt, slotFor } from './entities';
import { NO_KEY, Share, Slot } from './layout';
import { engineOf } from './memory';
import { historyOf, shareAt, shareOf } from './rounds';
import { addNewest, advance, dropOld } from './windows';

// What is saved and loaded, by the thread that has the stream, between rounds.

/** Slots that a share has had so far, its scratch pad included. */
export function slotCount(history: u32, share: u32): i32 {
  return shareAt(historyOf(engineOf(), history), share).slotCount;
}

/** A slot whose entity still matters at a time, without the events that do not; 0 where it does not. */
export function slotToSave(history: u32, shareIndex: u32, number: i32, horizon: f64): usize {
  const share = shareAt(historyOf(engineOf(), history), shareIndex);
  const slot = slotAt(share, number);
  if (changetype<Slot>(slot).keyA == NO_KEY || isReclaimable(share, slot, horizon)) return 0;
  dropOld(share, slot);
  return slot;
}

export function firstKey(slot: usize): i32 {
  return changetype<Slot>(slot).keyA;
}

export function secondKey(slot: usize): i32 {
  return changetype<Slot>(slot).keyB;
}

export function eventCount(slot: usize): i32 {
  return changetype<Slot>(slot).logEnd - changetype<Slot>(slot).logStart;
}

/** Address of an entity's oldest event. */
export function eventsAddress(history: u32, slot: usize): usize {
  const held = changetype<Slot>(slot);
  return held.log + <usize>held.logStart * historyOf(engineOf(), history).eventBytes;
}

/** Takes events from where features go otherwise: the next of one entity; aggregates are sums over them, so they are summed again. */
export function loadEvents(historyIndex: u32, keyA: i32, keyB: i32, count: u32): void {
  const engine = engineOf();
  const history = historyOf(engine, historyIndex);
  const share = shareAt(history, shareOf(history.isPair != 0, keyA, keyB, (1 << engine.shareBits) - 1));
  const slot = slotFor(share, keyA, keyB);
  for (let event: u32 = 0; event < count; event++) {
    memory.copy(share.event, engine.values + event * history.eventBytes, history.eventBytes);
    advance(share, slot, load<f64>(share.event));
    addNewest(share, slot);
  }
}

/** Transactions so far that were late (0), too late (1), without time (2) or without entity (3). */
export function misplaced(historyIndex: u32, which: u32): f64 {
  const engine = engineOf();
  const history = historyOf(engine, historyIndex);
  let sum: f64 = 0;
  for (let index: u32 = 0; index < <u32>1 << engine.shareBits; index++)
    sum += load<f64>(changetype<usize>(shareAt(history, index)) + offsetof<Share>("late") + (which << 3));
  return sum;
}

/** Goes on counting from what was saved. */
export function setMisplaced(history: u32, which: u32, count: f64): void {
  store<f64>(changetype<usize>(shareAt(historyOf(engineOf(), history), 0)) + offsetof<Share>("late") + (which << 3), count);
}

/** Bytes that were taken of the memory so far. */
export function memoryBytes(): f64 {
  const engine = engineOf();
  return <f64>(engine.freeFrom - <u64>changetype<usize>(engine));
}
