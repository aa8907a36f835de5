import type { DecimalSum } from '../domain/decimal-sum.ts';
import { isMissingText, readPlainNumber } from '../domain/number-text.ts';
import type { NumberFormat, RecordBatch, RecordingPosition, RejectedRecord } from '../domain/record-batch.ts';

/** One value as JSON or Parquet gives it; a bigint stands for a whole number that a double cannot hold. */
export type Cell = string | number | boolean | bigint | undefined;

/**
 * The number in a cell, added to the sum; NaN where the cell is missing, undefined where it holds none. JSON writes numbers that
 * no double holds (1e999, or 5,000 digits): they are none, as in a text.
 */
export function readCell(cell: Cell, format: NumberFormat, sum: DecimalSum | undefined): number | undefined {
  if (typeof cell === 'string') {
    const plain = readPlainNumber(cell, format);
    if (plain === undefined) return isMissingText(cell) ? NaN : undefined;
    sum?.addText(plain);
    return Number(plain);
  }
  const value = Number(cell);
  if (value === Infinity || value === -Infinity) return undefined;
  if (typeof cell === 'number') sum?.addNumber(cell);
  else if (cell !== undefined) sum?.addText(String(BigInt(cell)));
  return value;
}

/** What rows are written into; columns may be added on the way. */
export interface CellSink {
  /** Same array as long as no column is added. */
  readonly columnNames: readonly string[];
  /** Index of a column, adding it when it is new. @throws TooManyColumnsError. */
  columnOf(name: string): number;
  put(row: number, column: number, value: Cell): void;
  clearRow(row: number): void;
  clear(): void;
}

/** Cell columns. */
export interface CellTable extends CellSink {
  /** `columns[c][r]`. */
  readonly columns: readonly (readonly Cell[])[];
}

/** More columns than this are a sign that keys or a header carry data; each costs memory in every batch, and in the case. */
export const mostColumns = 2048;

/** A record has keys that would be columns beyond the limit. */
export class TooManyColumnsError extends Error {
  constructor() {
    super(
      `The record has keys beyond the ${mostColumns.toLocaleString('en-US')} different ones that are read as columns.`,
    );
  }
}

export function createCellTable(columnNames: readonly string[], rowsPerBatch: number): CellTable {
  const names = [...columnNames];
  const indexOfName = new Map(names.map((name, index) => [name, index]));
  const newColumn = (): Cell[] => new Array<Cell>(rowsPerBatch).fill(undefined);
  const columns = names.map(newColumn);
  let published: readonly string[] = [...names];

  return {
    get columnNames() {
      if (published.length !== names.length) published = [...names];
      return published;
    },
    columns,
    columnOf(name) {
      let index = indexOfName.get(name);
      if (index === undefined) {
        if (names.length >= mostColumns) throw new TooManyColumnsError();
        index = names.length;
        names.push(name);
        indexOfName.set(name, index);
        // Keys that carry data have few cells each: such a column grows with them.
        columns.push([]);
      }
      return index;
    },
    put(row, column, value) {
      columns[column][row] = value;
    },
    clearRow(row) {
      for (const column of columns) column[row] = undefined;
    },
    clear() {
      for (const [index, column] of columns.entries())
        if (index < columnNames.length) column.fill(undefined);
        else column.length = 0;
    },
  };
}

/** The parts of a batch that do not depend on how its cells are kept. */
export interface BatchFrame {
  readonly rowCount: number;
  readonly columnNames: readonly string[];
  readonly rejected: readonly RejectedRecord[];
  readonly next: RecordingPosition;
}

/** Raw rows and their places; Parquet renders them only when they are asked for. */
export interface RawRows {
  readonly bytes: Uint8Array;
  readonly rawStart: Uint32Array;
  readonly rawEnd: Uint32Array;
}

/** A batch over cell columns, in which NaN is a missing number too. `raw` is asked at most once. */
export class CellBatch implements RecordBatch {
  readonly rowCount: number;
  readonly columnNames: readonly string[];
  readonly byteOffset: Float64Array;
  readonly line: Float64Array;
  readonly rejected: readonly RejectedRecord[];
  readonly next: RecordingPosition;
  readonly #columns: readonly ArrayLike<Cell>[];
  readonly #renderRaw: () => RawRows;
  #raw: RawRows | undefined;

  constructor(
    frame: BatchFrame,
    columns: readonly ArrayLike<Cell>[],
    places: { readonly byteOffset: Float64Array; readonly line: Float64Array },
    renderRaw: () => RawRows,
  ) {
    this.rowCount = frame.rowCount;
    this.columnNames = frame.columnNames;
    this.rejected = frame.rejected;
    this.next = frame.next;
    this.byteOffset = places.byteOffset;
    this.line = places.line;
    this.#columns = columns;
    this.#renderRaw = renderRaw;
  }

  get bytes(): Uint8Array {
    return this.#rawRows().bytes;
  }

  get rawStart(): Uint32Array {
    return this.#rawRows().rawStart;
  }

  get rawEnd(): Uint32Array {
    return this.#rawRows().rawEnd;
  }

  text(row: number, column: number): string | undefined {
    const cell = this.#columns[column][row];
    if (cell === undefined) return undefined;
    const text = typeof cell === 'string' ? cell : String(cell);
    return isMissingText(text) ? undefined : text;
  }

  numbers(column: number, format: NumberFormat, out: Float64Array, sum?: DecimalSum): readonly number[] {
    const cells = this.#columns[column];
    const notNumbers: number[] = [];
    for (let row = 0; row < this.rowCount; row++) {
      const value = readCell(cells[row], format, sum);
      out[row] = value ?? NaN;
      if (value === undefined) notNumbers.push(row);
    }
    return notNumbers;
  }

  #rawRows(): RawRows {
    this.#raw ??= this.#renderRaw();
    return this.#raw;
  }
}
