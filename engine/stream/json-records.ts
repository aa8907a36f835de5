import type { RecordBatch } from '../domain/record-batch.ts';
import { CellBatch, createCellTable, type CellTable } from './cell-table.ts';
import { jsonValueWriter, parseExactly } from './json-lines.ts';

/** Records that came as values of one JSON text, not as lines of a recording. */
export interface JsonRecords {
  /** Its columns are those of the wanted ones that a record has; a row whose record is none is empty. */
  readonly batch: RecordBatch;
  /** Why a value is no record, by its index. */
  readonly faults: ReadonlyMap<number, string>;
  /** Whether a record has a key of this name, be it with null. */
  has(row: number, column: string): boolean;
}

/** More digits than this may not fit a double. */
const longNumber = /\d{16}/;

/** Reads JSON text; whole numbers keep all their digits. @throws SyntaxError where it is none. */
export function parseJsonText(text: string): unknown {
  return longNumber.test(text) ? parseExactly(text) : (JSON.parse(text) as unknown);
}

/** Records by the rules of an NDJSON recording, of which only the wanted columns are kept: others cost no memory. */
export function jsonRecords(records: readonly unknown[], wanted: readonly string[]): JsonRecords {
  const rowCount = records.length;
  const table = createCellTable(wanted, rowCount);
  const position = new Map(wanted.map((name, index) => [name, index]));
  const isPresent = wanted.map(() => new Uint8Array(rowCount));
  const kept: CellTable = {
    columnNames: table.columnNames,
    columns: table.columns,
    columnOf: (name) => position.get(name) ?? -1,
    put(row, column, value) {
      if (column < 0) return;
      table.put(row, column, value);
      isPresent[column][row] = 1;
    },
    clearRow(row) {
      table.clearRow(row);
      for (const present of isPresent) present[row] = 0;
    },
    clear: () => table.clear(),
  };
  const writer = jsonValueWriter(kept);
  const faults = new Map<number, string>();
  records.forEach((record, row) => {
    const fault = writer.put(row, record);
    if (fault !== undefined) faults.set(row, fault);
  });

  const given = wanted.flatMap((_, column) => (isPresent[column].includes(1) ? [column] : []));
  const frame = {
    rowCount,
    columnNames: given.map((column) => wanted[column]),
    rejected: [],
    next: { byteOffset: 0, line: rowCount + 1 },
  };
  const places = {
    byteOffset: new Float64Array(rowCount),
    line: Float64Array.from({ length: rowCount }, (_, row) => row + 1),
  };
  const noText = { bytes: new Uint8Array(0), rawStart: new Uint32Array(rowCount), rawEnd: new Uint32Array(rowCount) };
  return {
    batch: new CellBatch(
      frame,
      given.map((column) => table.columns[column]),
      places,
      () => noText,
    ),
    faults,
    has: (row, column) => isPresent[position.get(column) ?? -1]?.[row] === 1,
  };
}
