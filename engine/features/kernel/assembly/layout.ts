import { rowsByShare } from './rounds';
import { slotCount } from './saved-state';

/** No key: the slot is free. */
export const NO_KEY: i32 = -1;

/** What is handed from one thread to another, and the columns of a round. The first words are those that threads wait on. */
@unmanaged
export class Engine {
  /** Grows with every round that is handed out. */
  round: u32;
  nextTask: u32;
  doneTasks: u32;
  isClosed: u32;
  hasFailed: u32;
  /** Threads that help, or were asked to and have not begun. */
  servants: u32;
  taskCount: u32;
  rowCount: u32;
  shareBits: u32;
  historyCount: u32;
  featureCount: u32;
  columnCount: u32;
  rowCapacity: u32;
  /** Address of each history. */
  histories: usize;
  times: usize;
  horizons: usize;
  units: usize;
  logAmounts: usize;
  labels: usize;
  hours: usize;
  codes: usize;
  values: usize;
  /** By history: rows in the order of their shares, and behind them where each share begins. */
  rowsByShare: usize;
  latenessMs: f64;
  unitsPerOne: f64;
  /** The first byte that nobody has taken. */
  freeFrom: u64;
}

/** One kind of entity: what is kept of an event, the windows, and what is read of them. */
@unmanaged
export class History {
  isPair: u32;
  firstColumn: u32;
  secondColumn: u32;
  eventBytes: u32;
  /** Places of fields in an event, in bytes; 0 (the time's) where they are not kept. */
  amountField: u32;
  labelField: u32;
  logField: u32;
  hourField: u32;
  firstOfField: u32;
  ofCount: u32;
  ofColumns: usize;
  windowCount: u32;
  windows: usize;
  beforeCount: u32;
  before: usize;
  afterCount: u32;
  after: usize;
  queueCount: u32;
  queues: usize;
  slotBytes: u32;
  hasExtremes: u32;
  spanMs: f64;
  /** Address of what each share has. */
  shares: usize;
}

/** A window of one kind of entity. */
@unmanaged
export class Window {
  lengthMs: f64;
  delayMs: f64;
  /** The most events it holds, the newest first. */
  most: i32;
  index: u32;
  sums: u32;
  squares: u32;
  labels: u32;
  logs: u32;
  counts: u32;
  hours: u32;
  onlyFraud: u32;
  isCounting: u32;
  /** Place of the value that is counted among an event's fields, in bytes, or 0. */
  ofField: u32;
  /** Windows whose values are compared with this one's, or 0. */
  habit: usize;
  recent: usize;
  /** Queues of its extremes, or 0, and whether it is this window that fills them. */
  maxQueue: usize;
  minQueue: usize;
  fillsMax: u32;
  fillsMin: u32;
  /** Where an entity's state of this window lies from the start of its slot, and parts of it from the start of the state. */
  stateAt: u32;
  squaresAt: u32;
  logsAt: u32;
  valuesAt: u32;
  hoursAt: u32;
}

/**
 * The values of windows of one delay that may still become their extreme, the longest window's first: a window's extreme is the
 * first that is not too old for it.
 */
@unmanaged
export class Queue {
  /** 1 keeps the largest in front, -1 the smallest. */
  sign: f64;
  delayMs: f64;
  /** Where the queue of an entity lies from the start of its slot. */
  stateAt: u32;
  /** Place of a window's own front within its state. */
  frontField: u32;
  longest: usize;
  memberCount: u32;
  pad: u32;
}

/** One feature, by the window it reads and the column that it fills. */
@unmanaged
export class Read {
  kind: i32;
  isLogarithmic: u32;
  column: u32;
  pad: u32;
  lengthMs: f64;
  window: usize;
  /** The window of what is usual, where the feature is measured against one; else the same. */
  habit: usize;
}

/** What one entity has: its keys, its events, and behind these its queues and the state of each window. */
@unmanaged
export class Slot {
  keyA: i32;
  keyB: i32;
  log: usize;
  logClass: u32;
  logStart: i32;
  logEnd: i32;
  number: i32;
  nextFree: usize;
  newest: f64;
}

@unmanaged
export class QueueState {
  block: usize;
  sizeClass: u32;
  end: i32;
}

/** The aggregates of one window of one entity; further parts lie where the window says. */
@unmanaged
export class State {
  tail: i32;
  lead: i32;
  amountCount: i32;
  fraudCount: i32;
  labelledCount: i32;
  maxFront: i32;
  minFront: i32;
  pad: i32;
  sumHigh: f64;
  sumLow: f64;
  /** Time of the event at the tail, NaN where there is none or it is to be looked up. */
  oldest: f64;
  /** Time of the event at the lead, infinite where there is none, NaN where it is to be looked up. */
  due: f64;
}

@unmanaged
export class Squares {
  high: f64;
  middle: f64;
  low: f64;
}

@unmanaged
export class Logs {
  count: f64;
  sum: f64;
  high: f64;
  middle: f64;
  low: f64;
}

/** Different values, and, where they are counted one by one, the list of them. */
@unmanaged
export class Values {
  distinct: i32;
  fresh: i32;
  valued: i32;
  length: i32;
  block: usize;
  sizeClass: u32;
}

/** What one share of one kind of entity has: who has it works alone on it. */
@unmanaged
export class Share {
  history: History;
  chunk: usize;
  chunkEnd: usize;
  takenBytes: u32;
  logPool: usize;
  queuePool: usize;
  valuePool: usize;
  slotPool: usize;
  tablePool: usize;
  /** By code, for entities of one column: address of the slot, or 0. */
  slotOfCode: usize;
  codeClass: u32;
  /** For pairs. */
  slotOfPair: usize;
  slots: usize;
  slotClass: u32;
  slotCount: i32;
  freeSlots: usize;
  hand: i32;
  newEntities: i32;
  event: usize;
  /** What a transaction out of order, or without an entity, sees. */
  scratch: usize;
  /** By window: its largest and smallest amount in the scratch pad. */
  extremes: usize;
  /** By window: the events that a late transaction sees. */
  seen: usize;
  /** By window: a table of the different values. */
  distinct: usize;
  /** Where the events before the one at hand lie: the slot whose log holds them, and the end of them in it. */
  logSlot: usize;
  logBefore: i32;
  late: f64;
  tooLate: f64;
  withoutTime: f64;
  withoutEntity: f64;
}
