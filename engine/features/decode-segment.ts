import type { ColumnBlock, DecodedSegment, Dictionary } from '../domain/columns.ts';
import type { DecimalSum } from '../domain/decimal-sum.ts';
import { impossible } from '../domain/error.ts';
import type { Profile, ProfileColumn, TimeFormat } from '../domain/profile.ts';
import type { NumberFormat, RecordBatch, RecordTexts } from '../domain/record-batch.ts';
import { instantOfNumber, isNumericTimeFormat, timeReader } from '../domain/time-text.ts';
import { zoneClock } from '../domain/time-zone.ts';
import type { ZoneClock } from '../domain/time-zone.ts';
import { joinedText } from './joined-text.ts';
import { TextBlockWriter } from './text-block.ts';

/** One dictionary per column of kind category, by column name. */
export type Dictionaries = ReadonlyMap<string, Dictionary>;

/** A row whose cell is present but cannot be read as its column demands; the row belongs in quarantine. */
export interface InvalidRow {
  /** Row of the batch, from 0. */
  readonly row: number;
  readonly column: string;
  readonly reason: string;
}

export interface DecodedBatch {
  /** The valid rows, close together. */
  readonly segment: DecodedSegment;
  /** The batch's row of each row of the segment; null where every row was kept. */
  readonly keptRows: Uint32Array | null;
  /** At most one entry per row, in row order. */
  readonly invalid: readonly InvalidRow[];
  /** Decoded columns of the profile that this batch lacks; all their cells are missing. */
  readonly absentColumns: readonly string[];
  /** Columns of this batch that the profile does not know; they are not decoded. */
  readonly unknownColumns: readonly string[];
}

/** Decodes a batch; `firstSequence` is the position in the whole stream that its first kept row gets. */
export type SegmentDecoder = (batch: RecordBatch, firstSequence: number) => DecodedBatch;

/** True for columns whose cells are decoded: all but text, which is kept only for the id. */
export function isDecoded(column: ProfileColumn): boolean {
  return column.kind !== 'text' || column.role === 'id';
}

/** The names of the columns that need a dictionary. */
export function dictionaryColumns(profile: Profile): readonly string[] {
  return profile.columns.filter(({ kind }) => kind === 'category').map(({ name }) => name);
}

/** The names of the columns whose cells are read as numbers, with the sign before their decimals. */
export function numberColumns(profile: Profile): ReadonlyMap<string, NumberFormat['decimal']> {
  const isRead = ({ kind, timeFormat, joinedWith }: ProfileColumn): boolean =>
    kind === 'number' ||
    (kind === 'time' && joinedWith === undefined && timeFormat !== undefined && isNumericTimeFormat(timeFormat));
  return new Map(
    profile.columns.filter(isRead).map(({ name, numberFormat = plainNumber }) => [name, numberFormat.decimal]),
  );
}

/** A dictionary of a profile's column; its absence is a fault of the caller. */
export function dictionaryOf(dictionaries: Dictionaries, column: string): Dictionary {
  return dictionaries.get(column) ?? impossible(`the category column '${column}' was given no dictionary`);
}

/** Rows that cannot be read, by row; the first column that fails gives the reason. */
type InvalidRows = Map<number, InvalidRow>;

/** Where a batch has a column, or undefined where it has none. */
type PositionOf = (column: string) => number | undefined;

/** Decodes one column of a batch; bad rows are reported, and hold a missing value. */
type ColumnDecoder = (
  batch: RecordBatch,
  column: number,
  reportBadRow: (row: number) => void,
  positionOf: PositionOf,
) => ColumnBlock;

const plainNumber: NumberFormat = { decimal: '.', group: null, decorated: false };

function numberDecoder(format: NumberFormat, sum: DecimalSum | undefined, isAmount: boolean): ColumnDecoder {
  return (batch, column, reportBadRow) => {
    const values = new Float64Array(batch.rowCount);
    batch.numbers(column, format, values, sum).forEach(reportBadRow);
    if (isAmount) reportBooleans(batch, column, values, reportBadRow);
    return { kind: 'number', values };
  };
}

function numericTimeDecoder(format: TimeFormat, numberFormat: NumberFormat, clock: ZoneClock): ColumnDecoder {
  return (batch, column, reportBadRow) => {
    const values = new Float64Array(batch.rowCount);
    batch.numbers(column, numberFormat, values).forEach(reportBadRow);
    reportBooleans(batch, column, values, reportBadRow);
    for (let row = 0; row < values.length; row++) values[row] = instantOfNumber(values[row], format, clock);
    return { kind: 'time', values };
  };
}

