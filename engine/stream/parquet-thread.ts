import type { MessagePort, Transferable } from 'node:worker_threads';
import type {
  AsyncBuffer,
  ColumnMetaData,
  Compressors,
  FileMetaData,
  RowGroup,
  SchemaElement,
  SchemaTree,
} from 'hyparquet';
import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { impossible } from '../domain/error.ts';
import type { Cell } from './cell-table.ts';
import { uniqueColumnNames } from './header-row.ts';
import { leafReading, plainCell, valueParsers, type CellOf } from './parquet-cells.ts';
import {
  assertSchema,
  chunkRange,
  countRows,
  DamagedParquetError,
  isRepeated,
  RefusedParquetError,
  schemaLeaves,
} from './parquet-limits.ts';
import { progressPlaces, type ParquetReply, type ParquetTask, type RefusedRow } from './parquet-messages.ts';
import {
  assertLevels,
  readBytes,
  readPageContent,
  readPageHeaders,
  type LeafLevels,
  type Page,
} from './parquet-pages.ts';
import { bytesPerBatch, longestRecordBytes, tooLongReason } from './text-batches.ts';

/** Cells decoded at a time, so that memory does not grow with the row group. */
const cellsPerRange = 1 << 22;
/** A step may take this long, and a little for every value of it. */
const leastAllowedMs = 1500;
const valuesPerAllowedMs = 1000;

/** A leaf that becomes one column: the values of a top-level column, and the keys to follow in each. */
interface LeafColumn {
  readonly name: string;
  readonly keys: readonly string[];
  readonly cellOf: CellOf;
}

/** A column of the top level: one leaf, or a group that is read as a whole. */
interface TopLevelColumn {
  readonly root: SchemaTree;
  readonly node: SchemaTree;
  /** Its schema as a file of its own would have it. */
  readonly schema: readonly SchemaElement[];
  readonly leaves: readonly LeafColumn[];
  /** Of its column chunks in each row group: the first one, and the path of each. */
  readonly firstChunk: number;
  readonly chunkPaths: readonly (readonly SchemaTree[])[];
  /** True where a value is a row, so that pages can be left out. */
  readonly isFlat: boolean;
}

type ColumnPart = Float64Array | readonly Cell[];

function isStruct(node: SchemaTree): boolean {
  const { converted_type: converted, logical_type: logical, repetition_type: repetition } = node.element;
  return node.children.length > 0 && converted === undefined && logical === undefined && repetition !== 'REPEATED';
}

function leafColumns(node: SchemaTree, name: string, keys: readonly string[]): readonly LeafColumn[] {
  if (isStruct(node))
    return node.children.flatMap((child) =>
      leafColumns(child, `${name}.${child.element.name}`, [...keys, child.element.name]),
    );
  const isLeaf = node.children.length === 0 && node.element.repetition_type !== 'REPEATED';
  return [{ name, keys, cellOf: isLeaf ? leafReading(node.element).cellOf : plainCell }];
}

/** The elements of a subtree in the order of the file. */
function elementsOf(node: SchemaTree, isInList: boolean): readonly SchemaElement[] {
  const inList = isInList || node.element.repetition_type === 'REPEATED';
  if (node.children.length === 0) return [inList ? node.element : leafReading(node.element).element];
  return [node.element, ...node.children.flatMap((child) => elementsOf(child, inList || !isStruct(node)))];
}

function topLevelColumns(root: SchemaTree, chunkPaths: readonly (readonly SchemaTree[])[]): readonly TopLevelColumn[] {
  let firstChunk = 0;
  return root.children.map((node) => {
    const paths = chunkPaths.filter(([first]) => first === node);
    const column = {
      root,
      node,
      schema: [{ ...root.element, num_children: 1 }, ...elementsOf(node, false)],
      leaves: leafColumns(node, node.element.name, []),
      firstChunk,
      chunkPaths: paths,
      isFlat: node.children.length === 0 && !isRepeated(paths[0]),
    };
    firstChunk += paths.length;
    return column;
  });
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys)
    found = typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>)[key] : undefined;
  return found;
}

/** Numbers close together where a column has nothing else, as they are passed on without a copy. */
function columnPart(cells: Cell[]): ColumnPart {
  if (!cells.every((cell) => typeof cell === 'number' || cell === undefined)) return cells;
  return Float64Array.from(cells, (cell) => (typeof cell === 'number' ? cell : NaN));
}

