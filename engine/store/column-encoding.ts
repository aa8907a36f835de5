import type { ColumnBlock, ColumnBlockKind } from '../domain/columns.ts';
import { DamagedBlock } from './store-error.ts';
import { alignedBuffer, bytesOf, compress, decompress } from './blob.ts';

/**
 * How a block lies in its blob. `float32`, `float64`, `int32`: plain arrays. `uint8`, `uint16`: codes plus one, so
 * that 0 is missing. `text`: Zstandard of the row ends (uint32 each) followed by the UTF-8 bytes.
 */
export type ColumnEncoding = 'float32' | 'float64' | 'uint8' | 'uint16' | 'int32' | 'text';

export interface EncodedColumn {
  readonly kind: ColumnBlockKind;
  readonly encoding: ColumnEncoding;
  readonly data: Uint8Array;
}

/** The smallest plain encoding from which every value comes back exactly (-0 and NaN too). */
export function encodeColumn(block: ColumnBlock): EncodedColumn {
  switch (block.kind) {
    case 'number':
    case 'time':
      return { kind: block.kind, ...encodeNumbers(block.values) };
    case 'code':
      return { kind: 'code', ...encodeCodes(block.codes) };
    case 'text':
      return { kind: 'text', encoding: 'text', data: encodeText(block.bytes, block.ends) };
  }
}

/** The inverse of `encodeColumn`, into memory of its own. `rowCount` rows are expected. */
export function decodeColumn(column: EncodedColumn, rowCount: number): ColumnBlock {
  switch (column.kind) {
    case 'number':
    case 'time':
      return { kind: column.kind, values: decodeNumbers(column) };
    case 'code':
      return { kind: 'code', codes: decodeCodes(column) };
    case 'text':
      return { kind: 'text', ...decodeText(column.data, rowCount) };
  }
}

function encodeNumbers(values: Float64Array): Pick<EncodedColumn, 'encoding' | 'data'> {
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    // NaN differs from itself and survives float32.
    if (Math.fround(value) !== value && value === value) return { encoding: 'float64', data: bytesOf(values) };
  }
  return { encoding: 'float32', data: bytesOf(Float32Array.from(values)) };
}

function decodeNumbers({ encoding, data }: EncodedColumn): Float64Array {
  const buffer = alignedBuffer(data);
  if (encoding === 'float64') return new Float64Array(buffer);
  if (encoding === 'float32') return Float64Array.from(new Float32Array(buffer));
  throw new DamagedBlock(`numbers are encoded as '${encoding}'`);
}

function encodeCodes(codes: Int32Array): Pick<EncodedColumn, 'encoding' | 'data'> {
  let largest = -1;
  for (let row = 0; row < codes.length; row++) if (codes[row] > largest) largest = codes[row];
  if (largest >= 0xffff) return { encoding: 'int32', data: bytesOf(codes) };
  const narrow = largest < 0xff ? new Uint8Array(codes.length) : new Uint16Array(codes.length);
  for (let row = 0; row < codes.length; row++) narrow[row] = codes[row] + 1;
  return { encoding: largest < 0xff ? 'uint8' : 'uint16', data: bytesOf(narrow) };
}

function decodeCodes({ encoding, data }: EncodedColumn): Int32Array {
  const buffer = alignedBuffer(data);
  if (encoding === 'int32') return new Int32Array(buffer);
  if (encoding !== 'uint8' && encoding !== 'uint16') throw new DamagedBlock(`codes are encoded as '${encoding}'`);
  const narrow = encoding === 'uint8' ? new Uint8Array(buffer) : new Uint16Array(buffer);
  const codes = new Int32Array(narrow.length);
  for (let row = 0; row < codes.length; row++) codes[row] = narrow[row] - 1;
  return codes;
}

function encodeText(bytes: Uint8Array, ends: Uint32Array): Uint8Array {
  const used = ends.length === 0 ? 0 : ends[ends.length - 1];
  const plain = new Uint8Array(ends.byteLength + used);
  plain.set(bytesOf(ends));
  plain.set(bytes.subarray(0, used), ends.byteLength);
  return compress(plain);
}

function decodeText(data: Uint8Array, rowCount: number): { bytes: Uint8Array; ends: Uint32Array } {
  const buffer = alignedBuffer(decompress(data));
  const endsLength = rowCount * Uint32Array.BYTES_PER_ELEMENT;
  return { bytes: new Uint8Array(buffer, endsLength), ends: new Uint32Array(buffer, 0, rowCount) };
}
