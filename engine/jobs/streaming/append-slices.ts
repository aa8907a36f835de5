import { sliceOfBlock } from '../../domain/column-blocks.ts';
import type { SegmentAppend } from '../../store/types.ts';

/**
 * Rows `from` to `to` of an append as an append of their own. The slices of one append, stored in order, store what
 * the whole would: a rejected record goes with the row after it, the dictionary texts with the first slice.
 */
export function sliceOfAppend(append: SegmentAppend, from: number, to: number): SegmentAppend {
  const { segment, raw, byteOffset, line } = append;
  const { rowCount } = segment;
  if (from === 0 && to === rowCount) return append;
  const isLast = to === rowCount;
  const startByte = from === 0 ? Number.NEGATIVE_INFINITY : byteOffset[from];
  const endByte = isLast ? Number.POSITIVE_INFINITY : byteOffset[to];
  return {
    sourceId: append.sourceId,
    segment: {
      firstSequence: segment.firstSequence + from,
      rowCount: to - from,
      columns: new Map([...segment.columns].map(([name, block]) => [name, sliceOfBlock(block, from, to)])),
    },
    raw: { bytes: raw.bytes, rawStart: raw.rawStart.subarray(from, to), rawEnd: raw.rawEnd.subarray(from, to) },
    byteOffset: byteOffset.subarray(from, to),
    line: line.subarray(from, to),
    next: isLast ? append.next : { byteOffset: byteOffset[to], line: line[to] },
    rejected: append.rejected.filter((record) => record.byteOffset >= startByte && record.byteOffset < endByte),
    dictionaryAdditions: from === 0 ? append.dictionaryAdditions : new Map<string, readonly string[]>(),
    ...(from === 0 && append.sealedTexts && { sealedTexts: append.sealedTexts }),
  };
}
