import { TABLE_RECORD, makeAddresses } from './addresses';
import { newSlot, startSlot } from './entities';
import { HOURS } from './habit-figures';
import {
  Engine,
  History,
  Logs,
  NO_KEY,
  Queue,
  QueueState,
  Read,
  Share,
  Slot,
  Squares,
  State,
  Values,
  Window,
} from './layout';
import { Table, engineOf, makePool, reserve, roundUp, take } from './memory';
import { SMALLEST_TABLE, startTable } from './pair-table';
import { columnOf, historyOf } from './rounds';
import { tableOf, windowOf } from './windows';

// What is set up once, by the thread that has the stream.

/** Address of the words that threads wait on. */
export function controlAddress(): usize {
  return changetype<usize>(engineOf());
}

/** Begins in a memory that is empty, or whose stream has ended. */
export function setUp(
  shareBits: u32,
  historyCount: u32,
  featureCount: u32,
  columnCount: u32,
  latenessMs: f64,
  unitsPerOne: f64,
): void {
  const engine = engineOf();
  const at = changetype<usize>(engine);
  if (engine.freeFrom > 0) memory.fill(at, 0, <usize>engine.freeFrom - at);
  engine.freeFrom = <u64>roundUp(<u32>(at + offsetof<Engine>()));
  engine.shareBits = shareBits;
  engine.historyCount = historyCount;
  engine.featureCount = featureCount;
  engine.columnCount = columnCount;
  engine.latenessMs = latenessMs;
  engine.unitsPerOne = unitsPerOne;
  engine.taskCount = historyCount << shareBits;
  engine.nextTask = engine.taskCount;
  engine.doneTasks = engine.taskCount;
  engine.histories = reserve(historyCount << 2);
}

/** Makes room for rounds of so many rows. */
export function reserveRows(rowCapacity: u32): void {
  const engine = engineOf();
  engine.rowCapacity = rowCapacity;
  engine.times = reserve(rowCapacity << 3);
  engine.horizons = reserve(rowCapacity << 3);
  engine.units = reserve(rowCapacity << 3);
  engine.logAmounts = reserve(rowCapacity << 3);
  engine.labels = reserve(rowCapacity);
  engine.hours = reserve(rowCapacity);
  engine.codes = reserve((rowCapacity * engine.columnCount) << 2);
  engine.values = reserve((rowCapacity * engine.featureCount) << 2);
  engine.rowsByShare = reserve((engine.historyCount * (rowCapacity + (1 << engine.shareBits))) << 2);
}

/** Address of a column of rounds: of times, horizons, units, logarithms, labels, hours, features, and of the codes from 7 on. */
export function columnAddress(which: u32): usize {
  const engine = engineOf();
  switch (which) {
    case 0:
      return engine.times;
    case 1:
      return engine.horizons;
    case 2:
      return engine.units;
    case 3:
      return engine.logAmounts;
    case 4:
      return engine.labels;
    case 5:
      return engine.hours;
    case 6:
      return engine.values;
    default:
      return columnOf(engine, which - 7);
  }
}

/** A kind of entity. Fields of events are numbered from the time on (0); a field that is not kept is 0, a second column -1. */
export function addHistory(
  index: u32,
  firstColumn: u32,
  secondColumn: i32,
  amountField: u32,
  labelField: u32,
  logField: u32,
  hourField: u32,
  firstOfField: u32,
  ofCount: u32,
  windowCount: u32,
  readCount: u32,
  spanMs: f64,
): void {
  const history = changetype<History>(reserve(offsetof<History>()));
  store<u32>(engineOf().histories + (index << 2), <u32>changetype<usize>(history));
  history.isPair = secondColumn >= 0 ? 1 : 0;
  history.firstColumn = firstColumn;
  history.secondColumn = secondColumn >= 0 ? secondColumn : firstColumn;
  history.amountField = amountField << 3;
  history.labelField = labelField << 3;
  history.logField = logField << 3;
  history.hourField = hourField << 3;
  history.firstOfField = firstOfField << 3;
  history.ofCount = ofCount;
  history.ofColumns = reserve(ofCount << 2);
  history.eventBytes = (firstOfField + ofCount) << 3;
  history.windowCount = windowCount;
  history.windows = reserve(windowCount * offsetof<Window>());
  history.before = reserve(readCount * offsetof<Read>());
  history.after = reserve(readCount * offsetof<Read>());
  history.queues = reserve(windowCount << 3);
  history.spanMs = spanMs;
}

/** The column whose codes are kept as the `index`-th counted value. */
export function setOfColumn(history: u32, index: u32, column: u32): void {
  store<u32>(historyOf(engineOf(), history).ofColumns + (index << 2), column);
}

/** A window. Its habit, and the window that it is the habit of, are -1 where there are none; so is the counted value. */
export function addWindow(
  historyIndex: u32,
  index: u32,
  lengthMs: f64,
  delayMs: f64,
  most: i32,
  flags: u32,
  counted: i32,
  habit: i32,
  recent: i32,
): void {
  const history = historyOf(engineOf(), historyIndex);
  const window = windowOf(history, index);
  window.index = index;
  window.lengthMs = lengthMs;
  window.delayMs = delayMs;
  window.most = most;
  window.sums = flags & 1;
  window.squares = flags & 2;
  window.labels = flags & 4;
  window.logs = flags & 8;
  window.counts = flags & 16;
  window.hours = flags & 32;
  window.onlyFraud = flags & 64;
  window.ofField = counted < 0 ? 0 : history.firstOfField + (<u32>counted << 3);
  window.isCounting = counted >= 0 || window.hours != 0 ? 1 : 0;
  window.habit = habit < 0 ? 0 : changetype<usize>(windowOf(history, habit));
  window.recent = recent < 0 ? 0 : changetype<usize>(windowOf(history, recent));
  if ((flags & 128) != 0) window.maxQueue = joinQueue(history, window, 1);
  if ((flags & 256) != 0) window.minQueue = joinQueue(history, window, -1);
}

