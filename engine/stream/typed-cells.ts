import { decodeNumberText, isMissingText } from '../domain/number-text.ts';
import type { NumberFormat, RecordBatch, RecordingPosition, RejectedRecord } from '../domain/record-batch.ts';
import type { BatchFrame, Cell, CellSink, RawRows } from './cell-table.ts';
import { mostColumns } from './cell-table.ts';
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

/**
 * Cells of a batch in typed arrays: numbers as they are, texts as places in the raw bytes, so that a cell costs no
 * object. Whatever else there is (booleans, texts with escapes, large integers) stands beside them.
 */
export class TypedCells implements CellSink {
  readonly #capacity: number;
  readonly #names: string[];
  readonly #indexOfName: Map<string, number>;
  readonly #columns: TypedColumn[];
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
      if (this.#names.length >= mostColumns) throw new RangeError(`more than ${String(mostColumns)} distinct keys`);
      index = this.#names.length;
      this.#names.push(name);
      this.#indexOfName.set(name, index);
      this.#columns.push(this.#newColumn());
    }
    return index;
  }

  put(row: number, column: number, value: Cell): void {
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
    const { kinds, values } = this.#columns[column];
    kinds[row] = number;
    values[row] = value;
  }

  /** A text that is `bytes[start..end)` of the batch, at most `longestRecordBytes` of valid UTF-8. */
  putSpan(row: number, column: number, start: number, end: number): void {
    const { kinds, values } = this.#columns[column];
    kinds[row] = span;
    values[row] = start * spanUnit + (end - start);
  }

  clearRow(row: number): void {
    for (const { kinds } of this.#columns) kinds[row] = missing;
  }

  clear(): void {
    for (const { kinds } of this.#columns) kinds.fill(missing);
  }

  /** The batch of what was written; valid until the cells are cleared. */
  batch(
    frame: BatchFrame,
    places: { readonly byteOffset: Float64Array; readonly line: Float64Array },
    raw: RawRows,
  ): RecordBatch {
    return new TypedBatch(frame, this.#columns, places, raw);
  }

  #newColumn(): TypedColumn {
    const capacity = this.#capacity;
    return { kinds: new Uint8Array(capacity), values: new Float64Array(capacity), others: undefined };
  }
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
  readonly #text: Buffer;

  constructor(
    frame: BatchFrame,
    columns: readonly TypedColumn[],
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
    this.#text = Buffer.from(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.byteLength);
  }

  text(row: number, column: number): string | undefined {
    const cells = this.#columns[column];
    const text = this.#cellText(row, cells);
    const isMissing = text === undefined || (cells.kinds[row] !== number && isMissingText(text));
    return isMissing ? undefined : text;
  }

  numbers(column: number, format: NumberFormat, out: Float64Array): readonly number[] {
    const cells = this.#columns[column];
    const { kinds, values, others } = cells;
    const notNumbers: number[] = [];
    for (let row = 0; row < this.rowCount; row++) {
      const kind = kinds[row];
      if (kind === number) {
        out[row] = values[row];
        continue;
      }
      const cell = kind === other ? others?.[row] : undefined;
      const text = kind === span || typeof cell === 'string' ? this.#cellText(row, cells) : undefined;
      if (text === undefined) {
        out[row] = cell === undefined ? NaN : Number(cell);
        continue;
      }
      out[row] = decodeNumberText(text, format);
      if (Number.isNaN(out[row]) && !isMissingText(text)) notNumbers.push(row);
    }
    return notNumbers;
  }

  #cellText(row: number, { kinds, values, others }: TypedColumn): string | undefined {
    switch (kinds[row]) {
      case missing:
        return undefined;
      case number:
        return String(values[row]);
      case span: {
        const start = Math.floor(values[row] / spanUnit);
        return this.#text.toString('utf8', start, start + (values[row] % spanUnit));
      }
      default: {
        const cell = others?.[row];
        return typeof cell === 'string' || cell === undefined ? cell : String(cell);
      }
    }
  }
}
