import { LIMB, addSquare } from './exact-sums';
import { expireExtremes, pushExtreme } from './extreme-queues';
import { addHour } from './habit-figures';
import { History, Logs, Queue, Share, Slot, Squares, State, Values, Window } from './layout';
import { Table, allocate, capacityOf, engineOf, release } from './memory';
import { addToPair, pairValue } from './pair-table';
import { addValue } from './value-counts';

const FRAUD: f64 = 1;
const UNLABELLED: f64 = 255;

// Events enter windows and leave them.

@inline
export function windowOf(history: History, index: u32): Window {
  return changetype<Window>(history.windows + index * offsetof<Window>());
}

@inline
export function tableOf(share: Share, window: Window): Table {
  return changetype<Table>(share.distinct + window.index * offsetof<Table>());
}

@inline
export function valuesOf(window: Window, slot: usize): Values {
  return changetype<Values>(slot + window.stateAt + window.valuesAt);
}

/** Adds an event to, or takes it from, the exact sums of a window. */
@inline
export function tally(history: History, window: Window, at: usize, event: usize, sign: i32): void {
  const state = changetype<State>(at);
  if (window.sums != 0) {
    const units = load<f64>(event + history.amountField);
    if (units == units) {
      state.amountCount += sign;
      let low = state.sumLow + <f64>sign * units;
      if (low >= LIMB) {
        low -= LIMB;
        state.sumHigh += 1;
      } else if (low < 0) {
        low += LIMB;
        state.sumHigh -= 1;
      }
      state.sumLow = low;
      if (window.squares != 0) addSquare(changetype<Squares>(at + window.squaresAt), units, <f64>sign);
    }
  }
  if (window.logs != 0) {
    const logAmount = load<f64>(event + history.logField);
    if (logAmount == logAmount) {
      // Logarithms of amounts are small: their sum is exact in one double, their number stands beside it.
      const logs = changetype<Logs>(at + window.logsAt);
      logs.count += <f64>sign;
      logs.sum += <f64>sign * logAmount;
      addSquare(changetype<Squares>(at + window.logsAt + offsetof<Logs>("high")), logAmount, <f64>sign);
    }
  }
  if (window.labels != 0) {
    const label = load<f64>(event + history.labelField);
    if (label != UNLABELLED) {
      state.labelledCount += sign;
      state.fraudCount += sign * <i32>label;
    }
  }
}

/** Adds an event to, or takes it from, a window's counts by value and by hour. */
export function countValue(share: Share, window: Window, slot: usize, event: usize, sign: i32): void {
  const history = share.history;
  if (window.hours != 0) addHour(slot + window.stateAt + window.hoursAt, <i32>load<f64>(event + history.hourField), sign);
  if (window.ofField == 0) return;
  const code = <i32>load<f64>(event + window.ofField);
  if (code < 0 || (window.onlyFraud != 0 && load<f64>(event + history.labelField) != FRAUD)) return;
  const values = valuesOf(window, slot);
  const number = changetype<Slot>(slot).number;
  values.valued += sign;
  // A window that keeps counts by value is compared with no other, so its list alone knows what is new.
  const count = window.counts != 0
    ? addValue(values, share, code, sign)
    : addToPair(tableOf(share, window), share, number, code, sign);
  if (count != (sign == 1 ? 1 : 0)) return;
  values.distinct += sign;
  if (window.habit != 0 && pairValue(tableOf(share, changetype<Window>(window.habit)), number, code) == 0) values.fresh += sign;
  if (window.recent != 0) {
    const recent = changetype<Window>(window.recent);
    if (pairValue(tableOf(share, recent), number, code) > 0) valuesOf(recent, slot).fresh -= sign;
  }
}

@inline
function include(share: Share, window: Window, slot: usize, event: usize): void {
  const history = share.history;
  tally(history, window, slot + window.stateAt, event, 1);
  if (window.isCounting != 0) countValue(share, window, slot, event, 1);
  if ((window.fillsMax | window.fillsMin) != 0) {
    const units = load<f64>(event + history.amountField);
    if (units == units) {
      if (window.fillsMax != 0) pushExtreme(changetype<Queue>(window.maxQueue), share, slot, load<f64>(event), units);
      if (window.fillsMin != 0) pushExtreme(changetype<Queue>(window.minQueue), share, slot, load<f64>(event), units);
    }
  }
}

