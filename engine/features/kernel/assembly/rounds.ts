import { slotFor, sweep } from './entities';
import { readAll } from './features';
import { Engine, History, Share, Slot } from './layout';
import { engineOf } from './memory';
import { insertLate, readAlone } from './out-of-order';
import { mixed } from './pair-table';
import { addNewest, advance } from './windows';

// A round of rows is taken in, share by share.

/** The share that an entity belongs to; a transaction without one belongs to the first. */
@inline
export function shareOf(isPair: bool, keyA: i32, keyB: i32, mask: u32): u32 {
  if (keyA < 0 || keyB < 0) return 0;
  return (isPair ? mixed(keyB, keyA) >> 8 : <u32>keyA) & mask;
}

@inline
export function columnOf(engine: Engine, column: u32): usize {
  return engine.codes + ((<usize>column * engine.rowCapacity) << 2);
}

@inline
export function historyOf(engine: Engine, index: u32): History {
  return changetype<History>(<usize>load<u32>(engine.histories + (index << 2)));
}

@inline
export function shareAt(history: History, index: u32): Share {
  return changetype<Share>(<usize>load<u32>(history.shares + (index << 2)));
}

/** Where the rows of a kind of entity lie by share; behind them, where each share ends. */
@inline
export function rowsByShare(engine: Engine, index: u32): usize {
  return engine.rowsByShare + <usize>index * ((engine.rowCapacity + (1 << engine.shareBits)) << 2);
}