/** The queue of the windows of one delay, made by the first of them, who fills it. */
function joinQueue(history: History, window: Window, sign: f64): usize {
  for (let index: u32 = 0; index < history.queueCount; index++) {
    const at = <usize>load<u32>(history.queues + (index << 2));
    const queue = changetype<Queue>(at);
    if (queue.sign != sign || queue.delayMs != window.delayMs) continue;
    if (window.lengthMs > changetype<Window>(queue.longest).lengthMs) queue.longest = changetype<usize>(window);
    store<u32>(at + offsetof<Queue>() + (queue.memberCount << 2), <u32>changetype<usize>(window));
    queue.memberCount += 1;
    return at;
  }
  const at = reserve(offsetof<Queue>() + (history.windowCount << 2));
  const queue = changetype<Queue>(at);
  queue.sign = sign;
  queue.delayMs = window.delayMs;
  queue.frontField = sign > 0 ? offsetof<State>("maxFront") : offsetof<State>("minFront");
  queue.longest = changetype<usize>(window);
  queue.memberCount = 1;
  store<u32>(at + offsetof<Queue>(), <u32>changetype<usize>(window));
  store<u32>(history.queues + (history.queueCount << 2), <u32>at);
  history.queueCount += 1;
  if (sign > 0) window.fillsMax = 1;
  else window.fillsMin = 1;
  return at;
}

/** A feature; those that do not count the transaction at hand are read before it is added. */
export function addRead(
  historyIndex: u32,
  isAfter: u32,
  kind: i32,
  isLogarithmic: u32,
  column: u32,
  lengthMs: f64,
  window: u32,
  habit: u32,
): void {
  const history = historyOf(engineOf(), historyIndex);
  const count = isAfter != 0 ? history.afterCount : history.beforeCount;
  const read = changetype<Read>((isAfter != 0 ? history.after : history.before) + count * offsetof<Read>());
  read.kind = kind;
  read.isLogarithmic = isLogarithmic;
  read.column = column;
  read.lengthMs = lengthMs;
  read.window = changetype<usize>(windowOf(history, window));
  read.habit = changetype<usize>(windowOf(history, habit));
  if (isAfter != 0) history.afterCount = count + 1;
  else history.beforeCount = count + 1;
}

/** Lays out what an entity has, once all windows and features are known, and makes the shares. */
export function finishHistory(index: u32): void {
  const engine = engineOf();
  const history = historyOf(engine, index);
  let at = offsetof<Slot>();
  for (let each: u32 = 0; each < history.queueCount; each++) {
    changetype<Queue>(<usize>load<u32>(history.queues + (each << 2))).stateAt = <u32>at;
    at += offsetof<QueueState>();
  }
  at = roundUp(<u32>at);
  for (let each: u32 = 0; each < history.windowCount; each++) at = layOut(windowOf(history, each), at);
  history.slotBytes = roundUp(<u32>at);
  const shares: u32 = 1 << engine.shareBits;
  history.shares = reserve(shares << 2);
  for (let each: u32 = 0; each < shares; each++)
    store<u32>(history.shares + (each << 2), <u32>changetype<usize>(makeShare(history)));
}

/** Gives the parts of a window's state their places from `at` on; returns where the next begins. */
function layOut(window: Window, at: usize): usize {
  window.stateAt = <u32>at;
  let part = offsetof<State>();
  if (window.squares != 0) {
    window.squaresAt = <u32>part;
    part += offsetof<Squares>();
  }
  if (window.logs != 0) {
    window.logsAt = <u32>part;
    part += offsetof<Logs>();
  }
  if (window.ofField != 0) {
    window.valuesAt = <u32>part;
    part += offsetof<Values>();
  }
  if (window.hours != 0) {
    window.hoursAt = <u32>part;
    part += HOURS << 2;
  }
  return at + ((part + 7) & ~7);
}

function makeShare(history: History): Share {
  const share = changetype<Share>(reserve(offsetof<Share>()));
  share.history = history;
  share.tablePool = makePool(share, TABLE_RECORD);
  share.logPool = makePool(share, history.eventBytes);
  share.queuePool = makePool(share, 16);
  share.valuePool = makePool(share, 8);
  share.event = take(share, history.eventBytes);
  share.extremes = take(share, history.windowCount << 4);
  share.seen = take(share, history.windowCount << 3);
  share.distinct = take(share, history.windowCount * offsetof<Table>());
  for (let index: u32 = 0; index < history.windowCount; index++) {
    const window = windowOf(history, index);
    if (window.ofField != 0 && window.counts == 0) startTable(tableOf(share, window), share, SMALLEST_TABLE);
  }
  if (history.isPair != 0) {
    share.slotOfPair = take(share, offsetof<Table>());
    startTable(changetype<Table>(share.slotOfPair), share, SMALLEST_TABLE);
  } else share.slotOfCode = makeAddresses(share, 0);
  share.slots = makeAddresses(share, 0);
  share.scratch = newSlot(share);
  startSlot(share, share.scratch, NO_KEY, NO_KEY);
  share.hand = 1;
  return share;
}
