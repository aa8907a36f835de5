import type { Dictionary } from '../domain/columns.ts';
import type { DecimalSum } from '../domain/decimal-sum.ts';
import { isMissingText, isSurelyPresent } from '../domain/number-text.ts';
import type { NumberFormat, RecordBatch, RecordingPosition, RejectedRecord, TextSink } from '../domain/record-batch.ts';
import type { BatchFrame, Cell, CellSink, RawRows } from './cell-table.ts';
import { TooManyColumnsError, mostColumns, readCell } from './cell-table.ts';
import { CodeTable, unknownCode } from './code-table.ts';
import { longestRecordBytes } from './text-batches.ts';

const missing = 0;
const number = 1;
/** A text that stands in the raw bytes of the batch as it is: `start * spanUnit + length`. */
const span = 2;
const other = 3;
const spanUnit = 2 * longestRecordBytes;

interface TypedColumn {
  readonly kinds: Uint8Array;
  readonly values: Float64Array;
  /** Cells of kind `other`; made when there is the first. */
  others: Cell[] | undefined;
}

/** A cell of a column that was not known beforehand; `other` is that of kind `other`. */
interface StrayCell {
  readonly kind: number;
  readonly value: number;
  readonly other: Cell;
}

/** So many different numbers of a column are known by their codes at once. */
const mostKnownNumbers = 1 << 16;

/** The codes of texts and numbers in one dictionary. */
interface KnownCodes {
  readonly spans: CodeTable;
  readonly numbers: Map<number, number>;
}

/** By row: keys that carry data (an id, a date) come by the thousand and have few cells each. */
type StrayColumn = Map<number, StrayCell>;

/**
 * Cells of a batch in typed arrays: numbers as they are, texts as places in the raw bytes, so that a cell costs no
 * object. Whatever else there is (booleans, texts with escapes, large integers) stands beside them.
 */
export class TypedCells implements CellSink {
  readonly #capacity: number;
  readonly #names: string[];
  readonly #indexOfName: Map<string, number>;
  /** Of the names given at first; those met later are strays. */
  readonly #columns: readonly TypedColumn[];
  readonly #strays: StrayColumn[] = [];
  readonly #codes = new Map<Dictionary, KnownCodes>();
  #published: readonly string[];

  constructor(columnNames: readonly string[], capacity: number) {
    this.#capacity = capacity;
    this.#names = [...columnNames];
    this.#published = [...columnNames];
    this.#indexOfName = new Map(columnNames.map((name, index) => [name, index]));
    this.#columns = columnNames.map(() => this.#newColumn());
  }

