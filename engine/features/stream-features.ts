import type { DecodedSegment } from '../domain/columns.ts';
import { impossible } from '../domain/error.ts';
import { featureNames, type FeatureSpec } from '../domain/feature-spec.ts';
import { UNLABELLED } from '../domain/label.ts';
import { columnWithRole, type Profile } from '../domain/profile.ts';
import type { TimeOrder } from '../domain/window-feature.ts';
import { FeatureComputer } from './compute-features.ts';
import type { Dictionaries } from './decode-segment.ts';
import { labelsOf } from './segment-access.ts';
import { orderOfTime } from './windows/order-of-time.ts';
import type { WindowThreads } from './windows/window-thread.ts';
import { WindowEngine, type TransactionBlock } from './windows/window-engine.ts';

/** Computes the row-major features of one segment after the other, in stream order, into the array given. */
export type SegmentComputer = (segment: DecodedSegment, out: Float32Array) => void;

/** Rows that are put in the order of time at most: all that features over time need of them is in memory, some 60 bytes a row. */
export const mostSortedRows = 2 ** 23;
const rowsPerBlock = 4096;

/**
 * All features of a spec over a stream, row features first. Features over time remember the rows before: segments are taken as
 * they come (`compute`), or all rows of a stream at once in the order of their event time (`takeWhole`).
 */
export class StreamFeatures {
  readonly #profile: Profile;
  readonly #spec: FeatureSpec;
  readonly #dictionaries: Dictionaries;
  readonly #engine: WindowEngine | null;
  readonly #rowComputer: FeatureComputer;
  readonly #received = new ReceivedOrder();
  #isSorted = false;

  /** With `threads`, features over time of a long stream are computed on as many; `close` gives them back. */
  constructor(profile: Profile, spec: FeatureSpec, dictionaries: Dictionaries, threads?: WindowThreads) {
    this.#profile = profile;
    this.#spec = spec;
    this.#dictionaries = dictionaries;
    this.#engine = spec.windows === undefined ? null : new WindowEngine(spec.windows, threads);
    this.#rowComputer = new FeatureComputer(spec, dictionaries);
  }