/** Puts the rows of a round in the order of their shares, for every kind of entity. */
function sortByShare(engine: Engine): void {
  const shares: u32 = 1 << engine.shareBits;
  const mask = shares - 1;
  const rowCount = engine.rowCount;
  for (let index: u32 = 0; index < engine.historyCount; index++) {
    const history = historyOf(engine, index);
    const isPair = history.isPair != 0;
    const first = columnOf(engine, history.firstColumn);
    const second = columnOf(engine, history.secondColumn);
    const rows = rowsByShare(engine, index);
    const ends = rows + (<usize>engine.rowCapacity << 2);
    memory.fill(ends, 0, <usize>shares << 2);
    for (let row: u32 = 0; row < rowCount; row++) {
      const keyB = isPair ? load<i32>(second + (row << 2)) : 0;
      const at = ends + (shareOf(isPair, load<i32>(first + (row << 2)), keyB, mask) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
    let start: u32 = 0;
    for (let share: u32 = 0; share < shares; share++) {
      const count = load<u32>(ends + (share << 2));
      store<u32>(ends + (share << 2), start);
      start += count;
    }
    for (let row: u32 = 0; row < rowCount; row++) {
      const keyB = isPair ? load<i32>(second + (row << 2)) : 0;
      const at = ends + (shareOf(isPair, load<i32>(first + (row << 2)), keyB, mask) << 2);
      const place = load<u32>(at);
      store<u32>(rows + (<usize>place << 2), row);
      store<u32>(at, place + 1);
    }
  }
}

/** Takes in the rows of one share of one kind of entity, in stream order, and writes their features. */
function work(engine: Engine, task: u32): void {
  const bits = engine.shareBits;
  const index = task >> bits;
  const number = task & ((1 << bits) - 1);
  const history = historyOf(engine, index);
  const share = shareAt(history, number);
  if (bits == 0) return takeRows(engine, share, 0, engine.rowCount);
  const rows = rowsByShare(engine, index);
  const ends = rows + (<usize>engine.rowCapacity << 2);
  const start: u32 = number == 0 ? 0 : load<u32>(ends + ((number - 1) << 2));
  takeRows(engine, share, rows + (<usize>start << 2), load<u32>(ends + (number << 2)) - start);
}

/** `rows` lists them; without, they are the first `count`. */
function takeRows(engine: Engine, share: Share, rows: usize, count: u32): void {
  const history = share.history;
  const isPair = history.isPair != 0;
  const first = columnOf(engine, history.firstColumn);
  const second = columnOf(engine, history.secondColumn);
  const event = share.event;
  const latenessMs = engine.latenessMs;
  const rowBytes = engine.featureCount << 2;
  const ofFields = event + history.firstOfField;
  for (let place: u32 = 0; place < count; place++) {
    const row = rows == 0 ? place : load<u32>(rows + (<usize>place << 2));
    const keyA = load<i32>(first + (row << 2));
    const keyB = isPair ? load<i32>(second + (row << 2)) : 0;
    const time = load<f64>(engine.times + (<usize>row << 3));
    const units = load<f64>(engine.units + (<usize>row << 3));
    store<f64>(event, time);
    if (history.amountField != 0) store<f64>(event + history.amountField, units);
    if (history.labelField != 0) store<f64>(event + history.labelField, <f64>load<u8>(engine.labels + row));
    if (history.logField != 0) store<f64>(event + history.logField, load<f64>(engine.logAmounts + (<usize>row << 3)));
    if (history.hourField != 0) store<f64>(event + history.hourField, <f64>load<i8>(engine.hours + row));
    for (let counted: u32 = 0; counted < history.ofCount; counted++) {
      const column = columnOf(engine, load<u32>(history.ofColumns + (counted << 2)));
      store<f64>(ofFields + (<usize>counted << 3), <f64>load<i32>(column + (row << 2)));
    }
    const out = engine.values + <usize>row * rowBytes;
    const isPlaced =
      keyA >= 0 && keyB >= 0 && time >= load<f64>(engine.horizons + (<usize>row << 3)) && time < Infinity;
    if (!isPlaced) {
      if (keyA < 0 || keyB < 0) share.withoutEntity += 1;
      else if (time - time == 0) share.tooLate += 1;
      else share.withoutTime += 1;
      readAlone(share, units, out);
      continue;
    }
    const slot = slotFor(share, keyA, keyB);
    const newest = changetype<Slot>(slot).newest;
    if (time >= newest) appendInOrder(share, slot, time, newest, units, out);
    else if (time >= newest - latenessMs) {
      share.late += 1;
      insertLate(share, slot, units, out);
    } else {
      share.tooLate += 1;
      readAlone(share, units, out);
    }
  }
  // Two looks per new entity keep the slots below twice those in reach, however many entities come only once.
  const looks = 2 * share.newEntities + <i32>((count + 15) >> 4);
  share.newEntities = 0;
  if (count > 0) sweep(share, load<f64>(engine.horizons + (<usize>(engine.rowCount - 1) << 3)), looks);
}

function appendInOrder(share: Share, slot: usize, time: f64, newest: f64, units: f64, out: usize): void {
  const history = share.history;
  advance(share, slot, time);
  if (history.beforeCount > 0)
    readAll(share, history.before, history.beforeCount, slot, time, newest, units, out);
  addNewest(share, slot);
  share.logSlot = slot;
  share.logBefore = changetype<Slot>(slot).logEnd - 1;
  if (history.afterCount > 0) readAll(share, history.after, history.afterCount, slot, time, newest, units, out);
}

/** Takes in a round on the calling thread alone. */
export function takeRound(rowCount: u32): void {
  const engine = engineOf();
  engine.rowCount = rowCount;
  if (engine.shareBits > 0) sortByShare(engine);
  for (let task: u32 = 0; task < engine.taskCount; task++) work(engine, task);
}

/** Hands a round out to whoever helps, and does of it what nobody else does. It is taken in once all tasks are done. */
export function shareRound(rowCount: u32): void {
  const engine = engineOf();
  const at = changetype<usize>(engine);
  engine.rowCount = rowCount;
  sortByShare(engine);
  atomic.store<u32>(at, 0, offsetof<Engine>("doneTasks"));
  atomic.store<u32>(at, 0, offsetof<Engine>("nextTask"));
  atomic.add<u32>(at, 1, offsetof<Engine>("round"));
  atomic.notify(at + offsetof<Engine>("round"), -1);
  help(engine);
}

/** Does tasks as long as there are some. */
function help(engine: Engine): void {
  const at = changetype<usize>(engine);
  for (;;) {
    const task = atomic.add<u32>(at, 1, offsetof<Engine>("nextTask"));
    if (task >= engine.taskCount) return;
    work(engine, task);
    const done = atomic.add<u32>(at, 1, offsetof<Engine>("doneTasks")) + 1;
    if (done == engine.taskCount) atomic.notify(at + offsetof<Engine>("doneTasks"), -1);
  }
}

/** What a thread that helps does until the engine is closed. */
export function serve(): void {
  const engine = engineOf();
  const at = changetype<usize>(engine);
  for (;;) {
    const round = atomic.load<u32>(at, offsetof<Engine>("round"));
    help(engine);
    if (atomic.load<u32>(at, offsetof<Engine>("isClosed")) != 0) return;
    atomic.wait<i32>(at + offsetof<Engine>("round"), <i32>round, -1);
  }
}