  get columnNames(): readonly string[] {
    if (this.#published.length !== this.#names.length) this.#published = [...this.#names];
    return this.#published;
  }

  columnOf(name: string): number {
    let index = this.#indexOfName.get(name);
    if (index === undefined) {
      if (this.#names.length >= mostColumns) throw new TooManyColumnsError();
      index = this.#names.length;
      this.#names.push(name);
      this.#indexOfName.set(name, index);
      this.#strays.push(new Map());
    }
    return index;
  }

  put(row: number, column: number, value: Cell): void {
    if (column >= this.#columns.length) {
      if (typeof value === 'number') this.#putStray(row, column, { kind: number, value, other: undefined });
      else this.#putStray(row, column, { kind: value === undefined ? missing : other, value: 0, other: value });
      return;
    }
    const { kinds, values } = this.#columns[column];
    if (value === undefined) {
      kinds[row] = missing;
    } else if (typeof value === 'number') {
      kinds[row] = number;
      values[row] = value;
    } else {
      kinds[row] = other;
      (this.#columns[column].others ??= new Array<Cell>(this.#capacity).fill(undefined))[row] = value;
    }
  }

  putNumber(row: number, column: number, value: number): void {
    if (column >= this.#columns.length) {
      this.#putStray(row, column, { kind: number, value, other: undefined });
      return;
    }
    const { kinds, values } = this.#columns[column];
    kinds[row] = number;
    values[row] = value;
  }

  /** A text that is `bytes[start..end)` of the batch, at most `longestRecordBytes` of valid UTF-8. */
  putSpan(row: number, column: number, start: number, end: number): void {
    if (column >= this.#columns.length) {
      this.#putStray(row, column, { kind: span, value: start * spanUnit + (end - start), other: undefined });
      return;
    }
    const { kinds, values } = this.#columns[column];
    kinds[row] = span;
    values[row] = start * spanUnit + (end - start);
  }

  clearRow(row: number): void {
    for (const { kinds } of this.#columns) kinds[row] = missing;
    for (const stray of this.#strays) stray.delete(row);
  }

  clear(): void {
    for (const { kinds } of this.#columns) kinds.fill(missing);
    for (const stray of this.#strays) stray.clear();
  }

  /** The batch of what was written; valid until the cells are cleared. */
  batch(
    frame: BatchFrame,
    places: { readonly byteOffset: Float64Array; readonly line: Float64Array },
    raw: RawRows,
  ): RecordBatch {
    return new TypedBatch(frame, this.#columns, this.#strays, this.#codes, places, raw);
  }

  #putStray(row: number, column: number, cell: StrayCell): void {
    this.#strays[column - this.#columns.length].set(row, cell);
  }

  #newColumn(): TypedColumn {
    return emptyColumn(this.#capacity);
  }
}

function emptyColumn(rows: number): TypedColumn {
  return { kinds: new Uint8Array(rows), values: new Float64Array(rows), others: undefined };
}

class TypedBatch implements RecordBatch {
  readonly rowCount: number;
  readonly columnNames: readonly string[];
  readonly bytes: Uint8Array;
  readonly rawStart: Uint32Array;
  readonly rawEnd: Uint32Array;
  readonly byteOffset: Float64Array;
  readonly line: Float64Array;
  readonly rejected: readonly RejectedRecord[];
  readonly next: RecordingPosition;
  readonly #columns: readonly TypedColumn[];
  readonly #strays: readonly StrayColumn[];
  /** Those met so far, also in earlier batches. */
  readonly #codes: Map<Dictionary, KnownCodes>;
  /** Strays that were asked for. */
  readonly #spread = new Map<number, TypedColumn>();
  readonly #text: Buffer;

  constructor(
    frame: BatchFrame,
    columns: readonly TypedColumn[],
    strays: readonly StrayColumn[],
    codes: Map<Dictionary, KnownCodes>,
    places: { readonly byteOffset: Float64Array; readonly line: Float64Array },
    raw: RawRows,
  ) {
    this.rowCount = frame.rowCount;
    this.columnNames = frame.columnNames;
    this.rejected = frame.rejected;
    this.next = frame.next;
    this.bytes = raw.bytes;
    this.rawStart = raw.rawStart;
    this.rawEnd = raw.rawEnd;
    this.byteOffset = places.byteOffset;
    this.line = places.line;
    this.#columns = columns;
    this.#strays = strays;
    this.#codes = codes;
    this.#text = Buffer.from(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.byteLength);
  }

  text(row: number, column: number): string | undefined {
    const cells = this.#columnAt(column);
    const text = this.#cellText(row, cells);
    const isMissing = text === undefined || (cells.kinds[row] !== number && isMissingText(text));
    return isMissing ? undefined : text;
  }

  numbers(column: number, format: NumberFormat, out: Float64Array, sum?: DecimalSum): readonly number[] {
    const cells = this.#columnAt(column);
    const { kinds, values } = cells;
    const notNumbers: number[] = [];
    for (let row = 0; row < this.rowCount; row++) {
      const cell = kinds[row] === number ? values[row] : this.#otherCell(row, cells);
      const value = readCell(cell, format, sum);
      out[row] = value ?? NaN;
      if (value === undefined) notNumbers.push(row);
    }
    return notNumbers;
  }

  addBytesOf(row: number, column: number, texts: TextSink): boolean {
    const { kinds, values } = this.#columnAt(column);
    const value = values[row];
    if (kinds[row] === number && value >= 0 && Number.isSafeInteger(value)) {
      texts.addInteger(value);
      return true;
    }
    const start = Math.floor(value / spanUnit);
    const end = start + (value % spanUnit);
    if (kinds[row] !== span || !isSurelyPresent(this.bytes, start, end)) return false;
    texts.addBytes(this.bytes, start, end);
    return true;
  }

  codes(column: number, dictionary: Dictionary, out: Int32Array): void {
    const { kinds, values } = this.#columnAt(column);
    const known = this.#codes.get(dictionary) ?? { spans: new CodeTable(), numbers: new Map<number, number>() };
    this.#codes.set(dictionary, known);
    const { spans, numbers } = known;
    for (let row = 0; row < this.rowCount; row++) {
      const [kind, value] = [kinds[row], values[row]];
      const start = kind === span ? Math.floor(value / spanUnit) : 0;
      const end = kind === span ? start + (value % spanUnit) : 0;
      let code = unknownCode;
      if (kind === span) code = spans.find(this.#text, start, end);
      else if (kind === number) code = numbers.get(value) ?? unknownCode;
      if (code === unknownCode) {
        const text = this.text(row, column);
        code = text === undefined ? -1 : dictionary.codeOf(text);
        if (kind === span) spans.add(this.#text, start, end, code);
        else if (kind === number && numbers.size < mostKnownNumbers) numbers.set(value, code);
      }
      out[row] = code;
    }
  }

  #columnAt(column: number): TypedColumn {
    if (column < this.#columns.length) return this.#columns[column];
    let cells = this.#spread.get(column);
    if (cells === undefined) {
      cells = emptyColumn(this.rowCount);
      for (const [row, { kind, value, other: cell }] of this.#strays[column - this.#columns.length]) {
        cells.kinds[row] = kind;
        cells.values[row] = value;
        if (cell !== undefined) (cells.others ??= new Array<Cell>(this.rowCount).fill(undefined))[row] = cell;
      }
      this.#spread.set(column, cells);
    }
    return cells;
  }

  #cellText(row: number, cells: TypedColumn): string | undefined {
    const cell = cells.kinds[row] === number ? cells.values[row] : this.#otherCell(row, cells);
    return cell === undefined ? undefined : String(cell);
  }

  /** A cell that is not a number in its place. */
  #otherCell(row: number, { kinds, values, others }: TypedColumn): Cell {
    switch (kinds[row]) {
      case missing:
        return undefined;
      case span: {
        const start = Math.floor(values[row] / spanUnit);
        return this.#text.toString('utf8', start, start + (values[row] % spanUnit));
      }
      default:
        return others?.[row];
    }
  }
}
