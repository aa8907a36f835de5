import { impossible } from '../domain/error.ts';
import { rowsOfBlock, type ColumnBlock } from '../domain/columns.ts';
import type { RecordingPosition, RejectedRecord } from '../domain/record-batch.ts';
import { compress } from './blob.ts';
import { encodeColumn, type EncodedColumn } from './column-encoding.ts';
import { encodeRowLayout, packRaw } from './row-layout.ts';
import { MAXIMUM_SEGMENT_ROWS, type SegmentAppend } from './types.ts';

/** An append that no longer depends on the reader's buffers, and can go to another thread. */
export interface PackedAppend {
  readonly sourceId: number;
  readonly firstSequence: number;
  readonly rowCount: number;
  readonly columns: ReadonlyMap<string, ColumnBlock>;
  readonly rawBytes: Uint8Array<ArrayBuffer>;
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly byteOffset: Float64Array<ArrayBuffer>;
  readonly line: Float64Array<ArrayBuffer>;
  readonly next: RecordingPosition;
  readonly rejected: readonly RejectedRecord[];
  readonly dictionaryAdditions: ReadonlyMap<string, readonly string[]>;
  readonly sealedTexts?: ReadonlyMap<string, Uint8Array>;
}

/** An append as it lies in the case file. */
export interface EncodedAppend {
  readonly sourceId: number;
  readonly firstSequence: number;
  readonly rowCount: number;
  readonly firstByteOffset: number;
  readonly raw: Uint8Array;
  readonly rowLayout: Uint8Array;
  readonly columns: readonly (EncodedColumn & { readonly name: string })[];
  readonly next: RecordingPosition;
  readonly rejected: readonly RejectedRecord[];
  readonly dictionaryAdditions: ReadonlyMap<string, readonly string[]>;
  readonly sealedTexts?: ReadonlyMap<string, Uint8Array>;
  /** Size of all blobs, in bytes. */
  readonly storedBytes: number;
}

/** Copies what the reader may reuse: the raw bytes of the rows and of the rejected records, and their positions. */
export function packAppend(append: SegmentAppend): PackedAppend {
  const { segment, raw } = append;
  const { rowCount } = segment;
  if (rowCount > MAXIMUM_SEGMENT_ROWS) impossible(`a segment of ${rowCount} rows; ${MAXIMUM_SEGMENT_ROWS} is the most`);
  for (const [name, block] of segment.columns)
    if (rowsOfBlock(block) !== rowCount)
      impossible(`column ${name} has ${rowsOfBlock(block)} entries for ${rowCount} rows`);
  const packed = packRaw(raw.bytes, raw.rawStart, raw.rawEnd, rowCount);
  return {
    sourceId: append.sourceId,
    firstSequence: segment.firstSequence,
    rowCount,
    columns: segment.columns,
    rawBytes: packed.bytes,
    starts: packed.starts,
    ends: packed.ends,
    byteOffset: Float64Array.from(append.byteOffset.subarray(0, rowCount)),
    line: Float64Array.from(append.line.subarray(0, rowCount)),
    next: append.next,
    rejected: append.rejected.map((record) => ({ ...record, raw: Uint8Array.from(record.raw) })),
    dictionaryAdditions: append.dictionaryAdditions,
    ...(append.sealedTexts && { sealedTexts: append.sealedTexts }),
  };
}

/** Compresses and narrows: the costly part of an append, done before any lock is taken. */
export function encodeAppend(packed: PackedAppend): EncodedAppend {
  const raw = compress(packed.rawBytes);
  const rowLayout = compress(encodeRowLayout(packed));
  const columns = [...packed.columns].map(([name, block]) => ({ name, ...encodeColumn(block) }));
  return {
    sourceId: packed.sourceId,
    firstSequence: packed.firstSequence,
    rowCount: packed.rowCount,
    firstByteOffset: packed.rowCount === 0 ? packed.next.byteOffset : packed.byteOffset[0],
    raw,
    rowLayout,
    columns,
    next: packed.next,
    rejected: packed.rejected,
    dictionaryAdditions: packed.dictionaryAdditions,
    ...(packed.sealedTexts && { sealedTexts: packed.sealedTexts }),
    storedBytes: columns.reduce((sum, column) => sum + column.data.byteLength, raw.byteLength + rowLayout.byteLength),
  };
}
