import { refillQueues } from './extreme-queues';
import { readAll } from './features';
import { Logs, Share, Slot, Squares, State, Window } from './layout';
import { capacityOf } from './memory';
import { countValue, exclude, firstAfter, makeRoom, tally, valuesOf, windowOf } from './windows';

// Transactions out of their place are read against a scratch pad.

@inline
export function extremesAt(share: Share, window: Window): usize {
  return share.extremes + (<usize>window.index << 4);
}

function clearScratch(share: Share, window: Window): void {
  const at = share.scratch + window.stateAt;
  const state = changetype<State>(at);
  state.tail = 0;
  state.lead = 0;
  state.amountCount = 0;
  state.fraudCount = 0;
  state.labelledCount = 0;
  state.sumHigh = 0;
  state.sumLow = 0;
  state.oldest = NaN;
  if (window.squares != 0) memory.fill(at + window.squaresAt, 0, offsetof<Squares>());
  if (window.logs != 0) memory.fill(at + window.logsAt, 0, offsetof<Logs>());
  if (window.ofField != 0) {
    const values = valuesOf(window, share.scratch);
    values.distinct = 0;
    values.fresh = 0;
    values.valued = 0;
  }
  store<f64>(extremesAt(share, window), NaN);
  store<f64>(extremesAt(share, window), NaN, 8);
}

function addToScratch(share: Share, window: Window, event: usize): void {
  const history = share.history;
  const at = share.scratch + window.stateAt;
  tally(history, window, at, event, 1);
  if (window.isCounting != 0) countValue(share, window, share.scratch, event, 1);
  changetype<State>(at).lead += 1;
  if ((window.maxQueue | window.minQueue) == 0) return;
  const units = load<f64>(event + history.amountField);
  if (units != units) return;
  const extremes = extremesAt(share, window);
  if (!(load<f64>(extremes) >= units)) store<f64>(extremes, units);
  if (!(load<f64>(extremes, 8) <= units)) store<f64>(extremes, units, 8);
}

/** Reads a transaction without history. */
export function readAlone(share: Share, units: f64, out: usize): void {
  const history = share.history;
  for (let index: u32 = 0; index < history.windowCount; index++) clearScratch(share, windowOf(history, index));
  readScratch(share, share.scratch, -Infinity, units, out);
}

/** Reads a transaction older than its entity's newest at its own time, and puts it into the log there. */
export function insertLate(share: Share, slot: usize, units: f64, out: usize): void {
  const history = share.history;
  const held = changetype<Slot>(slot);
  const eventBytes = history.eventBytes;
  const time = load<f64>(share.event);
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    clearScratch(share, window);
    const upTo = time - window.delayMs;
    const to = firstAfter(history, held, upTo);
    const from = max(firstAfter(history, held, upTo - window.lengthMs), to - window.most);
    const seen = share.seen + (<usize>index << 3);
    store<i32>(seen, from);
    store<i32>(seen, to, 4);
    for (let event = from; event < to; event++) addToScratch(share, window, held.log + <usize>event * eventBytes);
    if (to > from)
      changetype<State>(share.scratch + window.stateAt).oldest = load<f64>(held.log + <usize>from * eventBytes);
  }
  const before = firstAfter(history, held, time) - 1;
  const previous = before < held.logStart ? -Infinity : load<f64>(held.log + <usize>before * eventBytes);
  readScratch(share, slot, previous, units, out);
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    const seen = share.seen + (<usize>index << 3);
    const to = load<i32>(seen, 4);
    for (let event = load<i32>(seen); event < to; event++)
      exclude(share, window, share.scratch, held.log + <usize>event * eventBytes);
  }
  insert(share, slot, time);
}

/** Reads the event at hand against what the scratch pad holds of its entity's past. `slot` has the log of it. */
function readScratch(share: Share, slot: usize, previous: f64, units: f64, out: usize): void {
  const history = share.history;
  const time = load<f64>(share.event);
  share.logSlot = slot;
  share.logBefore = slot == share.scratch ? 0 : firstAfter(history, changetype<Slot>(slot), time);
  readAll(share, history.before, history.beforeCount, share.scratch, time, previous, units, out);
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    if (window.delayMs == 0) addToScratch(share, window, share.event);
  }
  readAll(share, history.after, history.afterCount, share.scratch, time, previous, units, out);
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    if (window.delayMs == 0) exclude(share, window, share.scratch, share.event);
  }
}

/** Puts the event at hand into the log of its entity, and into the windows that it belongs to. */
function insert(share: Share, slot: usize, time: f64): void {
  const history = share.history;
  const eventBytes = history.eventBytes;
  const held = changetype<Slot>(slot);
  if (held.logEnd >= capacityOf(held.logClass)) makeRoom(share, slot);
  const position = firstAfter(history, held, time);
  const to = held.log + <usize>position * eventBytes;
  memory.copy(to + eventBytes, to, <usize>(held.logEnd - position) * eventBytes);
  memory.copy(to, share.event, eventBytes);
  held.logEnd += 1;
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    const state = changetype<State>(slot + window.stateAt);
    state.oldest = NaN;
    state.due = NaN;
    const upTo = held.newest - window.delayMs;
    if (time > upTo) continue;
    const first = state.tail;
    const isFull = state.lead - first >= window.most;
    state.lead += 1;
    if (position < first || (position == first && (isFull || time <= upTo - window.lengthMs))) {
      state.tail += 1;
      continue;
    }
    tally(history, window, changetype<usize>(state), to, 1);
    if (window.isCounting != 0) countValue(share, window, slot, to, 1);
    if (!isFull) continue;
    exclude(share, window, slot, held.log + <usize>first * eventBytes);
    state.tail += 1;
  }
  refillQueues(share, slot);
}
