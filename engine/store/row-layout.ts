import { alignedBuffer } from './blob.ts';

/** Where each row of a segment lies in the segment's raw bytes, and where it came from in its recording. */
export interface RowLayout {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly byteOffset: Float64Array;
  readonly line: Float64Array;
}

const BYTES_PER_ROW = 2 * Uint32Array.BYTES_PER_ELEMENT + 2 * Float64Array.BYTES_PER_ELEMENT;

/**
 * Turns positions into differences from what consecutive rows would have (byte gap to the row before, line
 * steps, bytes skipped in the blob, lengths). In a common recording three of the four are constant and
 * compress to nothing.
 */
export function encodeRowLayout(layout: RowLayout): Uint8Array {
  const rowCount = layout.starts.length;
  const plain = new ArrayBuffer(rowCount * BYTES_PER_ROW);
  const { gaps, lineSteps, skips, lengths } = partsOf(plain, rowCount);
  let expectedOffset = 0;
  let previousLine = 0;
  let previousEnd = 0;
  for (let row = 0; row < rowCount; row++) {
    gaps[row] = layout.byteOffset[row] - expectedOffset;
    lineSteps[row] = layout.line[row] - previousLine;
    skips[row] = layout.starts[row] - previousEnd;
    lengths[row] = layout.ends[row] - layout.starts[row];
    expectedOffset = layout.byteOffset[row] + lengths[row];
    previousLine = layout.line[row];
    previousEnd = layout.ends[row];
  }
  return new Uint8Array(plain);
}

/** The inverse of `encodeRowLayout`. */
export function decodeRowLayout(bytes: Uint8Array, rowCount: number): RowLayout {
  const { gaps, lineSteps, skips, lengths } = partsOf(alignedBuffer(bytes), rowCount);
  const starts = new Uint32Array(rowCount);
  const ends = new Uint32Array(rowCount);
  const byteOffset = new Float64Array(rowCount);
  const line = new Float64Array(rowCount);
  let expectedOffset = 0;
  let previousLine = 0;
  let previousEnd = 0;
  for (let row = 0; row < rowCount; row++) {
    byteOffset[row] = expectedOffset + gaps[row];
    line[row] = previousLine + lineSteps[row];
    starts[row] = previousEnd + skips[row];
    ends[row] = starts[row] + lengths[row];
    expectedOffset = byteOffset[row] + lengths[row];
    previousLine = line[row];
    previousEnd = ends[row];
  }
  return { starts, ends, byteOffset, line };
}

/** Copies the span of bytes that holds all rows, and moves their positions to its beginning. */
export function packRaw(
  bytes: Uint8Array,
  rawStart: Uint32Array,
  rawEnd: Uint32Array,
  rowCount: number,
): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
} {
  const first = rowCount === 0 ? 0 : rawStart[0];
  const last = rowCount === 0 ? 0 : rawEnd[rowCount - 1];
  const starts = rawStart.slice(0, rowCount);
  const ends = rawEnd.slice(0, rowCount);
  for (let row = 0; row < rowCount; row++) {
    starts[row] -= first;
    ends[row] -= first;
  }
  // Of its own memory, for it is handed over, and not filled with zeros first.
  const span = Buffer.allocUnsafeSlow(last - first);
  span.set(bytes.subarray(first, last));
  return { bytes: span, starts, ends };
}

function partsOf(
  plain: ArrayBuffer,
  rowCount: number,
): {
  readonly gaps: Float64Array;
  readonly lineSteps: Float64Array;
  readonly skips: Uint32Array;
  readonly lengths: Uint32Array;
} {
  return {
    gaps: new Float64Array(plain, 0, rowCount),
    lineSteps: new Float64Array(plain, 8 * rowCount, rowCount),
    skips: new Uint32Array(plain, 16 * rowCount, rowCount),
    lengths: new Uint32Array(plain, 20 * rowCount, rowCount),
  };
}
