import { AssayError, impossible } from '../../domain/error.ts';
import type { WindowFeatureKind } from '../../domain/window-feature.ts';
import { loadKernel } from '../../forest/kernel/kernel-module.ts';
import { codeColumnsOf, type PlannedEntity, type PlannedWindow, type WindowPlan } from '../windows/window-plan.ts';

/** Where the build puts the compiled kernel. */
const kernelUrl = new URL('./windows-kernel.wasm', import.meta.url);
const mostPages = 65_536;

/** The words that threads wait on, as the kernel's memory begins. */
const roundWord = 0;
const doneWord = 2;
const closedWord = 3;
const failedWord = 4;
const servantsWord = 5;
const controlWords = 6;

/** A round takes milliseconds; a thread that has a part of it and is silent for so long is lost. */
const mostSilenceMs = 300_000;
/** Fewer rows are done before another thread wakes. */
const leastRowsToShare = 64;
const fewestRows = 64;

/** As the kernel numbers them. */
const kindCode: Readonly<Record<WindowFeatureKind, number>> = {
  count: 0,
  sum: 1,
  mean: 2,
  min: 3,
  max: 4,
  std: 5,
  'ratio-to-mean': 6,
  'deviations-from-mean': 7,
  distinct: 8,
  'since-last': 9,
  'first-seen': 10,
  'fraud-count': 11,
  risk: 12,
  'amount-excess': 13,
  novelty: 14,
  rarity: 15,
  'hour-rarity': 16,
  burst: 17,
  'small-payments': 18,
  'sum-to-habit': 19,
  'new-visitors': 20,
  'confirmed-fraud': 21,
};

interface KernelExports {
  controlAddress(): number;
  setUp(...numbers: readonly number[]): void;
  reserveRows(rowCapacity: number): void;
  columnAddress(which: number): number;
  addHistory(...numbers: readonly number[]): void;
  setOfColumn(history: number, index: number, column: number): void;
  addWindow(...numbers: readonly number[]): void;
  addRead(...numbers: readonly number[]): void;
  finishHistory(history: number): void;
  takeRound(rowCount: number): void;
  shareRound(rowCount: number): void;
  serve(): void;
  slotCount(history: number, share: number): number;
  slotToSave(history: number, share: number, number: number, horizon: number): number;
  firstKey(slot: number): number;
  secondKey(slot: number): number;
  eventCount(slot: number): number;
  eventsAddress(history: number, slot: number): number;
  loadEvents(history: number, keyA: number, keyB: number, count: number): void;
  misplaced(history: number, which: number): number;
  setMisplaced(history: number, which: number, count: number): void;
  memoryBytes(): number;
}

/** What a thread needs to help with the rounds of a stream. */
export interface SharedWindows {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

interface KernelMemory extends SharedWindows {
  readonly exports: KernelExports;
  readonly control: Int32Array;
}

/**
 * The memory of streams that ended, for those to come: V8 does not count it when it decides whether to collect. A thread may not have
 * left yet, so there are two.
 */
const spare: KernelMemory[] = [];
const mostSpare = 2;

/** Where the columns of a round go, each with room for `capacity` rows, and where its features are. */
export interface RoundColumns {
  readonly capacity: number;
  /** Epoch milliseconds; NaN is missing. */
  readonly times: Float64Array;
  /** Per row: a transaction older than this is too late to be counted. */
  readonly horizons: Float64Array;
  /** Whole units; NaN is missing. */
  readonly units: Float64Array;
  /** The logarithm of the amount less that of its kind, in whole units (`log-amounts.ts`); NaN is missing. */
  readonly logAmounts: Float64Array;
  /** FRAUD, GENUINE or UNLABELLED. */
  readonly labels: Uint8Array;
  /** The hour of its day, 0 to 23; -1 is missing. */
  readonly hours: Int8Array;
  /** By the columns of `codeColumnsOf`; -1 is missing. */
  readonly codes: ReadonlyMap<string, Int32Array>;
  /** Row-major, one feature of the spec a column. */
  readonly values: Float32Array;
}

/** Transactions that were not in their place: late, too late, without time, without entity. */
export type MisplacedCounts = readonly [late: number, tooLate: number, withoutTime: number, withoutEntity: number];

/**
 * The histories of all entities of a stream, and their features, round by round. They lie in WebAssembly memory (see
 * `assembly/index.ts` for the rules), where as many threads may work on a round as there are shares of entities.
 */
export class WindowKernel {
  readonly #memory: KernelMemory;
  readonly #plan: WindowPlan;
  readonly #featureCount: number;
  readonly #shareCount: number;
  readonly #exports: KernelExports;
  #round: RoundColumns;

