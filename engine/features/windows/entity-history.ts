import { BlockPool, capacityOf } from './block-pool.ts';
import { addSquare, limb, limbsToNumber, scaledVariance } from './exact-sum.ts';
import { ExtremeQueues } from './extreme-queues.ts';
import { burstOver, excessOf, hourBits, hoursOfDay, spentAgainstHabit, surpriseBits } from './habit-figures.ts';
import { HourCounts } from './hour-counts.ts';
import { PairTable } from './pair-table.ts';
import { ValueCounts } from './value-counts.ts';
import type { PlannedEntity, PlannedFeature } from './window-plan.ts';
import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import type { Misplaced, WindowFeatureKind } from '../../domain/window-feature.ts';

/** The columns of one block of transactions that one entity's windows need, in stream order. */
export interface EntityBlock {
  readonly rowCount: number;
  /** Epoch milliseconds; NaN is missing. */
  readonly times: Float64Array;
  /** Per row: a transaction older than this is too late to be counted. */
  readonly horizons: Float64Array;
  /** Codes of the entity's column; -1 is missing. */
  readonly first: Int32Array;
  /** Codes of the second column of a pair, or null. */
  readonly second: Int32Array | null;
  /** Whole units; NaN is missing. */
  readonly units: Float64Array;
  /** FRAUD, GENUINE or UNLABELLED. */
  readonly labels: Uint8Array;
  /** Per row: the logarithm of the amount less that of its kind, in whole units (`log-amounts.ts`); NaN is missing. */
  readonly logAmounts: Float64Array;
  /** Per row: the hour of its day, 0 to 23; -1 is missing. */
  readonly hours: Int8Array;
  /** Codes of the columns in `PlannedEntity.ofColumns`. */
  readonly of: readonly Int32Array[];
}

/** Where the features go: row r of the block fills `values[(firstRow + r) * stride + firstColumn + column]`. */
export interface MatrixTarget {
  readonly values: Float32Array;
  readonly firstRow: number;
  readonly stride: number;
  readonly firstColumn: number;
}

/** Which entities of all a history is to keep: those whose keys fall on `index` of `of` shares. */
export interface ShareOfEntities {
  readonly index: number;
  readonly of: number;
}

const allEntities: ShareOfEntities = { index: 0, of: 1 };

