import type { ColumnChunk, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { mostColumns } from './cell-table.ts';

/** Something declared in a Parquet file that cannot be true. */
export class DamagedParquetError extends Error {}

/** A Parquet file that may be whole, but asks for more than is given, or for what is not understood. */
export class RefusedParquetError extends Error {
  readonly nextStep: string;
  readonly code: 'TOO_LARGE' | 'UNKNOWN_FORMAT';

  constructor(message: string, nextStep: string, code: RefusedParquetError['code'] = 'TOO_LARGE') {
    super(message);
    this.nextStep = nextStep;
    this.code = code;
  }
}

/** Values of one column that are decoded at once; a page of a usual writer has some ten thousand. */
export const mostPageValues = 1 << 23;
/** Values in lists and maps of one row group: each list is an object in memory. */
const mostNestedValues = 1 << 22;
/** A page is decompressed whole. */
const mostPageBytes = 1 << 28;
/** Below this size any compression ratio is taken: a page of nothing but zeros is small. */
const freePageBytes = 1 << 24;
/** More than what real pages reach by far; a page beyond is made to fill the memory. */
const mostPageRatio = 250;
/** Even a column that never changes takes some bytes in every row group. */
const mostRowsPerByte = 1000;
const mostSchemaDepth = 64;
const mostValueBytes = 1 << 16;
const codecs: ReadonlySet<string> = new Set([
  ...['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4', 'LZ4_RAW'],
]);
const rewrite = 'Write the file again with the defaults of its writer: row groups of at most a million rows.';

/** The least that can be wrong with the schema before it is walked: its size and its depth. */
export function assertSchema(schema: readonly SchemaElement[]): void {
  if (schema.length > 4 * mostColumns)
    throw new RefusedParquetError(
      `has a schema of ${schema.length.toLocaleString('en-US')} entries`,
      `At most ${mostColumns.toLocaleString('en-US')} columns are read; leave out those that are not needed.`,
    );
  const open: number[] = [];
  for (const { name, num_children: children = 0 } of schema) {
    if (typeof name !== 'string') throw new DamagedParquetError('a column of the schema has no name');
    if (children < 0 || children > schema.length) throw new DamagedParquetError('the schema is not a tree');
    while (open.at(-1) === 0) open.pop();
    if (open.length > 0) open[open.length - 1]--;
    if (children > 0) open.push(children);
    if (open.length > mostSchemaDepth)
      throw new RefusedParquetError(
        `nests its columns more than ${String(mostSchemaDepth)} deep`,
        'Write the file again with flat columns.',
      );
  }
  if (open.some((left) => left > 0)) throw new DamagedParquetError('the schema breaks off');
}

/** The leaves of a schema in the order of the column chunks, each with the nodes from the top-level column down. */
export function schemaLeaves(root: SchemaTree): readonly (readonly SchemaTree[])[] {
  const below = (nodes: readonly SchemaTree[], node: SchemaTree): readonly (readonly SchemaTree[])[] =>
    node.children.length === 0 ? [[...nodes, node]] : node.children.flatMap((child) => below([...nodes, node], child));
  return root.children.flatMap((child) => below([], child));
}

/** Numbers of the metadata are thrift integers, or undefined where the file leaves them out. */
function wholeNumber(value: unknown, what: string, most: number): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0)
    throw new DamagedParquetError(`${what} is not declared, or not a number of anything`);
  if (number > most)
    throw new DamagedParquetError(
      `${what} is declared as ${number.toLocaleString('en-US')}; it cannot be above ${most.toLocaleString('en-US')}`,
    );
  return number;
}

/** True where values of the leaf can be more or fewer than the rows: it lies in a list or a map. */
export function isRepeated(leaf: readonly SchemaTree[]): boolean {
  return leaf.some(({ element }) => element.repetition_type === 'REPEATED');
}

/** The bytes of a column chunk in the file. */
export interface ChunkRange {
  readonly start: number;
  readonly end: number;
}

/** Where a column chunk lies, by its metadata that `countRows` has accepted. */
export function chunkRange({ meta_data: meta }: ColumnChunk): ChunkRange {
  const first = Number(meta?.dictionary_page_offset) || Number(meta?.data_page_offset);
  return { start: first, end: first + Number(meta?.total_compressed_size) };
}