/** The file as the library sees it, of which it reads the end for the metadata only. */
function wholeFile(fd: number, storedBytes: number): AsyncBuffer {
  return {
    byteLength: storedBytes,
    slice: (from, to = storedBytes) => Promise.resolve(readBytes(fd, from, to).buffer),
  };
}

/** Reads one Parquet file for the thread that asked: first what it holds, then a batch for every request. */
export async function serveParquet(port: MessagePort, task: ParquetTask): Promise<void> {
  let rowsRead = task.firstRow;
  const post = (reply: ParquetReply, transfer: readonly Transferable[] = []): void => port.postMessage(reply, transfer);
  const fail = (error: unknown): void => {
    post(parquetFailure(task.path, rowsRead, error));
    port.close();
  };
  try {
    const file = await openParquetFile(task);
    const batches = file.batches();
    post({ kind: 'opened', columnNames: file.columnNames, rowTotal: file.rowTotal });
    const next = async (): Promise<void> => {
      const { done, value } = await batches.next();
      if (done === true) {
        post({ kind: 'end' });
        port.close();
        return;
      }
      rowsRead = value.nextRow;
      const numbers = value.columns.flatMap((part) =>
        part instanceof Float64Array ? [part.buffer as ArrayBuffer] : [],
      );
      post(value, numbers);
    };
    port.on('message', () => void next().catch(fail));
  } catch (error) {
    fail(error);
  }
}

/** What is said of a file that cannot be read on. */
export function parquetFailure(
  path: string,
  rowsRead: number,
  error: unknown,
): Extract<ParquetReply, { kind: 'failed' }> {
  if (error instanceof RefusedParquetError)
    return {
      kind: 'failed',
      code: error.code,
      message: `${path} cannot be read beyond row ${String(rowsRead)}: it ${error.message}.`,
      nextStep: error.nextStep,
    };
  return {
    kind: 'failed',
    code: 'CORRUPT_RECORDING',
    message: `${path} is a damaged or cut off Parquet file: nothing can be read beyond row ${String(rowsRead)} (${damageOf(error)}).`,
    nextStep: 'Copy or write the file again; every row before that has been read.',
  };
}

/** What is wrong, in words; where a decoder ran into something it did not look for, its own words say nothing to a person. */
function damageOf(error: unknown): string {
  const isSaid = error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError);
  return isSaid ? error.message : 'its parts do not fit together';
}

interface ParquetFile {
  readonly columnNames: readonly string[];
  readonly rowTotal: number;
  batches(): AsyncGenerator<Extract<ParquetReply, { kind: 'batch' }>, void, undefined>;
}

/** Opens a file for reading in this thread. @throws whatever is wrong with it; `parquetFailure` says it. */
export async function openParquetFile({
  fd,
  storedBytes,
  firstRow,
  rowsPerBatch,
  progress,
}: ParquetTask): Promise<ParquetFile> {
  const steps = new Int32Array(progress);
  const step = (values: number): void => {
    Atomics.store(steps, progressPlaces.allowedMs, leastAllowedMs + Math.ceil(values / valuesPerAllowedMs));
    Atomics.add(steps, progressPlaces.steps, 1);
  };
  step(storedBytes);
  const metadata = await parquetMetadataAsync(wholeFile(fd, storedBytes), { geoparquet: false });
  assertSchema(metadata.schema);
  const root = parquetSchema(metadata);
  const chunkPaths = schemaLeaves(root);
  if (chunkPaths.length === 0) throw new DamagedParquetError('it has no columns');
  const rowTotal = countRows(metadata, chunkPaths, storedBytes);
  const columns = topLevelColumns(root, chunkPaths);
  const columnNames = uniqueColumnNames(columns.flatMap(({ leaves }) => leaves.map(({ name }) => name)));
  const rowsPerRange = Math.max(1, Math.floor(cellsPerRange / chunkPaths.length / rowsPerBatch)) * rowsPerBatch;

  async function* batches(): ReturnType<ParquetFile['batches']> {
    let groupStart = 0;
    for (const [index, group] of metadata.row_groups.entries()) {
      const groupEnd = groupStart + Number(group.num_rows);
      if (groupEnd > firstRow) {
        const readers = columns.map((column) => columnReader({ fd, storedBytes }, column, group, step));
        for (let from = Math.max(groupStart, firstRow); from < groupEnd; from += rowsPerRange) {
          const to = Math.min(from + rowsPerRange, groupEnd);
          const parts: ColumnPart[] = [];
          for (const read of readers) parts.push(...(await read(from - groupStart, to - groupStart)));
          const isLast = index === metadata.row_groups.length - 1 && to === groupEnd;
          const read = isLast ? storedBytes : (storedBytes * to) / rowTotal;
          yield* batchesOf(parts, columnNames, from, to, rowsPerBatch, Math.floor(read));
        }
      }
      groupStart = groupEnd;
    }
  }

  return { columnNames, rowTotal, batches };
}