@inline
export function exclude(share: Share, window: Window, slot: usize, event: usize): void {
  tally(share.history, window, slot + window.stateAt, event, -1);
  if (window.isCounting != 0) countValue(share, window, slot, event, -1);
}

/** Moves every window of an entity to (time - delay - window, time - delay], over events already in its log. */
export function advance(share: Share, slot: usize, time: f64): void {
  const history = share.history;
  const eventBytes = history.eventBytes;
  const log = changetype<Slot>(slot).log;
  const end = changetype<Slot>(slot).logEnd;
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    const state = changetype<State>(slot + window.stateAt);
    const upTo = time - window.delayMs;
    const from = upTo - window.lengthMs;
    let lead = state.lead;
    // NaN is to be looked up, too.
    if (lead < end && !(state.due > upTo)) {
      let event = log + <usize>lead * eventBytes;
      while (lead < end && load<f64>(event) <= upTo) {
        include(share, window, slot, event);
        lead += 1;
        event += eventBytes;
      }
      state.lead = lead;
      state.due = lead < end ? load<f64>(event) : Infinity;
    }
    let tail = state.tail;
    if (tail < lead) {
      let event = log + <usize>tail * eventBytes;
      let oldest = state.oldest;
      if (oldest != oldest) oldest = load<f64>(event);
      while (oldest <= from || lead - tail > window.most) {
        exclude(share, window, slot, event);
        tail += 1;
        event += eventBytes;
        if (tail == lead) {
          oldest = NaN;
          break;
        }
        oldest = load<f64>(event);
      }
      state.tail = tail;
      state.oldest = oldest;
    }
    if (window.maxQueue != 0) expireExtremes(changetype<Queue>(window.maxQueue), slot, changetype<usize>(state), from);
    if (window.minQueue != 0) expireExtremes(changetype<Queue>(window.minQueue), slot, changetype<usize>(state), from);
  }
}

/** Appends the event at hand, the newest of its entity, to the log and to the windows without delay. */
export function addNewest(share: Share, slot: usize): void {
  const history = share.history;
  const held = changetype<Slot>(slot);
  const time = load<f64>(share.event);
  held.newest = time;
  if (held.logEnd >= capacityOf(held.logClass)) makeRoom(share, slot);
  const end = held.logEnd;
  const to = held.log + <usize>end * history.eventBytes;
  for (let field: u32 = 0; field < history.eventBytes; field += 8) store<f64>(to + field, load<f64>(share.event + field));
  held.logEnd = end + 1;
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    const state = changetype<State>(slot + window.stateAt);
    if (window.delayMs > 0) {
      if (state.lead == end) state.due = time;
      continue;
    }
    include(share, window, slot, to);
    state.lead = end + 1;
  }
}

/** Makes place for one more event: forgets what no window can reach, else moves to a block twice as large. */
export function makeRoom(share: Share, slot: usize): void {
  const history = share.history;
  const held = changetype<Slot>(slot);
  dropOld(share, slot);
  const from = held.log;
  const start = held.logStart;
  const oldClass = held.logClass;
  if (start < capacityOf(oldClass) / 4) {
    held.log = allocate(share, share.logPool, oldClass + 1);
    held.logClass = oldClass + 1;
  }
  memory.copy(held.log, from + <usize>start * history.eventBytes, <usize>(held.logEnd - start) * history.eventBytes);
  if (held.log != from) release(share.logPool, from, oldClass);
  held.logStart = 0;
  held.logEnd -= start;
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const state = changetype<State>(slot + windowOf(history, index).stateAt);
    state.tail -= start;
    state.lead -= start;
  }
}

/** Forgets the events that no window can reach any more, even from the latest place that an event may still take. */
export function dropOld(share: Share, slot: usize): void {
  const history = share.history;
  const held = changetype<Slot>(slot);
  const latest = held.newest - engineOf().latenessMs;
  let start = held.logEnd;
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    const upTo = latest - window.delayMs;
    const byTime = firstAfter(history, held, upTo - window.lengthMs);
    start = min(start, max(byTime, firstAfter(history, held, upTo) - window.most));
  }
  held.logStart = max(start, held.logStart);
}

/** Position in an entity's log of the first event later than a time. */
export function firstAfter(history: History, held: Slot, time: f64): i32 {
  let low = held.logStart;
  let high = held.logEnd;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (load<f64>(held.log + <usize>middle * history.eventBytes) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
