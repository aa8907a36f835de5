import { readSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { CompressionCodec, PageHeader, SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetHeader } from 'hyparquet/src/column.js';
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import { impossible } from '../domain/error.ts';
import { assertPageSizes, assertPageValues, DamagedParquetError, type ChunkRange } from './parquet-limits.ts';

/** One page of a column chunk. Places are offsets in the file. */
export interface Page {
  readonly header: PageHeader;
  readonly start: number;
  readonly dataStart: number;
  readonly end: number;
  /** Values in the pages before; of a column that is not repeated also rows. */
  readonly firstValue: number;
  /** Values of its own; none in a dictionary. */
  readonly values: number;
}

/** What is needed of a leaf to know whether its pages are whole. */
export interface LeafLevels {
  readonly name: string;
  readonly element: SchemaElement;
  readonly mostRepetition: number;
  readonly mostDefinition: number;
  readonly codec: CompressionCodec;
  readonly values: number;
}

/** Old writers left the header of the dictionary out of the size of a chunk (PARQUET-816). */
const mostUncountedBytes = 100;
const firstHeaderWindow = 1 << 14;
/** Bit-packed runs are padded to eight values, by some writers to more. */
const mostPadding = 504;
const mostBitWidth = 32;
/** Texts that share prefixes with the one before grow when they are read. */
const mostUnfoldedBytes = 1 << 28;

/** Bytes of a file; fewer where it ends. */
export function readBytes(fd: number, from: number, to: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(to - from);
  let read = 0;
  while (read < bytes.length) {
    const count = readSync(fd, bytes, read, bytes.length - read, from + read);
    if (count === 0) break;
    read += count;
  }
  return read === bytes.length ? bytes : bytes.slice(0, read);
}

function readHeader(fd: number, start: number, end: number): { readonly header: PageHeader; readonly size: number } {
  for (let window = firstHeaderWindow; ; window *= 4) {
    const bytes = readBytes(fd, start, Math.min(end, start + window));
    const reader = { view: new DataView(bytes.buffer), offset: 0 };
    try {
      const header = parquetHeader(reader);
      return { header, size: reader.offset };
    } catch (error) {
      if (start + window >= end) throw error;
    }
  }
}

/**
 * The pages of a column chunk by their headers, which are held against the size of the chunk and the values that it declares:
 * a page with a negative size would be read again and again, one with too many values fill the memory.
 */
export function readPageHeaders(fd: number, chunk: ChunkRange, fileEnd: number, leaf: LeafLevels): readonly Page[] {
  const pages: Page[] = [];
  const chunkEnd = Math.min(chunk.end + mostUncountedBytes, fileEnd);
  let start = chunk.start;
  let firstValue = 0;
  while (start < chunkEnd - 1 && firstValue < leaf.values) {
    const { header, size } = readHeader(fd, start, chunkEnd);
    const dataStart = start + size;
    assertPageSizes(header.compressed_page_size, header.uncompressed_page_size, chunkEnd - dataStart);
    const values = valuesOf(header, leaf, leaf.values - firstValue);
    const end = dataStart + header.compressed_page_size;
    if (header.type !== 'INDEX_PAGE') pages.push({ header, start, dataStart, end, firstValue, values });
    firstValue += values;
    start = end;
  }
  if (firstValue !== leaf.values)
    throw new DamagedParquetError(
      `'${leaf.name}' has ${String(firstValue)} of ${String(leaf.values)} values in its pages`,
    );
  return pages;
}

/** How many values a page adds to its column, all its declared counts being possible. */
function valuesOf(header: PageHeader, { name, mostRepetition }: LeafLevels, left: number): number {
  const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = header;
  switch (header.type) {
    case 'DATA_PAGE':
      if (first === undefined) break;
      assertPageValues(first.num_values, left);
      return first.num_values;
    case 'DATA_PAGE_V2': {
      if (second === undefined) break;
      const { num_values: values, num_nulls: nulls, num_rows: rows } = second;
      const { repetition_levels_byte_length: repetition, definition_levels_byte_length: definition } = second;
      assertPageValues(values, left);
      assertPageValues(nulls, values);
      assertPageValues(rows, values);
      if (mostRepetition === 0 && rows !== values) break;
      assertPageSizes(repetition, header.uncompressed_page_size, header.compressed_page_size);
      assertPageSizes(definition, header.uncompressed_page_size, header.compressed_page_size - repetition);
      assertPageSizes(0, header.uncompressed_page_size - repetition - definition, 0);
      return values;
    }
    case 'DICTIONARY_PAGE':
      if (dictionary === undefined) break;
      // Every entry takes a byte at least.
      assertPageValues(dictionary.num_values, header.uncompressed_page_size);
      return 0;
    case 'INDEX_PAGE':
      return 0;
  }
  throw new DamagedParquetError(`a page of '${name}' has a header that fits no kind of page`);
}

/** The bytes of a page, decompressed, of which there must be as many as declared. */
function decompress(codec: CompressionCodec, bytes: Uint8Array, length: number): Uint8Array {
  if (length === 0) return new Uint8Array(0);
  if (codec === 'UNCOMPRESSED') return bytes;
  const options = { maxOutputLength: length };
  switch (codec) {
    case 'GZIP':
      return gunzipSync(bytes, options);
    case 'BROTLI':
      return brotliDecompressSync(bytes, options);
    case 'ZSTD':
      return zstdDecompressSync(bytes, options);
    default:
      return (compressors[codec] ?? impossible(`the codec ${codec} was accepted`))(bytes, length);
  }
}

/** Decompresses what follows the levels of a page (version 2), or all of it, and holds its runs against its counts. */
export function readPageContent(page: Page, leaf: LeafLevels, bytes: Uint8Array, length: number): Uint8Array {
  const content = decompress(leaf.codec, bytes, length);
  if (content.length !== length)
    throw new DamagedParquetError(`a page of '${leaf.name}' has ${String(content.length)} of ${String(length)} bytes`);
  assertContent(page, leaf, content);
  return content;
}

/** Holds the levels of a page of version 2, which are not compressed, against its counts; `bytes` are the page's data. */
export function assertLevels(page: Page, leaf: LeafLevels, bytes: Uint8Array): void {
  const { mostRepetition, mostDefinition } = leaf;
  const header = page.header.data_page_header_v2;
  if (header === undefined) return;
  const repetition = header.repetition_levels_byte_length;
  const levels = repetition + header.definition_levels_byte_length;
  if (mostRepetition > 0) assertRuns(bytes, 0, repetition, bitWidth(mostRepetition), header.num_values);
  if (mostDefinition > 0) {
    const width = bitWidth(mostDefinition);
    const present = assertRuns(bytes, repetition, levels, width, header.num_values, mostDefinition);
    if (present !== header.num_values - header.num_nulls)
      throw new DamagedParquetError(`a page of '${leaf.name}' has another number of values than it declares`);
  }
  if (header.is_compressed === false) assertContent(page, leaf, bytes.subarray(levels));
}

function bitWidth(value: number): number {
  return 32 - Math.clz32(value);
}

function assertContent({ header }: Page, leaf: LeafLevels, bytes: Uint8Array): void {
  const { element, mostRepetition, mostDefinition } = leaf;
  const { data_page_header: first, data_page_header_v2: second } = header;
  if (header.type === 'DICTIONARY_PAGE') return;
  let offset = 0;
  let present = second === undefined ? 0 : second.num_values - second.num_nulls;
  if (first !== undefined) {
    present = first.num_values;
    if (mostRepetition > 0)
      offset = assertLengthAndRuns(bytes, offset, bitWidth(mostRepetition), first.num_values, -1).end;
    if (mostDefinition > 0) {
      const width = bitWidth(mostDefinition);
      ({ end: offset, found: present } = assertLengthAndRuns(bytes, offset, width, first.num_values, mostDefinition));
    }
  }
  if (present === 0) return;
  switch (first?.encoding ?? second?.encoding) {
    case 'RLE':
      if (element.type !== 'BOOLEAN') throw new DamagedParquetError(`'${leaf.name}' is encoded as truth values`);
      assertLengthAndRuns(bytes, offset, 1, present, -1);
      return;
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      // They are never packed so, and would be read as runs with a length in front.
      if (element.type === 'BOOLEAN') throw new DamagedParquetError(`'${leaf.name}' has a dictionary of truth values`);
      // The runs of no bits are left out by some writers, and looked at by the reader in pages of version 2 alone.
      if (bytes[offset] > 0 || second !== undefined)
        assertRuns(bytes, offset + 1, bytes.length, bytes[offset], present);
      return;
    case 'DELTA_BINARY_PACKED':
    case 'DELTA_LENGTH_BYTE_ARRAY':
      assertDeltaHeader(bytes, offset);
      return;
    case 'DELTA_BYTE_ARRAY':
      assertPrefixes(bytes, offset, present);
      return;
    case 'BYTE_STREAM_SPLIT':
      if (present * (element.type_length ?? 1) > bytes.length)
        throw new DamagedParquetError(`a page of '${leaf.name}' is too short for its values`);
      return;
    default:
  }
}

function assertLengthAndRuns(
  bytes: Uint8Array,
  offset: number,
  width: number,
  count: number,
  wanted: number,
): { readonly end: number; readonly found: number } {
  if (offset + 4 > bytes.length) throw new DamagedParquetError('a page is too short for its levels');
  const start = offset + 4;
  const end = start + new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
  if (end > bytes.length) throw new DamagedParquetError('a page is too short for its levels');
  return { end, found: assertRuns(bytes, start, end, width, count, wanted) };
}

/**
 * Walks runs of the hybrid of run lengths and packed bits, without writing what they stand for: a run may declare two
 * billion values in five bytes. Some writers put a run of no values before others. Returns how many values equal `wanted`.
 */
function assertRuns(bytes: Uint8Array, start: number, end: number, width: number, count: number, wanted = -1): number {
  if (width > mostBitWidth) throw new DamagedParquetError(`values of ${String(width)} bits are declared`);
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, end), offset: start };
  const valueBytes = (width + 7) >> 3;
  let seen = 0;
  let found = 0;
  while (seen < count) {
    const header = readVarInt(reader) >>> 0;
    const isPacked = (header & 1) === 1;
    const values = isPacked ? (header >>> 1) * 8 : header >>> 1;
    const taken = Math.min(values, count - seen);
    if (values - taken > (isPacked ? mostPadding : 0))
      throw new DamagedParquetError(`a run of ${String(values)} values stands where ${String(count - seen)} are left`);
    const size = isPacked ? (header >>> 1) * width : valueBytes;
    const here = reader.offset;
    reader.offset += size;
    // The padding of the last packed run may be left out.
    if (here + (isPacked ? Math.ceil((taken * width) / 8) : size) > end)
      throw new DamagedParquetError('a run goes beyond its page');
    if (wanted >= 0)
      found += isPacked ? countPacked(bytes, here, width, taken, wanted) : bytes[here] === wanted ? taken : 0;
    seen += taken;
  }
  return found;
}