/** The cells of a range of rows, counted in the row group, of every leaf of one top-level column. */
type ColumnReader = (from: number, to: number) => Promise<readonly ColumnPart[]>;

interface Chunk {
  readonly metadata: ColumnMetaData;
  readonly leaf: LeafLevels;
  readonly pages: readonly Page[];
}

function columnReader(
  { fd, storedBytes }: Pick<ParquetTask, 'fd' | 'storedBytes'>,
  column: TopLevelColumn,
  group: RowGroup,
  step: (values: number) => void,
): ColumnReader {
  const groupRows = Number(group.num_rows);
  let chunks: readonly Chunk[] | undefined;
  const openChunks = (): readonly Chunk[] =>
    column.chunkPaths.map((path, index) => {
      const chunk = group.columns[column.firstChunk + index];
      const metadata = chunk.meta_data ?? impossible('a column chunk without metadata was accepted');
      const name = metadata.path_in_schema.join('.');
      const fromRoot = [column.root, ...path];
      const leaf: LeafLevels = {
        name,
        element: path[path.length - 1].element,
        mostRepetition: getMaxRepetitionLevel(fromRoot),
        mostDefinition: getMaxDefinitionLevel(fromRoot),
        codec: metadata.codec,
        values: Number(metadata.num_values),
      };
      step(leaf.values);
      return { metadata, leaf, pages: readPageHeaders(fd, chunkRange(chunk), storedBytes, leaf) };
    });

  return async (from, to) => {
    chunks ??= openChunks();
    const parts = chunks.map((chunk) => ({
      chunk,
      pages: column.isFlat
        ? chunk.pages.filter(
            ({ firstValue, values, header }) =>
              header.type === 'DICTIONARY_PAGE' || (firstValue < to && firstValue + values > from),
          )
        : chunk.pages,
    }));
    const kept = parts[0].pages.filter(({ header }) => header.type !== 'DICTIONARY_PAGE');
    const skippedRows = column.isFlat ? kept[0].firstValue : 0;
    const rows = column.isFlat ? kept.reduce((sum, { values }) => sum + values, 0) : groupRows;
    const { file, chunksOfFile, checked } = chunksAsFile(fd, parts, step);
    const metadata: FileMetaData = {
      version: 1,
      schema: [...column.schema],
      num_rows: BigInt(rows),
      row_groups: [{ columns: chunksOfFile, total_byte_size: 0n, num_rows: BigInt(rows) }],
      metadata_length: 0,
    };
    const values = await readValues(file, metadata, checked, from - skippedRows, to - skippedRows);
    step(values.length * column.leaves.length);
    return column.leaves.map(({ keys, cellOf }) =>
      columnPart(
        values.map((value) => {
          // A value that is not even null is an index beyond the dictionary, or a page cut short.
          if (value === undefined && column.isFlat)
            throw new DamagedParquetError(`a value of '${column.node.element.name}' is absent`);
          return cellOf(keys.length === 0 ? value : valueAt(value, keys));
        }),
      ),
    );
  };
}

/**
 * The pages that are needed as a file of their own, in which every page goes through the checks: each chunk names a codec
 * of its own, whose decompressor knows the pages by their place.
 */
