import { rowsOfBlock, type ColumnBlock } from '../domain/columns.ts';
import type { ColumnTotals } from '../domain/column-totals.ts';
import { DecimalSum, decimalText } from '../domain/decimal-sum.ts';
import { readPlainNumber } from '../domain/number-text.ts';
import type { Profile, ProfileColumn } from '../domain/profile.ts';
import type { RecordBatch } from '../domain/record-batch.ts';
import { blockOfTexts, dictionaryOf, keptBlock, type DecodedBatch, type Dictionaries } from './decode-segment.ts';
import { DistinctCount, textKey, type DistinctState } from './distinct-count.ts';

/** Values that all columns of a recording together may keep to be counted exactly: at most 16 MB. */
const keptValues = 2 ** 18;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The counts of one column so far, as they are kept between two readings. */
export interface ColumnState {
  readonly name: string;
  readonly present: number;
  readonly missing: number;
  readonly least: string | number | null;
  readonly greatest: string | number | null;
  readonly sum: string | null;
  readonly distinct: DistinctState;
}

/** Counts one column, block by block. */
class ColumnCounter {
  readonly column: ProfileColumn;
  readonly sum: DecimalSum | undefined;
  present = 0;
  missing = 0;
  least = Number.POSITIVE_INFINITY;
  greatest = Number.NEGATIVE_INFINITY;
  leastText: Uint8Array | undefined;
  greatestText: Uint8Array | undefined;
  #lastText: Uint8Array | undefined;
  readonly #distinct: DistinctCount;
  /** Categories: 1 for each code that occurs. */
  #seenCodes = new Uint8Array(0);

  constructor(column: ProfileColumn, mostKept: number) {
    this.column = column;
    this.sum = column.kind === 'number' ? new DecimalSum() : undefined;
    this.#distinct = new DistinctCount(mostKept);
  }

  add(block: ColumnBlock): void {
    const before = this.present;
    const rows = rowsOfBlock(block);
    if (block.kind === 'code') this.#addCodes(block.codes);
    else if (block.kind === 'text') this.#addTexts(block.bytes, block.ends);
    else this.#addValues(block.values);
    this.missing += rows - (this.present - before);
  }

  #addValues(values: Float64Array): void {
    let { present, least, greatest } = this;
    for (let row = 0; row < values.length; row++) {
      const value = values[row];
      if (value !== value) continue;
      present += 1;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    this.present = present;
    this.least = least;
    this.greatest = greatest;
    this.#distinct.addAll(values);
  }

