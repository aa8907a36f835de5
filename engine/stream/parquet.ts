import type { FileHandle } from 'node:fs/promises';
import type { AsyncBuffer, FileMetaData, RowGroup, SchemaTree } from 'hyparquet';
import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { AssayError, usageError } from '../domain/error.ts';
import type { RecordBatch, RecordingPosition, RecordingReader } from '../domain/record-batch.ts';
import type { Cell, RawRows } from './cell-table.ts';
import { CellBatch, createCellTable } from './cell-table.ts';

/** A leaf that becomes one column: the values of a top-level column, and the keys to follow in each. */
interface LeafColumn {
  readonly name: string;
  readonly topLevel: string;
  readonly keys: readonly string[];
}

function leafColumns(node: SchemaTree, topLevel: string, keys: readonly string[]): readonly LeafColumn[] {
  const isStruct =
    node.children.length > 0 && node.element.converted_type === undefined && node.element.logical_type === undefined;
  if (isStruct && node.element.repetition_type !== 'REPEATED') {
    return node.children.flatMap((child) => leafColumns(child, topLevel, [...keys, child.element.name]));
  }
  return [{ name: [topLevel, ...keys].join('.'), topLevel, keys }];
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    found = typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return found;
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value;
}

function cellOf(value: unknown): Cell {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      return Number.isNaN(value) ? undefined : value;
    case 'object':
      if (value === null) return undefined;
      return value instanceof Date ? value.toISOString() : JSON.stringify(value, jsonValue);
    default:
      return undefined;
  }
}

type ColumnValues = ArrayLike<unknown>;

async function readRowGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  rowStart: number,
  rowEnd: number,
): Promise<ReadonlyMap<string, ColumnValues>> {
  const columns = new Map<string, unknown[]>();
  await parquetRead({
    file,
    metadata,
    compressors,
    rowStart,
    rowEnd,
    onChunk: ({ columnName, columnData, rowStart: chunkStart }) => {
      let values = columns.get(columnName);
      if (values === undefined) {
        values = new Array<unknown>(rowEnd - rowStart).fill(undefined);
        columns.set(columnName, values);
      }
      for (let i = Math.max(0, rowStart - chunkStart); i < columnData.length && chunkStart + i < rowEnd; i++) {
        values[chunkStart - rowStart + i] = columnData[i];
      }
    },
  });
  return columns;
}

/** Rows as JSON Lines: what stands for the raw bytes of a row, which Parquet has none of. */
function renderRows(leaves: readonly LeafColumn[], columns: readonly (readonly Cell[])[], rowCount: number): RawRows {
  const rawStart = new Uint32Array(rowCount);
  const rawEnd = new Uint32Array(rowCount);
  const parts: Buffer[] = [];
  let length = 0;
  for (let row = 0; row < rowCount; row++) {
    const entries = leaves.map((leaf, column) => [leaf.name, columns[column][row] ?? null] as const);
    const part = Buffer.from(JSON.stringify(Object.fromEntries(entries), jsonValue), 'utf8');
    parts.push(part);
    rawStart[row] = length;
    length += part.length;
    rawEnd[row] = length;
  }
  return { bytes: Buffer.concat(parts), rawStart, rawEnd };
}

function corruptParquet(path: string, rowsRead: number, cause: unknown): AssayError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AssayError(
    'CORRUPT_RECORDING',
    'usage',
    `${path} is a damaged or cut off Parquet file: nothing can be read beyond row ${String(rowsRead)} (${reason}).`,
    { nextStep: 'Copy or write the file again; every row before that has been read.', cause },
  );
}

/**
 * Opens a Parquet file, one row group in memory at a time. Positions count rows: `byteOffset` is the 0-based row and
 * `line` the 1-based one. Timestamps are ISO 8601 in UTC, whole numbers keep every digit, structs become dotted
 * columns, lists and maps JSON text. Takes over the file and closes it with the reader.
 */
export async function openParquet(
  path: string,
  file: FileHandle,
  storedBytes: number,
  start: RecordingPosition | undefined,
  rowsPerBatch: number,
): Promise<RecordingReader> {
  let storedBytesRead = 0;
  const buffer: AsyncBuffer = {
    byteLength: storedBytes,
    async slice(from, to = storedBytes) {
      const bytes = new Uint8Array(Math.max(0, to - from));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      storedBytesRead += bytesRead;
      return bytes.buffer;
    },
  };
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(buffer);
  } catch (error) {
    throw corruptParquet(path, 0, error);
  }
  const rowTotal = Number(metadata.num_rows);
  if (rowTotal === 0)
    throw usageError('EMPTY_RECORDING', `${path} has no rows.`, 'Check that the recording was written completely.');
  const leaves = parquetSchema(metadata).children.flatMap((child) => leafColumns(child, child.element.name, []));
  const columnNames = leaves.map((leaf) => leaf.name);
  const firstRow = start?.byteOffset ?? 0;

  async function* batches(): AsyncGenerator<RecordBatch, void, undefined> {
    let groupStart = 0;
    for (const group of metadata.row_groups satisfies readonly RowGroup[]) {
      const groupEnd = groupStart + Number(group.num_rows);
      const from = Math.max(groupStart, firstRow);
      groupStart = groupEnd;
      if (from >= groupEnd) continue;
      let values: ReadonlyMap<string, ColumnValues>;
      try {
        values = await readRowGroup(buffer, metadata, from, groupEnd);
      } catch (error) {
        throw corruptParquet(path, from, error);
      }
      for (let row = from; row < groupEnd; row += rowsPerBatch) {
        yield batchOf(values, row - from, row, Math.min(rowsPerBatch, groupEnd - row));
      }
    }
  }

  function batchOf(
    values: ReadonlyMap<string, ColumnValues>,
    indexInGroup: number,
    firstOfBatch: number,
    rowCount: number,
  ): RecordBatch {
    const table = createCellTable(columnNames, rowCount);
    leaves.forEach((leaf, column) => {
      const source = values.get(leaf.topLevel) ?? [];
      for (let row = 0; row < rowCount; row++) {
        const value = source[indexInGroup + row];
        table.put(row, column, cellOf(leaf.keys.length === 0 ? value : valueAt(value, leaf.keys)));
      }
    });
    const places = {
      byteOffset: Float64Array.from({ length: rowCount }, (_, row) => firstOfBatch + row),
      line: Float64Array.from({ length: rowCount }, (_, row) => firstOfBatch + row + 1),
    };
    const next = { byteOffset: firstOfBatch + rowCount, line: firstOfBatch + rowCount + 1 };
    const frame = { rowCount, columnNames, rejected: [], next };
    return new CellBatch(frame, table.columns, places, () => renderRows(leaves, table.columns, rowCount));
  }

  return {
    path,
    format: { kind: 'parquet', compression: 'none', encoding: 'utf-8' },
    columnNames,
    storedBytes,
    notices: [],
    get storedBytesRead() {
      return Math.min(storedBytesRead, storedBytes);
    },
    batches,
    close: () => file.close(),
  };
}