function assertChunk(chunk: ColumnChunk, leaf: readonly SchemaTree[], groupRows: number, storedBytes: number): void {
  const { element, path } = leaf[leaf.length - 1];
  const name = path.join('.');
  const meta = chunk.meta_data;
  if (chunk.crypto_metadata !== undefined || chunk.encrypted_column_metadata !== undefined)
    throw new RefusedParquetError(
      `has the column '${name}' encrypted`,
      'Give a copy of the file that is not encrypted.',
      'UNKNOWN_FORMAT',
    );
  if (chunk.file_path !== undefined)
    throw new RefusedParquetError(
      `keeps the column '${name}' in another file`,
      'Write the recording as one file.',
      'UNKNOWN_FORMAT',
    );
  if (meta === undefined) throw new DamagedParquetError(`the column '${name}' has no metadata`);
  if (meta.type !== element.type || meta.path_in_schema.join('.') !== name)
    throw new DamagedParquetError(`the column '${name}' is not the one that the schema has there`);
  if (!codecs.has(meta.codec))
    throw new RefusedParquetError(
      `compresses the column '${name}' with ${String(meta.codec)}, which is not read`,
      'Write the file again with Snappy or Zstandard.',
      'UNKNOWN_FORMAT',
    );
  const values = wholeNumber(meta.num_values, `the number of values of '${name}'`, Number.MAX_SAFE_INTEGER);
  if (isRepeated(leaf) ? values > mostNestedValues : values !== groupRows) {
    if (!isRepeated(leaf))
      throw new DamagedParquetError(`'${name}' has ${String(values)} values in ${String(groupRows)} rows`);
    throw new RefusedParquetError(
      `has ${values.toLocaleString('en-US')} values of '${name}' in one row group`,
      rewrite,
    );
  }
  if (meta.dictionary_page_offset !== undefined)
    wholeNumber(meta.dictionary_page_offset, `the dictionary of '${name}'`, storedBytes);
  wholeNumber(meta.data_page_offset, `the start of '${name}'`, storedBytes);
  wholeNumber(meta.total_compressed_size, `the size of '${name}'`, storedBytes);
  wholeNumber(chunkRange(chunk).end, `the end of '${name}'`, storedBytes);
  if (element.type === 'FIXED_LEN_BYTE_ARRAY')
    wholeNumber(element.type_length, `the width of '${name}'`, mostValueBytes);
}

/**
 * Holds what a file declares of itself against its size and its own parts, before anything is made room for. Returns the number
 * of rows, which is that of the row groups: some writers leave the total at 0.
 *
 * @throws DamagedParquetError, RefusedParquetError.
 */
export function countRows(
  metadata: FileMetaData,
  leaves: readonly (readonly SchemaTree[])[],
  storedBytes: number,
): number {
  const declared = wholeNumber(metadata.num_rows, 'the number of rows', Number.MAX_SAFE_INTEGER);
  let rows = 0;
  for (const group of metadata.row_groups) {
    const groupRows = wholeNumber(group.num_rows, 'the number of rows of a row group', Number.MAX_SAFE_INTEGER);
    rows += groupRows;
    if (group.columns.length !== leaves.length)
      throw new DamagedParquetError(
        `a row group has ${String(group.columns.length)} columns, the schema ${String(leaves.length)}`,
      );
    if (groupRows > 0)
      group.columns.forEach((chunk, column) => assertChunk(chunk, leaves[column], groupRows, storedBytes));
  }
  if (declared > rows)
    throw new DamagedParquetError(`${String(declared)} rows are declared, and the row groups have ${String(rows)}`);
  if (rows > storedBytes * mostRowsPerByte)
    throw new DamagedParquetError(
      `${rows.toLocaleString('en-US')} rows are declared in ${storedBytes.toLocaleString('en-US')} bytes`,
    );
  return rows;
}

/** Holds a page's declared sizes against the bytes it has. @throws DamagedParquetError, RefusedParquetError. */
export function assertPageSizes(compressedBytes: number, uncompressedBytes: number, remainingBytes: number): void {
  wholeNumber(compressedBytes, 'the size of a page', remainingBytes);
  wholeNumber(uncompressedBytes, 'the size of a decompressed page', Number.MAX_SAFE_INTEGER);
  if (uncompressedBytes > mostPageBytes)
    throw new RefusedParquetError(`has a page of ${uncompressedBytes.toLocaleString('en-US')} bytes`, rewrite);
  if (uncompressedBytes > freePageBytes && uncompressedBytes > compressedBytes * mostPageRatio)
    throw new RefusedParquetError(
      `has a page that unfolds from ${compressedBytes.toLocaleString('en-US')} to ${uncompressedBytes.toLocaleString('en-US')} bytes, more than ${String(mostPageRatio)} times its size`,
      'Real recordings do not; get the file again from where it came.',
    );
}

/** Holds the number of values of a page against the limit. @throws DamagedParquetError, RefusedParquetError. */
export function assertPageValues(values: number, most: number): void {
  wholeNumber(values, 'the number of values of a page', most);
  if (values > mostPageValues)
    throw new RefusedParquetError(`has a page of ${values.toLocaleString('en-US')} values`, rewrite);
}