  /** How the rows so far came in time; null where the spec has no features over time. */
  get order(): TimeOrder | null {
    if (this.#engine === null) return null;
    const { stepsBack, isNewestFirst } = this.#received;
    return { stepsBack, isNewestFirst, isSorted: this.#isSorted, entities: [...this.#engine.misplaced()] };
  }

  /** Lets threads start before the first of so many rows. */
  expectRows(rowCount: number): void {
    this.#engine?.expectRows(rowCount);
  }

  /** Gives back the threads that help, and the memory; nothing is computed or saved afterwards. */
  close(): void {
    this.#engine?.close();
  }

  /** The features of the next segment of the stream, as it comes. */
  readonly compute: SegmentComputer = (segment, out) => {
    const engine = this.#engine;
    if (engine === null) return void this.#rowComputer.compute(segment, out);
    const block = transactionBlock(this.#profile, segment, this.#dictionaries);
    this.#received.note(block.times);
    const stride = this.#writeRowFeatures(segment, out);
    engine.append(block, { values: out, firstRow: 0, stride, firstColumn: this.#spec.features.length });
  };

  /**
   * Takes all rows of a stream in the order of their event time, so that what a transaction sees does not depend on the order
   * in which it was received. Yields between turns.
   * @returns what computes the features of the same rows, segment by segment in any order
   */
  *takeWhole(stream: WholeStream): Generator<void, SegmentComputer> {
    const engine = this.#engine;
    if (engine === null) return this.compute;
    const { firstSequence } = stream;
    engine.expectRows(stream.rowCount);
    const block = stream.finish();
    this.#received.note(block.times);
    this.#isSorted = true;
    const order = yield* orderOfTime(block.times);
    const stride = engine.featureCount;
    const values = new Float32Array(block.rowCount * stride);
    for (let from = 0; from < order.length; from += rowsPerBlock) {
      const rows = order.subarray(from, from + rowsPerBlock);
      const part = new Float32Array(rows.length * stride);
      engine.append(rowsOf(block, rows), { values: part, firstRow: 0, stride, firstColumn: 0 });
      for (let index = 0; index < rows.length; index += 1)
        for (let column = 0; column < stride; column += 1)
          values[rows[index] * stride + column] = part[index * stride + column];
      yield;
    }
    return this.withGiven(values, firstSequence);
  }

  /** What computes row features as ever and puts given features over time, row-major from `firstSequence` on, behind them. */
  withGiven(windows: Float32Array, firstSequence = 0): SegmentComputer {
    return (segment, out) => {
      const stride = this.#writeRowFeatures(segment, out);
      const first = this.#spec.features.length;
      const count = stride - first;
      for (let row = 0; row < segment.rowCount; row += 1) {
        const from = (segment.firstSequence - firstSequence + row) * count;
        for (let column = 0; column < count; column += 1) out[row * stride + first + column] = windows[from + column];
      }
    };
  }

  /** What the features over time remember; empty where there are none. Holds with the dictionaries of the moment. */
  snapshot(): Uint8Array<ArrayBuffer> {
    return this.#engine === null ? new Uint8Array(0) : Uint8Array.from(this.#engine.snapshot());
  }

  /** Goes on from a snapshot. @throws AssayError CASE_CORRUPT, MODEL_MISMATCH. */
  restore(state: Uint8Array): void {
    this.#engine?.restore(state);
  }

  /** Returns the number of features of a row, those over time included. */
  #writeRowFeatures(segment: DecodedSegment, out: Float32Array): number {
    const rowFeatures = this.#rowComputer.compute(segment);
    const count = this.#spec.features.length;
    const stride = featureNames(this.#spec).length;
    for (let row = 0; row < segment.rowCount; row += 1)
      for (let column = 0; column < count; column += 1) out[row * stride + column] = rowFeatures[row * count + column];
    return stride;
  }
}

/** Counts how event times come, whatever the cut into segments. */
export class ReceivedOrder {
  #stepsBack = 0;
  #stepsOn = 0;
  #last = NaN;

  note(times: Float64Array): void {
    for (const time of times) {
      if (Number.isNaN(time)) continue;
      if (time > this.#last) this.#stepsOn += 1;
      else if (time < this.#last) this.#stepsBack += 1;
      this.#last = time;
    }
  }

  /** Transactions that are older than the one before. */
  get stepsBack(): number {
    return this.#stepsBack;
  }

  get isNewestFirst(): boolean {
    return this.#stepsBack > 0 && this.#stepsOn === 0;
  }
}

/** All that features over time need of the rows of a stream, in the order received. */
export class WholeStream {
  readonly #profile: Profile;
  readonly #dictionaries: Dictionaries;
  readonly #columns: readonly string[];
  readonly #blocks: TransactionBlock[] = [];
  #rowCount = 0;
  #firstSequence = 0;
  #earliestMs = Number.POSITIVE_INFINITY;

  constructor(profile: Profile, spec: FeatureSpec, dictionaries: Dictionaries) {
    this.#profile = profile;
    this.#dictionaries = dictionaries;
    this.#columns = spec.windows === undefined ? [] : new WindowEngine(spec.windows).codeColumns;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** The columns that are needed of a segment. */
  get columnNames(): readonly string[] {
    const roles = ['event_time', 'amount', 'label'] as const;
    return [...this.#columns, ...roles.flatMap((role) => columnWithRole(this.#profile, role)?.name ?? [])];
  }

  get firstSequence(): number {
    return this.#firstSequence;
  }

  /** The earliest event time; Infinity where no row has one. */
  get earliestMs(): number {
    return this.#earliestMs;
  }

  add(segment: DecodedSegment): void {
    if (this.#rowCount === 0) this.#firstSequence = segment.firstSequence;
    this.#rowCount += segment.rowCount;
    const { codes, ...block } = transactionBlock(this.#profile, segment, this.#dictionaries);
    for (const time of block.times) if (time < this.#earliestMs) this.#earliestMs = time;
    this.#blocks.push({
      ...block,
      codes: new Map(this.#columns.map((name) => [name, codes.get(name) ?? new Int32Array(segment.rowCount).fill(-1)])),
    });
  }

  /** All rows as one block; nothing else is kept afterwards. */
  finish(): Required<TransactionBlock> {
    const rowCount = this.#rowCount;
    const times = new Float64Array(rowCount);
    const amounts = new Float64Array(rowCount).fill(NaN);
    const labels = new Uint8Array(rowCount).fill(UNLABELLED);
    const codes = new Map(this.#columns.map((name) => [name, new Int32Array(rowCount)]));
    let first = 0;
    for (const block of this.#blocks.splice(0)) {
      times.set(block.times, first);
      if (block.amounts !== undefined) amounts.set(block.amounts, first);
      if (block.labels !== undefined) labels.set(block.labels, first);
      for (const [name, column] of codes)
        column.set(block.codes.get(name) ?? impossible(`a block lacks ${name}`), first);
      first += block.rowCount;
    }
    return { rowCount, times, amounts, labels, codes };
  }
}

function rowsOf({ times, amounts, labels, codes }: Required<TransactionBlock>, rows: Uint32Array): TransactionBlock {
  return {
    rowCount: rows.length,
    times: Float64Array.from(rows, (row) => times[row]),
    amounts: Float64Array.from(rows, (row) => amounts[row]),
    labels: Uint8Array.from(rows, (row) => labels[row]),
    codes: new Map([...codes].map(([name, column]) => [name, Int32Array.from(rows, (row) => column[row])])),
  };
}

function transactionBlock(profile: Profile, segment: DecodedSegment, dictionaries: Dictionaries): TransactionBlock {
  const time = segment.columns.get(columnWithRole(profile, 'event_time')?.name ?? '');
  const amount = segment.columns.get(columnWithRole(profile, 'amount')?.name ?? '');
  const codes = new Map<string, Int32Array>();
  for (const [name, block] of segment.columns) if (block.kind === 'code') codes.set(name, block.codes);
  return {
    rowCount: segment.rowCount,
    times: time?.kind === 'time' ? time.values : new Float64Array(segment.rowCount).fill(NaN),
    codes,
    ...(amount?.kind === 'number' ? { amounts: amount.values } : {}),
    ...(columnWithRole(profile, 'label') === undefined ? {} : { labels: labelsOf(profile, segment, dictionaries) }),
  };
}