function chunksAsFile(
  fd: number,
  parts: readonly { readonly chunk: Chunk; readonly pages: readonly Page[] }[],
  step: (values: number) => void,
): { readonly file: AsyncBuffer; readonly chunksOfFile: RowGroup['columns']; readonly checked: Compressors } {
  const buffers: Uint8Array[] = [];
  const checked: Record<string, (input: Uint8Array, outputLength: number) => Uint8Array> = {};
  let start = 0;
  const chunksOfFile = parts.map(({ chunk, pages }, index) => {
    const pageAt = new Map<number, Page>();
    let length = 0;
    for (const page of pages) {
      const bytes = readBytes(fd, page.start, page.end);
      const data = bytes.subarray(page.dataStart - page.start);
      assertLevels(page, chunk.leaf, data);
      const second = page.header.data_page_header_v2;
      const levels =
        second === undefined ? 0 : second.repetition_levels_byte_length + second.definition_levels_byte_length;
      pageAt.set(length + page.dataStart - page.start + levels, page);
      buffers.push(bytes);
      length += bytes.length;
    }
    const codec = `CHECKED_${String(index)}`;
    checked[codec] = (input, outputLength) => {
      const page = pageAt.get(input.byteOffset);
      if (page === undefined) throw new DamagedParquetError('a page lies where none was declared');
      step(page.values + outputLength);
      return readPageContent(page, chunk.leaf, input, outputLength);
    };
    const { type, encodings, path_in_schema, num_values, total_uncompressed_size } = chunk.metadata;
    const meta_data: ColumnMetaData = {
      ...{ type, encodings, path_in_schema, num_values, total_uncompressed_size },
      codec: codec as ColumnMetaData['codec'],
      data_page_offset: BigInt(start),
      total_compressed_size: BigInt(length),
    };
    start += length;
    return { file_offset: 0n, meta_data };
  });
  const bytes = Buffer.concat(buffers);
  const file: AsyncBuffer = {
    byteLength: bytes.length,
    // A buffer of its own, so that places in it count from the start of what was asked for.
    slice: (from, to = bytes.length) => Promise.resolve(Uint8Array.from(bytes.subarray(from, to)).buffer),
  };
  return { file, chunksOfFile, checked };
}

async function readValues(
  file: AsyncBuffer,
  metadata: FileMetaData,
  compressors: Compressors,
  rowStart: number,
  rowEnd: number,
): Promise<readonly unknown[]> {
  const values = new Array<unknown>(rowEnd - rowStart).fill(undefined);
  await parquetRead({
    file,
    metadata,
    compressors,
    parsers: valueParsers,
    utf8: false,
    rowStart,
    rowEnd,
    onChunk: ({ columnData, rowStart: chunkStart }) => {
      const last = Math.min(columnData.length, rowEnd - chunkStart);
      for (let i = Math.max(0, rowStart - chunkStart); i < last; i++) values[chunkStart - rowStart + i] = columnData[i];
    },
  });
  return values;
}

/** Rows in batches that are bounded in rows and in text; a row that is too long by itself is refused. */
function* batchesOf(
  parts: readonly ColumnPart[],
  columnNames: readonly string[],
  from: number,
  to: number,
  rowsPerBatch: number,
  storedBytesRead: number,
): Generator<Extract<ParquetReply, { kind: 'batch' }>, void, undefined> {
  const texts = parts.filter((part): part is readonly Cell[] => !(part instanceof Float64Array));
  const textLength = (index: number): number => {
    let length = 0;
    for (const part of texts) {
      const cell = part[index];
      if (typeof cell === 'string') length += cell.length;
    }
    return length;
  };
  for (let start = from; start < to;) {
    const kept: number[] = [];
    const refused: RefusedRow[] = [];
    let batchLength = 0;
    let row = start;
    for (; row < to && row - start < rowsPerBatch && batchLength < bytesPerBatch; row++) {
      const length = textLength(row - from);
      if (length > longestRecordBytes)
        refused.push({ row, raw: beginningOf(parts, columnNames, row - from), reason: tooLongReason });
      else kept.push(row - from);
      batchLength += Math.min(length, longestRecordBytes);
    }
    const isWhole = refused.length === 0;
    const columns = parts.map((part) => {
      if (isWhole) return part.slice(start - from, row - from);
      return part instanceof Float64Array
        ? Float64Array.from(kept, (index) => part[index])
        : kept.map((index) => part[index]);
    });
    yield {
      kind: 'batch',
      rows: Float64Array.from(kept, (index) => from + index),
      refused,
      columns,
      nextRow: row,
      storedBytesRead,
    };
    start = row;
  }
}

/** The beginning of a row that is too long, cell by cell. */
function beginningOf(parts: readonly ColumnPart[], columnNames: readonly string[], index: number): Uint8Array {
  const shown = Math.floor(longestRecordBytes / 8 / parts.length);
  const entries = parts.map((part, column) => {
    const cell = part[index];
    return [
      columnNames[column],
      typeof cell === 'string' ? cell.slice(0, shown) : typeof cell === 'bigint' ? String(cell) : (cell ?? null),
    ];
  });
  return Buffer.from(JSON.stringify(Object.fromEntries(entries)), 'utf8');
}