function textTimeDecoder(format: TimeFormat, clock: ZoneClock): ColumnDecoder {
  const read = timeReader(format);
  return (batch, column, reportBadRow) => {
    const values = new Float64Array(batch.rowCount);
    for (let row = 0; row < batch.rowCount; row++) {
      const text = batch.text(row, column);
      values[row] = text === undefined ? NaN : read(text.trim(), clock);
      if (text !== undefined && Number.isNaN(values[row])) reportBadRow(row);
    }
    return { kind: 'time', values };
  };
}

/** Times whose parts stand in several columns: missing where a part is. */
function joinedTimeDecoder(format: TimeFormat, others: readonly string[], clock: ZoneClock): ColumnDecoder {
  const read = timeReader(format);
  return (batch, column, reportBadRow, positionOf) => {
    const positions = [column, ...others.map((name) => positionOf(name) ?? -1)];
    const values = new Float64Array(batch.rowCount).fill(NaN);
    if (positions.includes(-1)) return { kind: 'time', values };
    for (let row = 0; row < batch.rowCount; row++) {
      const text = joinedText(positions.map((position) => batch.text(row, position)));
      if (text === undefined) continue;
      values[row] = read(text, clock);
      if (Number.isNaN(values[row])) reportBadRow(row);
    }
    return { kind: 'time', values };
  };
}

/** Yes and no are 1 and 0 where a column asks a question; among amounts and times they are a mistake of whoever wrote them. */
function reportBooleans(
  batch: RecordBatch,
  column: number,
  values: Float64Array,
  reportBadRow: (row: number) => void,
): void {
  for (let row = 0; row < values.length; row++) {
    if (values[row] !== 0 && values[row] !== 1) continue;
    if (/^\s*(true|false)\s*$/iu.test(batch.text(row, column) ?? '')) reportBadRow(row);
  }
}

function codeDecoder(dictionary: Dictionary): ColumnDecoder {
  return (batch, column) => {
    const codes = new Int32Array(batch.rowCount);
    if (batch.codes === undefined) codesOfTexts(batch, column, dictionary, codes);
    else batch.codes(column, dictionary, codes);
    return { kind: 'code', codes };
  };
}

/** As `RecordBatch.codes`, by the text of every cell. */
export function codesOfTexts(batch: RecordTexts, column: number, dictionary: Dictionary, out: Int32Array): void {
  for (let row = 0; row < batch.rowCount; row++) {
    const text = batch.text(row, column);
    out[row] = text === undefined ? -1 : dictionary.codeOf(text);
  }
}

/** A column as it is written, read as texts; valid after the batch is gone. */
export function blockOfTexts(batch: RecordBatch, column: number): ColumnBlock {
  const texts = new TextBlockWriter(batch.rowCount);
  for (let row = 0; row < batch.rowCount; row++)
    if (batch.addBytesOf?.(row, column, texts) !== true) texts.addText(batch.text(row, column) ?? '');
  return texts.finish();
}

function columnDecoder(
  column: ProfileColumn,
  clock: ZoneClock,
  dictionaries: Dictionaries,
  sum: DecimalSum | undefined,
): ColumnDecoder {
  switch (column.kind) {
    case 'number':
      return numberDecoder(column.numberFormat ?? plainNumber, sum, column.role === 'amount');
    case 'time': {
      const format = column.timeFormat ?? impossible(`the time column '${column.name}' has no format`);
      if (column.joinedWith !== undefined) return joinedTimeDecoder(format, column.joinedWith, clock);
      return isNumericTimeFormat(format)
        ? numericTimeDecoder(format, column.numberFormat ?? plainNumber, clock)
        : textTimeDecoder(format, clock);
    }
    case 'category':
      return codeDecoder(dictionaryOf(dictionaries, column.name));
    case 'text':
      return blockOfTexts;
  }
}

/** A block with every cell missing. */
function missingBlock(column: ProfileColumn, rowCount: number): ColumnBlock {
  switch (column.kind) {
    case 'number':
    case 'time':
      return { kind: column.kind, values: new Float64Array(rowCount).fill(NaN) };
    case 'category':
      return { kind: 'code', codes: new Int32Array(rowCount).fill(-1) };
    case 'text':
      return { kind: 'text', bytes: new Uint8Array(0), ends: new Uint32Array(rowCount) };
  }
}