  /**
   * With `threads`, so many can work on a round.
   * @throws AssayError INTERNAL where the kernel was not built, or the machine cannot run it.
   */
  constructor(plan: WindowPlan, featureCount: number, latenessMs: number, unitsPerOne: number, threads: number) {
    this.#plan = plan;
    this.#featureCount = featureCount;
    this.#memory = takeMemory();
    this.#exports = this.#memory.exports;
    // Twice as many as there are threads, so that one whose core is taken holds the others up less.
    const shareBits = threads < 2 ? 0 : Math.ceil(Math.log2(2 * threads));
    this.#shareCount = 2 ** shareBits;
    const columns = codeColumnsOf(plan);
    this.#exports.setUp(shareBits, plan.entities.length, featureCount, columns.length, latenessMs, unitsPerOne);
    plan.entities.forEach((entity, index) => addEntity(this.#exports, entity, index, columns));
    this.#round = this.#reserve(fewestRows);
  }

  get memoryBytes(): number {
    return this.#exports.memoryBytes();
  }

  /** What one thread more needs to help; it must be given to `serveWindows`. */
  share(): SharedWindows {
    const { module, memory, control } = this.#memory;
    Atomics.add(control, servantsWord, 1);
    return { module, memory };
  }

  /** The columns of the next round. Whatever was in them is lost where they had to grow. */
  roundOf(rowCount: number): RoundColumns {
    if (rowCount > this.#round.capacity) this.#round = this.#reserve(2 ** Math.ceil(Math.log2(rowCount)));
    return this.#round;
  }

  /**
   * Takes in the rows of a round and writes their features, `withHelp` together with the threads that serve this kernel.
   * @throws AssayError INTERNAL where a thread failed or went silent; OUT_OF_MEMORY where the memory is at its end.
   */
  append(rowCount: number, withHelp: boolean): void {
    if (!withHelp || rowCount < leastRowsToShare) return this.#exports.takeRound(rowCount);
    this.#exports.shareRound(rowCount);
    const tasks = this.#plan.entities.length * this.#shareCount;
    const { control } = this.#memory;
    for (;;) {
      const done = Atomics.load(control, doneWord);
      if (Atomics.load(control, failedWord) !== 0) throw threadFailed('it ended in an error');
      if (done === tasks) return;
      if (Atomics.wait(control, doneWord, done, mostSilenceMs) === 'timed-out')
        throw threadFailed('it no longer answers');
    }
  }

  /** Lets the threads that help go, and gives the memory back: the kernel is of no use afterwards. */
  close(): void {
    const { control } = this.#memory;
    Atomics.store(control, closedWord, 1);
    Atomics.add(control, roundWord, 1);
    Atomics.notify(control, roundWord);
    spare.push(this.#memory);
    if (spare.length > mostSpare) spare.shift();
  }

  misplaced(entity: number): MisplacedCounts {
    const count = (which: number): number => this.#exports.misplaced(entity, which);
    return [count(0), count(1), count(2), count(3)];
  }

  /**
   * Everything that later features of one kind of entity can depend on, in an order that depends only on the transactions
   * received: entity count, then per entity its two keys, its number of events and their fields, by rising keys.
   */
  save(entity: number, horizon: number): Float64Array {
    const kernel = this.#exports;
    const live: { readonly slot: number; readonly keyA: number; readonly keyB: number; readonly events: number }[] = [];
    for (let share = 0; share < this.#shareCount; share += 1)
      for (let number = 1; number < kernel.slotCount(entity, share); number += 1) {
        const slot = kernel.slotToSave(entity, share, number, horizon) >>> 0;
        if (slot === 0) continue;
        live.push({
          slot,
          keyA: kernel.firstKey(slot),
          keyB: kernel.secondKey(slot),
          events: kernel.eventCount(slot),
        });
      }
    live.sort((a, b) => a.keyA - b.keyA || a.keyB - b.keyB);
    const fields = fieldsOf(this.#plan.entities[entity]).count;
    const saved = new Float64Array(live.reduce((sum, { events }) => sum + 3 + events * fields, 1));
    saved[0] = live.length;
    let at = 1;
    for (const { slot, keyA, keyB, events } of live) {
      saved.set([keyA, keyB, events], at);
      const address = kernel.eventsAddress(entity, slot) >>> 0;
      saved.set(new Float64Array(this.#memory.memory.buffer, address, events * fields), at + 3);
      at += 3 + events * fields;
    }
    return saved;
  }

  /** Fills an empty kernel from what `save` and `misplaced` gave of one kind of entity. */
  load(entity: number, saved: Float64Array, misplaced: MisplacedCounts): void {
    const fields = fieldsOf(this.#plan.entities[entity]).count;
    const { values } = this.#round;
    const exchange = new Float64Array(values.buffer, values.byteOffset, Math.floor(values.length / 2));
    const most = Math.floor(exchange.length / fields);
    let at = 1;
    for (let count = 0; count < saved[0]; count += 1) {
      const [keyA, keyB, events] = saved.subarray(at, at + 3);
      at += 3;
      for (let first = 0; first < events; first += most) {
        const taken = Math.min(most, events - first);
        exchange.set(saved.subarray(at, at + taken * fields));
        this.#exports.loadEvents(entity, keyA, keyB, taken);
        at += taken * fields;
      }
    }
    misplaced.forEach((value, which) => this.#exports.setMisplaced(entity, which, value));
  }

  #reserve(capacity: number): RoundColumns {
    this.#exports.reserveRows(capacity);
    const { buffer } = this.#memory.memory;
    const at = (which: number): number => this.#exports.columnAddress(which) >>> 0;
    const doubles = (which: number): Float64Array => new Float64Array(buffer, at(which), capacity);
    return {
      capacity,
      times: doubles(0),
      horizons: doubles(1),
      units: doubles(2),
      logAmounts: doubles(3),
      labels: new Uint8Array(buffer, at(4), capacity),
      hours: new Int8Array(buffer, at(5), capacity),
      values: new Float32Array(buffer, at(6), capacity * this.#featureCount),
      codes: new Map(
        codeColumnsOf(this.#plan).map((column, index) => [column, new Int32Array(buffer, at(7 + index), capacity)]),
      ),
    };
  }
}

/**
 * Helps with the rounds of a kernel, on another thread than its own, until it is closed.
 * @throws RuntimeError or AssayError where it cannot go on; the kernel's own thread knows then.
 */
export function serveWindows({ module, memory }: SharedWindows): void {
  let control: Int32Array | null = null;
  try {
    const exports = instanceOn(module, memory);
    control = controlOf(exports, memory);
    exports.serve();
  } catch (error) {
    if (control !== null) {
      Atomics.store(control, failedWord, 1);
      Atomics.add(control, doneWord, 1);
      Atomics.notify(control, doneWord);
    }
    throw error;
  } finally {
    if (control !== null) Atomics.sub(control, servantsWord, 1);
  }
}

/** @throws AssayError INTERNAL where the kernel was not built, or the machine cannot run it. */
function takeMemory(): KernelMemory {
  const free = spare.findIndex(({ control }) => Atomics.load(control, servantsWord) === 0);
  if (free >= 0) return spare.splice(free, 1)[0];
  const { module, state } = loadKernel(kernelUrl);
  if (module === null) throw notThere(state);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true });
  const exports = instanceOn(module, memory);
  return { module, memory, exports, control: controlOf(exports, memory) };
}

function controlOf(exports: KernelExports, { buffer }: WebAssembly.Memory): Int32Array {
  return new Int32Array(buffer, exports.controlAddress(), controlWords);
}

function instanceOn(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const env = {
    memory,
    log1p: Math.log1p,
    outOfMemory: () => {
      throw new AssayError('OUT_OF_MEMORY', 'failure', 'The features over time of this stream need more than 4 GB.', {
        nextStep: 'Take shorter windows, or fewer of them.',
      });
    },
  };
  return new WebAssembly.Instance(module, { env }).exports as unknown as KernelExports;
}

/** Which fields an event has, by number; the time is 0, and so is what is not kept. */
function fieldsOf(entity: PlannedEntity): {
  readonly amount: number;
  readonly label: number;
  readonly log: number;
  readonly hour: number;
  readonly firstOf: number;
  readonly count: number;
} {
  let next = 1;
  const field = (isKept: boolean): number => (isKept ? next++ : 0);
  const [amount, label, log, hour] = [
    field(entity.keepsAmount),
    field(entity.keepsLabel),
    field(entity.keepsLog),
    field(entity.keepsHour),
  ];
  return { amount, label, log, hour, firstOf: next, count: next + entity.ofColumns.length };
}

function addEntity(kernel: KernelExports, entity: PlannedEntity, index: number, columns: readonly string[]): void {
  const { windows, features, ofColumns } = entity;
  const { amount, label, log, hour, firstOf } = fieldsOf(entity);
  const place = (column: string): number => columns.indexOf(column);
  kernel.addHistory(
    index,
    place(entity.columns[0]),
    entity.columns.length > 1 ? place(entity.columns[1]) : -1,
    ...[amount, label, log, hour, firstOf, ofColumns.length, windows.length, features.length, entity.spanMs],
  );
  ofColumns.forEach((column, counted) => kernel.setOfColumn(index, counted, place(column)));
  windows.forEach((window, number) =>
    kernel.addWindow(
      index,
      number,
      window.lengthMs,
      window.delayMs,
      Math.min(window.most, 2 ** 31 - 1),
      flagsOf(window),
      window.of === null ? -1 : ofColumns.indexOf(window.of),
      window.habit ?? -1,
      windows.findIndex(({ habit }) => habit === number),
    ),
  );
  for (const { feature, window, habit, column, includesCurrent } of features)
    kernel.addRead(
      index,
      Number(includesCurrent),
      kindCode[feature.kind],
      Number(feature.scale === 'log'),
      column,
      feature.windowMs,
      window,
      habit,
    );
  kernel.finishHistory(index);
}

function flagsOf({ sums, squares, labels, logs, counts, hours, onlyFraud, max, min }: PlannedWindow): number {
  return [sums, squares, labels, logs, counts, hours, onlyFraud, max, min].reduce(
    (flags, isSet, bit) => flags + (isSet ? 2 ** bit : 0),
    0,
  );
}

function notThere(state: 'missing' | 'unsupported' | 'ready'): AssayError {
  if (state === 'ready') impossible('a kernel is ready and not there');
  return new AssayError(
    'INTERNAL',
    'failure',
    state === 'missing'
      ? 'The part of Assay that computes features over time is missing.'
      : 'This runtime cannot compute features over time: it lacks WebAssembly with threads.',
    { nextStep: state === 'missing' ? 'Build or install Assay again.' : 'Use the Node.js that Assay asks for.' },
  );
}

function threadFailed(what: string): AssayError {
  return new AssayError('INTERNAL', 'failure', `A thread that computes features over time failed: ${what}.`, {
    nextStep: 'Do it again; if it fails again, report it with this message.',
  });
}