function countPacked(bytes: Uint8Array, start: number, width: number, count: number, wanted: number): number {
  const mask = (1 << width) - 1;
  let found = 0;
  for (let i = 0, bit = start * 8; i < count; i++, bit += width) {
    const byte = bit >> 3;
    const value = ((bytes[byte] | (bytes[byte + 1] << 8)) >> (bit & 7)) & mask;
    if (value === wanted) found++;
  }
  return found;
}

/** Blocks of no values, or of fewer than none, would never end. */
function assertDeltaHeader(bytes: Uint8Array, offset: number): void {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset };
  const blockValues = readVarInt(reader);
  const blocks = readVarInt(reader);
  if (blockValues <= 0 || blocks <= 0 || blocks > bytes.length || blockValues % blocks !== 0)
    throw new DamagedParquetError(`blocks of ${String(blockValues)} values in ${String(blocks)} parts are declared`);
}

function assertPrefixes(bytes: Uint8Array, offset: number, count: number): void {
  assertDeltaHeader(bytes, offset);
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset };
  const prefixes = new Int32Array(count);
  deltaBinaryUnpack(reader, count, prefixes);
  assertDeltaHeader(bytes, reader.offset);
  let unfolded = 0;
  for (const prefix of prefixes) unfolded += Math.abs(prefix);
  if (unfolded > mostUnfoldedBytes)
    throw new DamagedParquetError(`texts of a page share ${unfolded.toLocaleString('en-US')} bytes`);
}