  #addCodes(codes: Int32Array): void {
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row];
      if (code < 0) continue;
      this.present += 1;
      if (code >= this.#seenCodes.length) this.#reserveCodes(code);
      this.#seenCodes[code] = 1;
    }
  }

  #reserveCodes(code: number): void {
    const longer = new Uint8Array(Math.max(code + 1, 2 * this.#seenCodes.length));
    longer.set(this.#seenCodes);
    this.#seenCodes = longer;
  }

  #addTexts(bytes: Uint8Array, ends: Uint32Array): void {
    const distinct = this.#distinct;
    let last = this.#lastText;
    let lastStart = 0;
    let lastEnd = last?.length ?? 0;
    for (let row = 0, start = 0; row < ends.length; start = ends[row++]) {
      const end = ends[row];
      if (start === end) continue;
      this.present += 1;
      // Numbers of documents rise along most recordings: longer, or as long and greater.
      const rises =
        last === undefined
          ? 1
          : end - start - (lastEnd - lastStart) || compare(bytes, start, end, last, lastStart, lastEnd);
      if (rises > 0) distinct.addNew(textKey(bytes, start, end));
      else if (rises < 0) distinct.add(textKey(bytes, start, end));
      last = bytes;
      lastStart = start;
      lastEnd = end;
      const { leastText: least, greatestText: greatest } = this;
      if (least === undefined || compare(bytes, start, end, least, 0, least.length) < 0)
        this.leastText = bytes.slice(start, end);
      if (greatest === undefined || compare(bytes, start, end, greatest, 0, greatest.length) > 0)
        this.greatestText = bytes.slice(start, end);
    }
    this.#lastText = last?.slice(lastStart, lastEnd);
  }

  get isExact(): boolean {
    return this.#distinct.isExact;
  }

  distinctValues(): number {
    return this.column.kind === 'category' ? this.codes().length : this.#distinct.count();
  }

  /** The codes that occur. */
  codes(): readonly number[] {
    return [...this.#seenCodes.keys()].filter((code) => this.#seenCodes[code] === 1);
  }

  distinctState(mostValues: number): DistinctState {
    // The dictionary keeps every text of a category anyway.
    return this.column.kind === 'category'
      ? { values: Float64Array.from(this.codes()) }
      : this.#distinct.state(mostValues);
  }

  restoreDistinct(state: DistinctState): void {
    if (this.column.kind === 'category' && 'values' in state) this.#addCodes(Int32Array.from(state.values));
    else this.#distinct.restore(state);
  }
}

/**
 * The control totals of every column of a profile, over the rows that were stored. It depends only on those rows, never on how they
 * were cut into batches.
 */
export class TotalsCollector {
  readonly #counters: readonly ColumnCounter[];
  readonly #dictionaries: Dictionaries;
  /** What the decoder of the same batches adds the numbers to, by column. */
  readonly sums: ReadonlyMap<string, DecimalSum>;

  constructor(profile: Profile, dictionaries: Dictionaries) {
    const share = keptValues / Math.max(1, profile.columns.length);
    const mostKept = 2 ** Math.floor(Math.log2(share));
    this.#counters = profile.columns.map((column) => new ColumnCounter(column, mostKept));
    this.#dictionaries = dictionaries;
    this.sums = new Map(
      this.#counters.flatMap(({ column, sum }) => (sum === undefined ? [] : [[column.name, sum] as const])),
    );
  }

  /** Takes in a batch that was decoded with `sums`; only the rows kept count. */
  add(batch: RecordBatch, { segment, keptRows }: DecodedBatch): void {
    for (const counter of this.#counters) {
      const { column, sum } = counter;
      const index = batch.columnNames.indexOf(column.name);
      const block = segment.columns.get(column.name);
      if (index < 0) counter.missing += segment.rowCount;
      else if (block !== undefined) counter.add(block);
      else {
        const texts = blockOfTexts(batch, index);
        counter.add(keptRows === null ? texts : keptBlock(texts, keptRows));
      }
      if (sum === undefined) continue;
      if (keptRows !== null) addAgain(sum, batch, index, column, keptRows, block);
      sum.settle();
    }
  }

  /** What the batch decoded last added to the sums does not count; it is decoded anew. */
  discard(): void {
    for (const { sum } of this.#counters) sum?.discard();
  }

  /** By column, in the profile's order. */
  totals(): ReadonlyMap<string, ColumnTotals> {
    return new Map(this.#counters.map((counter) => [counter.column.name, this.#totalsOf(counter)]));
  }

  /** What must be kept to go on counting; columns with more different values go on as estimates. */
  states(mostValues: number): readonly ColumnState[] {
    return this.#counters.map((counter) => {
      const { column, present, missing, sum } = counter;
      const text = (bytes: Uint8Array | undefined): string | null =>
        bytes === undefined ? null : decoder.decode(bytes);
      const ends: readonly (string | number | null)[] =
        column.kind === 'text'
          ? [text(counter.leastText), text(counter.greatestText)]
          : column.kind === 'category' || counter.least > counter.greatest
            ? [null, null]
            : [counter.least, counter.greatest];
      return {
        name: column.name,
        present,
        missing,
        least: ends[0],
        greatest: ends[1],
        sum: sum?.toString() ?? null,
        distinct: counter.distinctState(mostValues),
      };
    });
  }

  /** Goes on from kept states of the same columns, which must be read as they were then. */
  restore(states: readonly ColumnState[]): void {
    for (const counter of this.#counters) {
      const state = states.find(({ name }) => name === counter.column.name);
      if (state === undefined) continue;
      if (typeof state.least === 'number') counter.least = state.least;
      if (typeof state.greatest === 'number') counter.greatest = state.greatest;
      if (typeof state.least === 'string') counter.leastText = encoder.encode(state.least);
      if (typeof state.greatest === 'string') counter.greatestText = encoder.encode(state.greatest);
      if (state.sum !== null) counter.sum?.addText(state.sum);
      counter.sum?.settle();
      counter.restoreDistinct(state.distinct);
      counter.present = state.present;
      counter.missing = state.missing;
    }
  }

  #totalsOf(counter: ColumnCounter): ColumnTotals {
    const { present, missing, sum, least, greatest } = counter;
    const [from, to] = present === 0 ? [null, null] : this.#endsOf(counter);
    const isFinite = least > Number.NEGATIVE_INFINITY && greatest < Number.POSITIVE_INFINITY;
    return {
      present,
      missing,
      distinct: counter.distinctValues(),
      distinctIsExact: counter.isExact,
      from,
      to,
      sum: sum === undefined || (present > 0 && !isFinite) ? null : sum.toString(),
    };
  }

  #endsOf(counter: ColumnCounter): readonly [string, string] {
    const { column, least, greatest, leastText, greatestText } = counter;
    switch (column.kind) {
      case 'number':
        return [numberText(least), numberText(greatest)];
      case 'time':
        return column.timeFormat === 'seconds-relative'
          ? [numberText(least / 1000), numberText(greatest / 1000)]
          : [new Date(least).toISOString(), new Date(greatest).toISOString()];
      case 'text':
        return [decoder.decode(leastText), decoder.decode(greatestText)];
      case 'category': {
        const dictionary = dictionaryOf(this.#dictionaries, column.name);
        const texts = counter
          .codes()
          .map((code) => encoder.encode(dictionary.textOf(code)))
          .sort((one, other) => compare(one, 0, one.length, other, 0, other.length));
        return [decoder.decode(texts[0]), decoder.decode(texts.at(-1))];
      }
    }
  }
}

function numberText(value: number): string {
  return Number.isFinite(value) ? decimalText(value) : String(value);
}

/** Some rows of the batch were not kept: the sum is made anew from the others. */
function addAgain(
  sum: DecimalSum,
  batch: RecordBatch,
  index: number,
  { numberFormat }: ProfileColumn,
  keptRows: Uint32Array,
  block: ColumnBlock | undefined,
): void {
  sum.discard();
  if (index < 0 || block?.kind !== 'number') return;
  keptRows.forEach((row, position) => {
    const text = numberFormat === undefined ? undefined : batch.text(row, index);
    const plain = text === undefined || numberFormat === undefined ? undefined : readPlainNumber(text, numberFormat);
    if (plain === undefined) sum.addNumber(block.values[position]);
    else sum.addText(plain);
  });
}

/** Below 0 where `one[start..end)` comes before `other[otherStart..otherEnd)` by its bytes, 0 where they are equal. */
function compare(
  one: Uint8Array,
  start: number,
  end: number,
  other: Uint8Array,
  otherStart: number,
  otherEnd: number,
): number {
  const shared = Math.min(end - start, otherEnd - otherStart);
  for (let at = 0; at < shared; at++) {
    const difference = one[start + at] - other[otherStart + at];
    if (difference !== 0) return difference;
  }
  return end - start - (otherEnd - otherStart);
}