function keptText(bytes: Uint8Array, ends: Uint32Array, rows: Uint32Array): ColumnBlock {
  const keptBytes = new Uint8Array(bytes.length);
  const keptEnds = new Uint32Array(rows.length);
  let length = 0;
  rows.forEach((row, index) => {
    const text = bytes.subarray(row === 0 ? 0 : ends[row - 1], ends[row]);
    keptBytes.set(text, length);
    length += text.length;
    keptEnds[index] = length;
  });
  return { kind: 'text', bytes: keptBytes.slice(0, length), ends: keptEnds };
}

/** Some rows of a block, close together. */
export function keptBlock(block: ColumnBlock, rows: Uint32Array): ColumnBlock {
  switch (block.kind) {
    case 'number':
    case 'time':
      return { kind: block.kind, values: Float64Array.from(rows, (row) => block.values[row]) };
    case 'code':
      return { kind: 'code', codes: Int32Array.from(rows, (row) => block.codes[row]) };
    case 'text':
      return keptText(block.bytes, block.ends, rows);
  }
}

/** Some rows of a segment, close together. */
export function segmentOfRows({ firstSequence, columns }: DecodedSegment, rows: Uint32Array): DecodedSegment {
  const kept = new Map([...columns].map(([name, block]) => [name, keptBlock(block, rows)]));
  return { firstSequence, rowCount: rows.length, columns: kept };
}

const longestShownCell = 60;

function badCellReason(column: ProfileColumn, cell: string | undefined): string {
  const shown =
    cell === undefined || cell.length <= longestShownCell ? (cell ?? '') : `${cell.slice(0, longestShownCell)}...`;
  return `'${shown}${badCellEnd(column)}`;
}

function badCellEnd({ name, kind }: ProfileColumn): string {
  return `' in column '${name}' is not a ${kind === 'time' ? 'time' : 'number'} in the column's format`;
}

/** The column whose cell set a record aside for this reason; undefined where the record is malformed in itself. */
export function columnOfBadCell(reason: string, columns: readonly ProfileColumn[]): ProfileColumn | undefined {
  return columns.find((column) => reason.endsWith(badCellEnd(column)));
}

/**
 * A decoder of batches into columns by the profile. All columns of kind number, time and category are decoded, ignored
 * ones too; of the texts only the id. A present cell that cannot be read makes its row invalid, except in an
 * ignored column, where it is missing. New texts are added to the dictionaries, also those of rows that turn out invalid.
 * The numbers of every row, invalid ones too, are added to the `sums` of their columns.
 */
export function createSegmentDecoder(
  profile: Profile,
  dictionaries: Dictionaries,
  sums: ReadonlyMap<string, DecimalSum> = new Map(),
): SegmentDecoder {
  const clock = zoneClock(profile.timeZone);
  const knownNames = new Set(profile.columns.map(({ name }) => name));
  const columns = profile.columns
    .filter(isDecoded)
    .map((column) => ({ column, decode: columnDecoder(column, clock, dictionaries, sums.get(column.name)) }));

  return (batch, firstSequence) => {
    const position = new Map(batch.columnNames.map((name, index) => [name, index]));
    const positionOf: PositionOf = (name) => position.get(name);
    const invalidRows: InvalidRows = new Map();
    const absentColumns: string[] = [];
    const decoded = new Map<string, ColumnBlock>();
    for (const { column, decode } of columns) {
      const index = position.get(column.name);
      if (index === undefined) {
        absentColumns.push(column.name);
        decoded.set(column.name, missingBlock(column, batch.rowCount));
        continue;
      }
      const reportBadRow = (row: number): void => {
        if (column.role === 'ignored' || invalidRows.has(row)) return;
        invalidRows.set(row, { row, column: column.name, reason: badCellReason(column, batch.text(row, index)) });
      };
      decoded.set(column.name, decode(batch, index, reportBadRow, positionOf));
    }

    const unknownColumns = batch.columnNames.filter((name) => !knownNames.has(name));
    if (invalidRows.size === 0) {
      const segment = { firstSequence, rowCount: batch.rowCount, columns: decoded };
      return { segment, keptRows: null, invalid: [], absentColumns, unknownColumns };
    }
    const valid = Uint32Array.from({ length: batch.rowCount }, (_, row) => row).filter((row) => !invalidRows.has(row));
    const segment = segmentOfRows({ firstSequence, rowCount: batch.rowCount, columns: decoded }, valid);
    const invalid = [...invalidRows.values()].sort((left, right) => left.row - right.row);
    return { segment, keptRows: valid, invalid, absentColumns, unknownColumns };
  };
}