/** The share that an entity belongs to, by its keys; a transaction without one belongs to the first. */
function shareOfKeys(keyA: number, keyB: number, of: number): number {
  if (keyA < 0 || keyB < 0) return 0;
  let hash = Math.imul(keyA, 0x9e3779b1) ^ Math.imul(keyB, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return ((hash ^ (hash >>> 15)) >>> 0) % of;
}

const countKind = 0;
const sumKind = 1;
const meanKind = 2;
const minKind = 3;
const maxKind = 4;
const stdKind = 5;
const ratioKind = 6;
const deviationsKind = 7;
const distinctKind = 8;
const sinceLastKind = 9;
const firstSeenKind = 10;
const fraudCountKind = 11;
const riskKind = 12;
const amountExcessKind = 13;
const noveltyKind = 14;
const rarityKind = 15;
const hourRarityKind = 16;
const burstKind = 17;
const smallPaymentsKind = 18;
const sumToHabitKind = 19;
const newVisitorsKind = 20;
const confirmedFraudKind = 21;
const kindCode: Record<WindowFeatureKind, number> = {
  count: countKind,
  sum: sumKind,
  mean: meanKind,
  min: minKind,
  max: maxKind,
  std: stdKind,
  'ratio-to-mean': ratioKind,
  'deviations-from-mean': deviationsKind,
  distinct: distinctKind,
  'since-last': sinceLastKind,
  'first-seen': firstSeenKind,
  'fraud-count': fraudCountKind,
  risk: riskKind,
  'amount-excess': amountExcessKind,
  novelty: noveltyKind,
  rarity: rarityKind,
  'hour-rarity': hourRarityKind,
  burst: burstKind,
  'small-payments': smallPaymentsKind,
  'sum-to-habit': sumToHabitKind,
  'new-visitors': newVisitorsKind,
  'confirmed-fraud': confirmedFraudKind,
};

const hourMs = 3_600_000;
/** A payment is small where so many of it do not reach the usual amount. */
const smallShare = 5;

// Whole numbers of one entity: its key, its block of the log, then the same fields for each window.
const firstKey = 0;
const secondKey = 1;
const logBlock = 2;
const logClass = 3;
const logStart = 4;
const logEnd = 5;
const firstWindowInt = 6;
const tail = 0;
const lead = 1;
const amountCount = 2;
const fraudCount = 3;
const labelledCount = 4;
const distinctCount = 5;
const newCount = 6;
const valuedCount = 7;
const intsPerWindow = 8;
// Doubles of one entity: the time of its newest event, then the same fields for each window.
const newestTime = 0;
const firstWindowReal = 1;
const sumHigh = 0;
const sumLow = 1;
const squareLimbs = 2;
const largest = 5;
const smallest = 6;
const oldestTime = 7;
const logCount = 8;
const logSum = 9;
const logSquareLimbs = 10;
const realsPerWindow = 13;
/** Of `Misplaced`, without the name. */
export type MisplacedCounts = Omit<Misplaced, 'entity'>;
const noneMisplaced: MisplacedCounts = { late: 0, tooLate: 0, withoutTime: 0, withoutEntity: 0 };

/** The first slot is a scratch pad: what a transaction out of order, or without an entity, sees. */
const scratch = 0;
const never = Number.NEGATIVE_INFINITY;

/** Feature reads laid out for the inner loop. */
interface Reads {
  readonly length: number;
  readonly kind: Int32Array;
  readonly windowInt: Int32Array;
  readonly windowReal: Int32Array;
  readonly column: Int32Array;
  readonly logarithmic: Uint8Array;
  readonly lengthMs: Float64Array;
  /** The window of what is usual, where a feature is measured against one: its number, and where its fields lie. */
  readonly habit: Int32Array;
  readonly habitInt: Int32Array;
  readonly habitReal: Int32Array;
}

/**
 * The recent events of every value of one entity (or pair) and the running aggregates of its windows.
 *
 * Rule of time: a transaction sees the events of its entity that were received before it and whose event time lies in
 * (t - delay - window, t - delay]. Events of equal time received later are not seen. A transaction that is older than
 * the entity's newest is read against, and put into, the log at its own time. One older still (by more than the
 * lateness, against the entity's newest or the row's horizon), or without time or entity, sees only itself and is
 * forgotten.
 *
 * Cost: amortised O(1) per event and window in order of time; an event out of order costs the events it looks back on.
 * Memory: per entity less than 3 records of the log for each event within span + lateness, at the entity's busiest,
 * until the stream has moved that far past its newest event; then all of it is reclaimed.
 */
export class EntityHistory {
  readonly #plan: PlannedEntity;
  readonly #latenessMs: number;
  readonly #unitsPerOne: number;
  readonly #windowCount: number;
  readonly #lengths: Float64Array;
  readonly #delays: Float64Array;
  readonly #sums: Uint8Array;
  readonly #squares: Uint8Array;
  readonly #labels: Uint8Array;
  readonly #logs: Uint8Array;
  /** Per window: the most events it holds, the newest first. */
  readonly #most: Float64Array;
  /** Per window: how its different values are counted, and the window whose values are compared with its own, or -1. */
  readonly #onlyFraud: Uint8Array;
  readonly #habitOf: Int32Array;
  readonly #recentOf: Int32Array;
  /** Per window: its counts by value or by hour, or null. */
  readonly #values: readonly (ValueCounts | null)[];
  readonly #hours: readonly (HourCounts | null)[];
  /** Per window: 1 where it counts by value or by hour at all. */
  readonly #isCounting: Uint8Array;
  /** Per window: position of the distinct column among an event's fields, or -1. */
  readonly #ofField: Int32Array;
  readonly #distinct: readonly PairTable[];
  /** Per window: position of its queue among those of an entity, or -1. */
  readonly #maxQueue: Int32Array;
  readonly #minQueue: Int32Array;
  readonly #intStride: number;
  readonly #realStride: number;
  readonly #queuesPerSlot: number;
  readonly #amountField: number;
  readonly #labelField: number;
  readonly #logField: number;
  readonly #hourField: number;
  readonly #before: Reads;
  readonly #after: Reads;

  #log: BlockPool;
  readonly #queues = new ExtremeQueues();
  #ints: Int32Array;
  #reals: Float64Array;
  #slotCount = 1;
  #freeSlots: number[] = [];
  #slotOfCode = new Int32Array(1024);
  #slotOfPair = new PairTable();
  #hand = 1;
  #newEntities = 0;
  #event: Float64Array;
  #misplaced = noneMisplaced;
  /** Where the events before the one at hand lie: the slot whose log holds them, and the end of them in it. */
  #logSlot = scratch;
  #logBefore = 0;

  constructor(plan: PlannedEntity, latenessMs: number, unitsPerOne: number) {
    this.#plan = plan;
    this.#latenessMs = latenessMs;
    this.#unitsPerOne = unitsPerOne;
    const windows = plan.windows;
    this.#windowCount = windows.length;
    this.#lengths = Float64Array.from(windows, (window) => window.lengthMs);
    this.#delays = Float64Array.from(windows, (window) => window.delayMs);
    this.#sums = Uint8Array.from(windows, (window) => Number(window.sums));
    this.#squares = Uint8Array.from(windows, (window) => Number(window.squares));
    this.#labels = Uint8Array.from(windows, (window) => Number(window.labels));
    this.#logs = Uint8Array.from(windows, (window) => Number(window.logs));
    this.#most = Float64Array.from(windows, (window) => window.most);
    this.#onlyFraud = Uint8Array.from(windows, (window) => Number(window.onlyFraud));
    this.#habitOf = Int32Array.from(windows, (window) => window.habit ?? -1);
    this.#recentOf = Int32Array.from(windows, (_, index) => windows.findIndex(({ habit }) => habit === index));
    let fields = 1;
    const field = (isKept: boolean): number => (isKept ? fields++ : -1);
    this.#amountField = field(plan.keepsAmount);
    this.#labelField = field(plan.keepsLabel);
    this.#logField = field(plan.keepsLog);
    this.#hourField = field(plan.keepsHour);
    const firstOf = fields;
    this.#ofField = Int32Array.from(windows, (window) =>
      window.of === null ? -1 : firstOf + plan.ofColumns.indexOf(window.of),
    );
    this.#distinct = windows.map(() => new PairTable());
    this.#values = windows.map((window) => (window.counts ? new ValueCounts() : null));
    this.#hours = windows.map((window) => (window.hours ? new HourCounts() : null));
    this.#isCounting = Uint8Array.from(windows, (window) => Number(window.of !== null || window.hours));
    let queues = 0;
    this.#maxQueue = Int32Array.from(windows, (window) => (window.max ? queues++ : -1));
    this.#minQueue = Int32Array.from(windows, (window) => (window.min ? queues++ : -1));
    this.#queuesPerSlot = queues;
    this.#intStride = firstWindowInt + intsPerWindow * windows.length;
    this.#realStride = firstWindowReal + realsPerWindow * windows.length;
    this.#before = layOut(plan.features.filter((feature) => !feature.includesCurrent));
    this.#after = layOut(plan.features.filter((feature) => feature.includesCurrent));
    this.#log = new BlockPool(firstOf + plan.ofColumns.length);
    this.#event = new Float64Array(this.#log.stride);
    this.#ints = new Int32Array(64 * this.#intStride);
    this.#reals = new Float64Array(64 * this.#realStride);
    this.#ints[firstKey] = -1;
    this.#startCounts(scratch);
  }

  /** Transactions so far that were not in their place: late, too late, without time or without entity. */
  get misplaced(): MisplacedCounts {
    return this.#misplaced;
  }

  set misplaced(counts: MisplacedCounts) {
    this.#misplaced = counts;
  }

  /** Bytes held for events and aggregates. */
  get memoryBytes(): number {
    return (
      this.#log.data.byteLength +
      this.#queues.memoryBytes +
      this.#ints.byteLength +
      this.#reals.byteLength +
      this.#slotOfCode.byteLength +
      this.#slotOfPair.memoryBytes +
      [...this.#distinct, ...this.#values, ...this.#hours].reduce((sum, counts) => sum + (counts?.memoryBytes ?? 0), 0)
    );
  }

  /**
   * Takes in the transactions of a block, in stream order, and writes their features; with a share, of those only whose
   * entities belong to it.
   */
  append(block: EntityBlock, target: MatrixTarget, share = allEntities): void {
    const { times, horizons, first, second, units, labels, logAmounts, hours, of, rowCount } = block;
    const event = this.#event;
    const { values, stride, firstColumn } = target;
    let at = target.firstRow * stride + firstColumn;
    let { late, tooLate, withoutTime, withoutEntity } = this.#misplaced;
    for (let row = 0; row < rowCount; row += 1, at += stride) {
      const keyA = first[row];
      const keyB = second === null ? 0 : second[row];
      if (share.of > 1 && shareOfKeys(keyA, keyB, share.of) !== share.index) continue;
      const time = times[row];
      event[0] = time;
      if (this.#amountField >= 0) event[this.#amountField] = units[row];
      if (this.#labelField >= 0) event[this.#labelField] = labels[row];
      if (this.#logField >= 0) event[this.#logField] = logAmounts[row];
      if (this.#hourField >= 0) event[this.#hourField] = hours[row];
      for (let index = 0; index < of.length; index += 1) event[event.length - of.length + index] = of[index][row];

      const placed = keyA >= 0 && keyB >= 0 && time >= horizons[row] && time < Number.POSITIVE_INFINITY;
      const slot = placed ? this.#slotFor(keyA, keyB, second !== null) : scratch;
      const newest = placed ? this.#reals[slot * this.#realStride] : never;
      if (!placed) {
        if (keyA < 0 || keyB < 0) withoutEntity += 1;
        else if (Number.isFinite(time)) tooLate += 1;
        else withoutTime += 1;
        this.#readAlone(units[row], values, at);
      } else if (time >= newest) {
        this.#appendInOrder(slot, newest, units[row], values, at);
      } else if (time >= newest - this.#latenessMs) {
        late += 1;
        this.#insertLate(slot, units[row], values, at);
      } else {
        tooLate += 1;
        this.#readAlone(units[row], values, at);
      }
    }
    this.#misplaced = { late, tooLate, withoutTime, withoutEntity };
    // Two looks per new entity keep the slots below twice those in reach, however many entities come only once.
    const looks = 2 * this.#newEntities + Math.ceil(rowCount / 16);
    this.#newEntities = 0;
    if (rowCount > 0) this.#sweep(horizons[rowCount - 1], looks);
  }

  /**
   * Everything that later features can depend on, in an order that depends only on the transactions received:
   * entity count, then per entity its two keys, its number of events and their fields, by rising keys. With a share, of the
   * entities that belong to it.
   */
  save(horizon: number, share = allEntities): Float64Array {
    const live: number[] = [];
    for (let slot = 1; slot < this.#slotCount; slot += 1) {
      const keyA = this.#ints[slot * this.#intStride + firstKey];
      if (keyA < 0 || this.#isReclaimable(slot, horizon)) continue;
      if (shareOfKeys(keyA, this.#ints[slot * this.#intStride + secondKey], share.of) === share.index) live.push(slot);
    }
    const key = (slot: number, field: number): number => this.#ints[slot * this.#intStride + field];
    live.sort((a, b) => key(a, firstKey) - key(b, firstKey) || key(a, secondKey) - key(b, secondKey));
    for (const slot of live) this.#dropOld(slot);
    const stride = this.#log.stride;
    const size = live.reduce((sum, slot) => sum + 3 + (key(slot, logEnd) - key(slot, logStart)) * stride, 1);
    const saved = new Float64Array(size);
    let at = 0;
    saved[at++] = live.length;
    for (const slot of live) {
      const from = key(slot, logBlock) + key(slot, logStart) * stride;
      const to = key(slot, logBlock) + key(slot, logEnd) * stride;
      saved[at++] = key(slot, firstKey);
      saved[at++] = key(slot, secondKey);
      saved[at++] = (to - from) / stride;
      saved.set(this.#log.data.subarray(from, to), at);
      at += to - from;
    }
    return saved;
  }

  /** What all shares have saved as if one had: the entities of all by rising keys. */
  joinSaved(shares: readonly Float64Array[]): Float64Array {
    const stride = this.#log.stride;
    const entities: { readonly keyA: number; readonly keyB: number; readonly record: Float64Array }[] = [];
    for (const saved of shares)
      for (let at = 1; at < saved.length; at += 3 + saved[at + 2] * stride)
        entities.push({
          keyA: saved[at],
          keyB: saved[at + 1],
          record: saved.subarray(at, at + 3 + saved[at + 2] * stride),
        });
    entities.sort((a, b) => a.keyA - b.keyA || a.keyB - b.keyB);
    const joined = new Float64Array(entities.reduce((sum, { record }) => sum + record.length, 1));
    joined[0] = entities.length;
    let to = 1;
    for (const { record } of entities) {
      joined.set(record, to);
      to += record.length;
    }
    return joined;
  }

  /** Fills an empty history from `save`; aggregates are sums over the events, so they are simply summed again. */
  load(saved: Float64Array): void {
    const isPair = this.#plan.columns.length > 1;
    const stride = this.#log.stride;
    let at = 1;
    for (let entity = 0; entity < saved[0]; entity += 1) {
      const slot = this.#slotFor(saved[at], saved[at + 1], isPair);
      const count = saved[at + 2];
      at += 3;
      for (let index = 0; index < count; index += 1, at += stride) {
        this.#event.set(saved.subarray(at, at + stride));
        this.#advance(slot, this.#event[0]);
        this.#addNewest(slot);
      }
    }
  }

  #slotFor(keyA: number, keyB: number, isPair: boolean): number {
    if (isPair) {
      const known = this.#slotOfPair.get(keyA, keyB, scratch);
      if (known !== scratch) return known;
    } else {
      if (keyA >= this.#slotOfCode.length) {
        const grown = new Int32Array(Math.max(keyA + 1, this.#slotOfCode.length * 2));
        grown.set(this.#slotOfCode);
        this.#slotOfCode = grown;
      }
      const known = this.#slotOfCode[keyA];
      if (known !== scratch) return known;
    }
    this.#newEntities += 1;
    const slot = this.#freeSlots.pop() ?? this.#newSlot();
    if (isPair) this.#slotOfPair.set(keyA, keyB, slot);
    else this.#slotOfCode[keyA] = slot;
    const base = slot * this.#intStride;
    this.#ints.fill(0, base, base + this.#intStride);
    this.#ints[base + firstKey] = keyA;
    this.#ints[base + secondKey] = keyB;
    this.#ints[base + logBlock] = this.#log.allocate(0);
    const realBase = slot * this.#realStride;
    this.#reals.fill(0, realBase, realBase + this.#realStride);
    this.#reals[realBase + newestTime] = never;
    this.#startCounts(slot);
    return slot;
  }

  #startCounts(slot: number): void {
    for (let queue = 0; queue < this.#queuesPerSlot; queue += 1) {
      this.#queues.create(slot * this.#queuesPerSlot + queue);
    }
    for (let window = 0; window < this.#windowCount; window += 1) {
      this.#values[window]?.create(slot);
      this.#hours[window]?.create(slot);
    }
  }

  #newSlot(): number {
    const slot = this.#slotCount;
    this.#slotCount += 1;
    if (this.#slotCount * this.#intStride > this.#ints.length) {
      const ints = new Int32Array(this.#ints.length * 2);
      ints.set(this.#ints);
      this.#ints = ints;
      const reals = new Float64Array(this.#reals.length * 2);
      reals.set(this.#reals);
      this.#reals = reals;
    }
    return slot;
  }

  #appendInOrder(slot: number, newest: number, units: number, values: Float32Array, at: number): void {
    const time = this.#event[0];
    this.#advance(slot, time);
    if (this.#before.length > 0) this.#read(this.#before, slot, time, newest, units, values, at);
    this.#addNewest(slot);
    this.#logSlot = slot;
    this.#logBefore = this.#ints[slot * this.#intStride + logEnd] - 1;
    if (this.#after.length > 0) this.#read(this.#after, slot, time, newest, units, values, at);
  }

  /** Moves every window of an entity to (time - delay - window, time - delay], over events already in its log. */
  #advance(slot: number, time: number): void {
    const ints = this.#ints;
    const data = this.#log.data;
    const stride = this.#log.stride;
    const base = slot * this.#intStride;
    const block = ints[base + logBlock];
    const end = ints[base + logEnd];
    let windowInt = base + firstWindowInt;
    for (let window = 0; window < this.#windowCount; window += 1, windowInt += intsPerWindow) {
      const upTo = time - this.#delays[window];
      const from = upTo - this.#lengths[window];
      let ahead = ints[windowInt + lead];
      while (ahead < end && data[block + ahead * stride] <= upTo) {
        this.#include(slot, window, data, block + ahead * stride);
        ahead += 1;
      }
      ints[windowInt + lead] = ahead;
      let behind = ints[windowInt + tail];
      while (behind < ahead && (data[block + behind * stride] <= from || ahead - behind > this.#most[window])) {
        this.#exclude(slot, window, data, block + behind * stride);
        behind += 1;
      }
      ints[windowInt + tail] = behind;
      this.#reals[slot * this.#realStride + firstWindowReal + window * realsPerWindow + oldestTime] =
        behind < ahead ? data[block + behind * stride] : Number.NaN;
      if (this.#hasExtremes(window)) this.#expireExtremes(slot, window, from);
    }
  }

  /** Appends the event at hand, the newest of its entity, to the log and to the windows without delay. */
  #addNewest(slot: number): void {
    const event = this.#event;
    this.#reals[slot * this.#realStride + newestTime] = event[0];
    this.#makeRoom(slot);
    const ints = this.#ints;
    const base = slot * this.#intStride;
    const end = ints[base + logEnd];
    const stride = this.#log.stride;
    const data = this.#log.data;
    const to = ints[base + logBlock] + end * stride;
    for (let field = 0; field < stride; field += 1) data[to + field] = event[field];
    ints[base + logEnd] = end + 1;
    let windowInt = base + firstWindowInt;
    for (let window = 0; window < this.#windowCount; window += 1, windowInt += intsPerWindow) {
      if (this.#delays[window] > 0) continue;
      this.#include(slot, window, data, to);
      ints[windowInt + lead] = end + 1;
    }
  }

  #include(slot: number, window: number, data: Float64Array, event: number): void {
    this.#tally(slot, window, data, event, 1);
    if (this.#isCounting[window] === 1) this.#countValue(slot, window, data, event, 1);
    if (this.#hasExtremes(window)) this.#pushExtremes(slot, window, data, event);
  }

  #exclude(slot: number, window: number, data: Float64Array, event: number): void {
    this.#tally(slot, window, data, event, -1);
    if (this.#isCounting[window] === 1) this.#countValue(slot, window, data, event, -1);
  }

  /** Adds an event to, or takes it from, a window's counts by value and by hour. */
  #countValue(slot: number, window: number, data: Float64Array, event: number, sign: 1 | -1): void {
    this.#hours[window]?.add(slot, data[event + this.#hourField], sign);
    const ofField = this.#ofField[window];
    if (ofField < 0) return;
    const code = data[event + ofField];
    if (code < 0 || (this.#onlyFraud[window] === 1 && data[event + this.#labelField] !== FRAUD)) return;
    const base = slot * this.#intStride + firstWindowInt;
    this.#ints[base + window * intsPerWindow + valuedCount] += sign;
    // A window that keeps counts by value is compared with no other, so its list alone knows what is new.
    const count = this.#values[window]?.add(slot, code, sign) ?? this.#distinct[window].add(slot, code, sign);
    if (count !== (sign === 1 ? 1 : 0)) return;
    this.#ints[base + window * intsPerWindow + distinctCount] += sign;
    const habit = this.#habitOf[window];
    if (habit >= 0 && this.#distinct[habit].get(slot, code, 0) === 0) {
      this.#ints[base + window * intsPerWindow + newCount] += sign;
    }
    const recent = this.#recentOf[window];
    if (recent >= 0 && this.#distinct[recent].get(slot, code, 0) > 0) {
      this.#ints[base + recent * intsPerWindow + newCount] -= sign;
    }
  }

  /** Adds an event to, or takes it from, the exact sums of a window. */
  #tally(slot: number, window: number, data: Float64Array, event: number, sign: 1 | -1): void {
    const windowInt = slot * this.#intStride + firstWindowInt + window * intsPerWindow;
    if (this.#sums[window] === 1) {
      const units = data[event + this.#amountField];
      if (units === units) {
        const reals = this.#reals;
        const windowReal = slot * this.#realStride + firstWindowReal + window * realsPerWindow;
        this.#ints[windowInt + amountCount] += sign;
        let low = reals[windowReal + sumLow] + sign * units;
        if (low >= limb) {
          low -= limb;
          reals[windowReal + sumHigh] += 1;
        } else if (low < 0) {
          low += limb;
          reals[windowReal + sumHigh] -= 1;
        }
        reals[windowReal + sumLow] = low;
        if (this.#squares[window] === 1) addSquare(reals, windowReal + squareLimbs, units, sign);
      }
    }
    if (this.#logs[window] === 1) this.#tallyLog(slot, window, data[event + this.#logField], sign);
    if (this.#labels[window] === 1) {
      const label = data[event + this.#labelField];
      if (label !== UNLABELLED) {
        this.#ints[windowInt + labelledCount] += sign;
        this.#ints[windowInt + fraudCount] += sign * label;
      }
    }
  }

  #tallyLog(slot: number, window: number, logAmount: number, sign: 1 | -1): void {
    if (logAmount !== logAmount) return;
    const reals = this.#reals;
    const windowReal = slot * this.#realStride + firstWindowReal + window * realsPerWindow;
    // Logarithms of amounts are small: their sum is exact in one double, their number stands beside it.
    reals[windowReal + logCount] += sign;
    reals[windowReal + logSum] += sign * logAmount;
    addSquare(reals, windowReal + logSquareLimbs, logAmount, sign);
  }

  #pushExtremes(slot: number, window: number, data: Float64Array, event: number): void {
    const units = data[event + this.#amountField];
    if (units !== units) return;
    const firstQueue = slot * this.#queuesPerSlot;
    if (this.#maxQueue[window] >= 0) this.#queues.push(firstQueue + this.#maxQueue[window], data[event], units, 1);
    if (this.#minQueue[window] >= 0) this.#queues.push(firstQueue + this.#minQueue[window], data[event], units, -1);
    this.#publishExtremes(slot, window);
  }

  #expireExtremes(slot: number, window: number, time: number): void {
    const firstQueue = slot * this.#queuesPerSlot;
    if (this.#maxQueue[window] >= 0) this.#queues.expire(firstQueue + this.#maxQueue[window], time);
    if (this.#minQueue[window] >= 0) this.#queues.expire(firstQueue + this.#minQueue[window], time);
    this.#publishExtremes(slot, window);
  }

  #publishExtremes(slot: number, window: number): void {
    const firstQueue = slot * this.#queuesPerSlot;
    const windowReal = slot * this.#realStride + firstWindowReal + window * realsPerWindow;
    const maxQueue = this.#maxQueue[window];
    const minQueue = this.#minQueue[window];
    if (maxQueue >= 0) this.#reals[windowReal + largest] = this.#queues.front(firstQueue + maxQueue);
    if (minQueue >= 0) this.#reals[windowReal + smallest] = this.#queues.front(firstQueue + minQueue);
  }

  /** Makes place for one more event: forgets what no window can reach, else moves to a block twice as large. */
  #makeRoom(slot: number): void {
    const base = slot * this.#intStride;
    const sizeClass = this.#ints[base + logClass];
    if (this.#ints[base + logEnd] < capacityOf(sizeClass)) return;
    this.#dropOld(slot);
    const ints = this.#ints;
    const stride = this.#log.stride;
    const block = ints[base + logBlock];
    const start = ints[base + logStart];
    const end = ints[base + logEnd];
    let target = block;
    if (start < capacityOf(sizeClass) / 4) {
      target = this.#log.allocate(sizeClass + 1);
      ints[base + logClass] = sizeClass + 1;
      ints[base + logBlock] = target;
    }
    this.#log.data.copyWithin(target, block + start * stride, block + end * stride);
    if (target !== block) this.#log.release(block, sizeClass);
    ints[base + logStart] = 0;
    ints[base + logEnd] = end - start;
    for (let window = 0; window < this.#windowCount; window += 1) {
      const windowInt = base + firstWindowInt + window * intsPerWindow;
      ints[windowInt + tail] -= start;
      ints[windowInt + lead] -= start;
    }
  }

  /** Forgets the events that no window can reach any more, even from the latest place that an event may still take. */
  #dropOld(slot: number): void {
    const base = slot * this.#intStride;
    const latest = this.#reals[slot * this.#realStride + newestTime] - this.#latenessMs;
    let start = this.#ints[base + logEnd];
    for (let window = 0; window < this.#windowCount; window += 1) {
      const upTo = latest - this.#delays[window];
      const byTime = this.#firstAfter(slot, upTo - this.#lengths[window]);
      start = Math.min(start, Math.max(byTime, this.#firstAfter(slot, upTo) - this.#most[window]));
    }
    this.#ints[base + logStart] = Math.max(start, this.#ints[base + logStart]);
  }

  /** Reads a transaction without history. */
  #readAlone(units: number, values: Float32Array, at: number): void {
    for (let window = 0; window < this.#windowCount; window += 1) this.#clearScratch(window);
    this.#readScratch(scratch, never, units, values, at);
  }

  /** Reads a transaction older than its entity's newest at its own time, and puts it into the log there. */
  #insertLate(slot: number, units: number, values: Float32Array, at: number): void {
    const time = this.#event[0];
    const { data, stride } = this.#log;
    const base = slot * this.#intStride;
    const block = this.#ints[base + logBlock];
    const seen: { readonly from: number; readonly to: number }[] = [];
    for (let window = 0; window < this.#windowCount; window += 1) {
      this.#clearScratch(window);
      const upTo = time - this.#delays[window];
      const to = this.#firstAfter(slot, upTo);
      const from = Math.max(this.#firstAfter(slot, upTo - this.#lengths[window]), to - this.#most[window]);
      seen.push({ from: block + from * stride, to: block + to * stride });
      for (let event = block + from * stride; event < block + to * stride; event += stride)
        this.#addToScratch(window, data, event);
      if (to > from) this.#reals[firstWindowReal + window * realsPerWindow + oldestTime] = data[block + from * stride];
    }
    const before = this.#firstAfter(slot, time) - 1;
    const previous = before < this.#ints[base + logStart] ? never : data[block + before * stride];
    this.#readScratch(slot, previous, units, values, at);
    seen.forEach(({ from, to }, window) => {
      for (let event = from; event < to; event += stride) this.#exclude(scratch, window, data, event);
    });
    this.#insert(slot, time);
  }

  /** Reads the event at hand against what the scratch pad holds of its entity's past. `slot` has the log of it. */
  #readScratch(slot: number, previous: number, units: number, values: Float32Array, at: number): void {
    const time = this.#event[0];
    this.#logSlot = slot;
    this.#logBefore = slot === scratch ? 0 : this.#firstAfter(slot, time);
    this.#read(this.#before, scratch, time, previous, units, values, at);
    for (let window = 0; window < this.#windowCount; window += 1) {
      if (this.#delays[window] === 0) this.#addToScratch(window, this.#event, 0);
    }
    this.#read(this.#after, scratch, time, previous, units, values, at);
    for (let window = 0; window < this.#windowCount; window += 1) {
      if (this.#delays[window] === 0) this.#exclude(scratch, window, this.#event, 0);
    }
  }

  #insert(slot: number, time: number): void {
    this.#makeRoom(slot);
    const ints = this.#ints;
    const data = this.#log.data;
    const stride = this.#log.stride;
    const base = slot * this.#intStride;
    const position = this.#firstAfter(slot, time);
    const to = ints[base + logBlock] + position * stride;
    data.copyWithin(to + stride, to, ints[base + logBlock] + ints[base + logEnd] * stride);
    data.set(this.#event, to);
    ints[base + logEnd] += 1;
    const newest = this.#reals[slot * this.#realStride + newestTime];
    for (let window = 0; window < this.#windowCount; window += 1) {
      const windowInt = base + firstWindowInt + window * intsPerWindow;
      const upTo = newest - this.#delays[window];
      if (time > upTo) continue;
      const first = ints[windowInt + tail];
      const isFull = ints[windowInt + lead] - first >= this.#most[window];
      ints[windowInt + lead] += 1;
      if (position < first || (position === first && (isFull || time <= upTo - this.#lengths[window]))) {
        ints[windowInt + tail] += 1;
      } else {
        this.#emptyQueues(slot, window);
        this.#include(slot, window, data, to);
        this.#refillQueues(slot, window);
        if (!isFull) continue;
        this.#exclude(slot, window, data, ints[base + logBlock] + first * stride);
        ints[windowInt + tail] += 1;
      }
    }
  }

  /** Builds the queues of a window anew, after an event went in between others. */
  #refillQueues(slot: number, window: number): void {
    if (!this.#hasExtremes(window)) return;
    this.#emptyQueues(slot, window);
    const base = slot * this.#intStride;
    const windowInt = base + firstWindowInt + window * intsPerWindow;
    for (let index = this.#ints[windowInt + tail]; index < this.#ints[windowInt + lead]; index += 1) {
      this.#pushExtremes(slot, window, this.#log.data, this.#ints[base + logBlock] + index * this.#log.stride);
    }
  }

  #emptyQueues(slot: number, window: number): void {
    const firstQueue = slot * this.#queuesPerSlot;
    if (this.#maxQueue[window] >= 0) this.#queues.clear(firstQueue + this.#maxQueue[window]);
    if (this.#minQueue[window] >= 0) this.#queues.clear(firstQueue + this.#minQueue[window]);
  }

  #hasExtremes(window: number): boolean {
    return this.#maxQueue[window] >= 0 || this.#minQueue[window] >= 0;
  }

  /** Position in an entity's log of the first event later than a time. */
  #firstAfter(slot: number, time: number): number {
    const base = slot * this.#intStride;
    const block = this.#ints[base + logBlock];
    let low = this.#ints[base + logStart];
    let high = this.#ints[base + logEnd];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#log.data[block + middle * this.#log.stride] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #clearScratch(window: number): void {
    const windowInt = firstWindowInt + window * intsPerWindow;
    const windowReal = firstWindowReal + window * realsPerWindow;
    this.#ints.fill(0, windowInt, windowInt + intsPerWindow);
    this.#reals.fill(0, windowReal, windowReal + realsPerWindow);
    this.#reals[windowReal + largest] = Number.NaN;
    this.#reals[windowReal + smallest] = Number.NaN;
    this.#reals[windowReal + oldestTime] = Number.NaN;
    this.#emptyQueues(scratch, window);
  }

  #addToScratch(window: number, data: Float64Array, event: number): void {
    this.#include(scratch, window, data, event);
    this.#ints[firstWindowInt + window * intsPerWindow + lead] += 1;
  }

  /** Writes a set of features from the aggregates of a slot. `previous` is the time of the event before. */
  #read(
    reads: Reads,
    slot: number,
    time: number,
    previous: number,
    units: number,
    values: Float32Array,
    at: number,
  ): void {
    const ints = this.#ints;
    const reals = this.#reals;
    const intBase = slot * this.#intStride;
    const realBase = slot * this.#realStride;
    const unitsPerOne = this.#unitsPerOne;
    for (let index = 0; index < reads.length; index += 1) {
      const windowInt = intBase + reads.windowInt[index];
      const windowReal = realBase + reads.windowReal[index];
      let value = 0;
      switch (reads.kind[index]) {
        case countKind:
          value = ints[windowInt + lead] - ints[windowInt + tail];
          break;
        case sumKind:
          value = limbsToNumber(reals[windowReal + sumHigh], reals[windowReal + sumLow]) / unitsPerOne;
          break;
        case meanKind: {
          const count = ints[windowInt + amountCount];
          if (count > 0) {
            value = limbsToNumber(reals[windowReal + sumHigh], reals[windowReal + sumLow]) / (count * unitsPerOne);
          }
          break;
        }
        case minKind: {
          const extreme = reals[windowReal + smallest];
          if (extreme === extreme) value = extreme / unitsPerOne;
          break;
        }
        case maxKind: {
          const extreme = reals[windowReal + largest];
          if (extreme === extreme) value = extreme / unitsPerOne;
          break;
        }
        case stdKind: {
          const count = ints[windowInt + amountCount];
          if (count > 1) {
            const sum = limbsToNumber(reals[windowReal + sumHigh], reals[windowReal + sumLow]);
            const scaled = scaledVariance(count, sum, reals, windowReal + squareLimbs);
            value = Math.sqrt(scaled / (count * (count - 1))) / unitsPerOne;
          }
          break;
        }
        case ratioKind: {
          const sum = limbsToNumber(reals[windowReal + sumHigh], reals[windowReal + sumLow]);
          value = sum > 0 && units === units ? (units * ints[windowInt + amountCount]) / sum : 1;
          break;
        }
        case deviationsKind: {
          const count = ints[windowInt + amountCount];
          if (count > 1 && units === units) {
            const sum = limbsToNumber(reals[windowReal + sumHigh], reals[windowReal + sumLow]);
            const scaled = scaledVariance(count, sum, reals, windowReal + squareLimbs);
            if (scaled > 0) value = (units - sum / count) / Math.sqrt(scaled / (count * (count - 1)));
          }
          break;
        }
        case distinctKind:
          value = ints[windowInt + distinctCount];
          break;
        case sinceLastKind: {
          const since = time - previous;
          const longest = reads.lengthMs[index];
          value = (since < longest ? since : longest) / hourMs;
          break;
        }
        case firstSeenKind:
          value = ints[windowInt + lead] === ints[windowInt + tail] ? 1 : 0;
          break;
        case fraudCountKind:
          value = ints[windowInt + fraudCount];
          break;
        case riskKind: {
          const labelled = ints[windowInt + labelledCount];
          if (labelled > 0) value = ints[windowInt + fraudCount] / labelled;
          break;
        }
        default:
          value = this.#readAgainstHabit(reads, index, slot, time, units);
      }
      if (reads.logarithmic[index] === 1) value = value < 0 ? -Math.log1p(-value) : Math.log1p(value);
      values[at + reads.column[index]] = value;
    }
  }

  /** One feature that is measured against what is usual for its entity. Neutral where nothing is known of it. */
  #readAgainstHabit(reads: Reads, index: number, slot: number, time: number, units: number): number {
    const ints = this.#ints;
    const reals = this.#reals;
    const windowInt = slot * this.#intStride + reads.windowInt[index];
    const windowReal = slot * this.#realStride + reads.windowReal[index];
    const habitInt = slot * this.#intStride + reads.habitInt[index];
    const habitReal = slot * this.#realStride + reads.habitReal[index];
    const known = ints[habitInt + lead] - ints[habitInt + tail];
    const valued = ints[habitInt + valuedCount];
    switch (reads.kind[index]) {
      case amountExcessKind: {
        const squares = scaledVariance(
          reals[habitReal + logCount],
          reals[habitReal + logSum],
          reals,
          habitReal + logSquareLimbs,
        );
        return excessOf(this.#event[this.#logField], reals[habitReal + logCount], reals[habitReal + logSum], squares);
      }
      case noveltyKind: {
        const code = this.#event[this.#ofField[reads.habit[index]]];
        if (valued === 0 || code < 0 || this.#distinct[reads.habit[index]].get(slot, code, 0) > 0) return 0;
        const distinct = ints[habitInt + distinctCount];
        return surpriseBits(distinct, valued + distinct);
      }
      case rarityKind: {
        const code = this.#event[this.#ofField[reads.habit[index]]];
        const values = this.#values[reads.habit[index]];
        if (valued === 0 || code < 0 || values === null) return 0;
        const distinct = ints[habitInt + distinctCount];
        return surpriseBits(values.countNotAbove(slot, code) + distinct, valued + distinct);
      }
      case hourRarityKind: {
        const hour = this.#event[this.#hourField];
        const hours = this.#hours[reads.habit[index]];
        return known === 0 || hour < 0 || hours === null ? 0 : hourBits(hours.countNotAbove(slot, hour), known);
      }
      case burstKind:
        return burstOver(
          ints[windowInt + lead] - ints[windowInt + tail],
          known,
          this.#daysKnown(reads, index, habitReal, time),
          reads.lengthMs[index],
        );
      case smallPaymentsKind:
        return this.#countSmall(reads, index, habitInt, habitReal, time, units);
      case sumToHabitKind:
        return spentAgainstHabit(
          limbsToNumber(reals[windowReal + sumHigh], reals[windowReal + sumLow]),
          limbsToNumber(reals[habitReal + sumHigh], reals[habitReal + sumLow]),
          ints[habitInt + amountCount],
          this.#daysKnown(reads, index, habitReal, time),
        );
      case newVisitorsKind:
        return known === 0
          ? 0
          : burstOver(
              ints[windowInt + newCount],
              ints[habitInt + distinctCount],
              this.#daysKnown(reads, index, habitReal, time),
              reads.lengthMs[index],
            );
      default:
        return Math.max(0, ints[windowInt + distinctCount] - 1) / (ints[windowInt + labelledCount] + 2);
    }
  }

  /** Days from the oldest event of a habit to the end of it; 0 where there is none. */
  #daysKnown(reads: Reads, index: number, habitReal: number, time: number): number {
    const oldest = this.#reals[habitReal + oldestTime];
    return oldest === oldest ? (time - this.#delays[reads.habit[index]] - oldest) / (hoursOfDay * hourMs) : 0;
  }

  /** Payments in the window, the one at hand included, below a fifth of the usual amount. */
  #countSmall(reads: Reads, index: number, habitInt: number, habitReal: number, time: number, units: number): number {
    const count = this.#ints[habitInt + amountCount];
    const sum = limbsToNumber(this.#reals[habitReal + sumHigh], this.#reals[habitReal + sumLow]);
    // No amount is below a fifth of nothing; the product keeps the comparison exact in whole units.
    const isSmall = (amount: number): boolean => smallShare * amount * count < sum;
    if (!(sum > 0)) return 0;
    const { data, stride } = this.#log;
    const block = this.#ints[this.#logSlot * this.#intStride + logBlock];
    let small = isSmall(units) ? 1 : 0;
    const most = this.#most[reads.habit[index]];
    const from = time - reads.lengthMs[index];
    for (let event = this.#logBefore - 1; event >= this.#logStart() && this.#logBefore - event <= most; event -= 1) {
      if (data[block + event * stride] <= from) break;
      if (isSmall(data[block + event * stride + this.#amountField])) small += 1;
    }
    return small;
  }

  #logStart(): number {
    return this.#logSlot === scratch ? this.#logBefore : this.#ints[this.#logSlot * this.#intStride + logStart];
  }

  #isReclaimable(slot: number, horizon: number): boolean {
    return this.#reals[slot * this.#realStride + newestTime] <= horizon - this.#plan.spanMs;
  }

  /** Looks at the next few entities in turn and reclaims those that no window can reach any more. */
  #sweep(horizon: number, count: number): void {
    for (let step = 0; step < count && step < this.#slotCount; step += 1) {
      this.#hand = this.#hand + 1 < this.#slotCount ? this.#hand + 1 : 1;
      const slot = this.#hand;
      if (slot >= this.#slotCount || this.#ints[slot * this.#intStride + firstKey] < 0) continue;
      if (this.#isReclaimable(slot, horizon)) this.#reclaim(slot);
    }
  }

  #reclaim(slot: number): void {
    const ints = this.#ints;
    const base = slot * this.#intStride;
    const block = ints[base + logBlock];
    for (let window = 0; window < this.#windowCount; window += 1) {
      const windowInt = base + firstWindowInt + window * intsPerWindow;
      for (let index = ints[windowInt + tail]; index < ints[windowInt + lead]; index += 1) {
        this.#exclude(slot, window, this.#log.data, block + index * this.#log.stride);
      }
    }
    this.#log.release(block, ints[base + logClass]);
    for (let queue = 0; queue < this.#queuesPerSlot; queue += 1) {
      this.#queues.release(slot * this.#queuesPerSlot + queue);
    }
    for (const values of this.#values) values?.release(slot);
    if (this.#plan.columns.length > 1) this.#slotOfPair.delete(ints[base + firstKey], ints[base + secondKey]);
    else this.#slotOfCode[ints[base + firstKey]] = scratch;
    ints[base + firstKey] = -1;
    this.#freeSlots.push(slot);
  }
}

function layOut(features: readonly PlannedFeature[]): Reads {
  return {
    length: features.length,
    kind: Int32Array.from(features, ({ feature }) => kindCode[feature.kind]),
    windowInt: Int32Array.from(features, ({ window }) => firstWindowInt + window * intsPerWindow),
    windowReal: Int32Array.from(features, ({ window }) => firstWindowReal + window * realsPerWindow),
    column: Int32Array.from(features, ({ column }) => column),
    logarithmic: Uint8Array.from(features, ({ feature }) => Number(feature.scale === 'log')),
    lengthMs: Float64Array.from(features, ({ feature }) => feature.windowMs),
    habit: Int32Array.from(features, ({ habit }) => habit),
    habitInt: Int32Array.from(features, ({ habit }) => firstWindowInt + habit * intsPerWindow),
    habitReal: Int32Array.from(features, ({ habit }) => firstWindowReal + habit * realsPerWindow),
  };
}
