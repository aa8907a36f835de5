import { Queue, QueueState, Share, Slot, State, Window } from './layout';
import { allocate, capacityOf, release } from './memory';

// Queues of extremes. Every value enters and leaves once, so a step costs amortised O(1).

@inline
function frontOf(queue: Queue, state: usize): i32 {
  return load<i32>(state + queue.frontField);
}

/** Where the address of a queue's `index`-th window lies. */
@inline
function memberOf(queue: Queue, index: u32): Window {
  return changetype<Window>(<usize>load<u32>(changetype<usize>(queue) + offsetof<Queue>() + (index << 2)));
}

/** Adds a value no older than those before. */
export function pushExtreme(queue: Queue, share: Share, slot: usize, time: f64, value: f64): void {
  const held = changetype<QueueState>(slot + queue.stateAt);
  const front = frontOf(queue, slot + changetype<Window>(queue.longest).stateAt);
  const sign = queue.sign;
  const before = held.end;
  let end = before;
  while (end > front && sign * load<f64>(held.block + (<usize>end << 4) - 8) <= sign * value) end -= 1;
  held.end = end;
  if (end < before) {
    for (let index: u32 = 0; index < queue.memberCount; index++) {
      const state = slot + memberOf(queue, index).stateAt;
      if (frontOf(queue, state) > end) store<i32>(state + queue.frontField, end);
    }
  }
  if (end == capacityOf(held.sizeClass)) makeRoomForExtreme(queue, share, slot, held, front);
  const to = held.block + (<usize>held.end << 4);
  store<f64>(to, time);
  store<f64>(to, value, 8);
  held.end += 1;
}

function makeRoomForExtreme(queue: Queue, share: Share, slot: usize, held: QueueState, front: i32): void {
  const from = held.block;
  const oldClass = held.sizeClass;
  if (front < capacityOf(oldClass) / 4) {
    held.block = allocate(share, share.queuePool, oldClass + 1);
    held.sizeClass = oldClass + 1;
  }
  memory.copy(held.block, from + (<usize>front << 4), <usize>(held.end - front) << 4);
  if (held.block != from) release(share.queuePool, from, oldClass);
  held.end -= front;
  for (let index: u32 = 0; index < queue.memberCount; index++) {
    const at = slot + memberOf(queue, index).stateAt + queue.frontField;
    store<i32>(at, load<i32>(at) - front);
  }
}

/** Drops for one window what is not later than a time. */
@inline
export function expireExtremes(queue: Queue, slot: usize, state: usize, time: f64): void {
  const held = changetype<QueueState>(slot + queue.stateAt);
  let front = frontOf(queue, state);
  while (front < held.end && load<f64>(held.block + (<usize>front << 4)) <= time) front += 1;
  store<i32>(state + queue.frontField, front);
}

/** The extreme of a window, NaN where it is empty. */
@inline
export function extremeOf(queue: Queue, slot: usize, state: usize): f64 {
  const held = changetype<QueueState>(slot + queue.stateAt);
  const front = frontOf(queue, state);
  return front < held.end ? load<f64>(held.block + (<usize>front << 4), 8) : NaN;
}

/** Builds the queues of an entity anew, after an event went in between others. */
export function refillQueues(share: Share, slot: usize): void {
  const history = share.history;
  for (let index: u32 = 0; index < history.queueCount; index++) {
    const queue = changetype<Queue>(<usize>load<u32>(history.queues + (index << 2)));
    changetype<QueueState>(slot + queue.stateAt).end = 0;
    for (let member: u32 = 0; member < queue.memberCount; member++)
      store<i32>(slot + memberOf(queue, member).stateAt + queue.frontField, 0);
    const longest = changetype<State>(slot + changetype<Window>(queue.longest).stateAt);
    const log = changetype<Slot>(slot).log;
    for (let event = longest.tail; event < longest.lead; event++) {
      const at = log + <usize>event * history.eventBytes;
      const units = load<f64>(at + history.amountField);
      if (units == units) pushExtreme(queue, share, slot, load<f64>(at), units);
    }
  }
}
