import type { Dictionary } from '../../domain/columns.ts';
import type { RecordBatch, RejectedRecord } from '../../domain/record-batch.ts';
import type { DecodedBatch } from '../../features/decode-segment.ts';
import type { SegmentAppend } from '../../store/types.ts';

/** A decoded batch as the case stores it; rows that could not be decoded go to quarantine with their bytes. */
export function appendOfBatch(
  sourceId: number,
  batch: RecordBatch,
  decoded: DecodedBatch,
  dictionaryAdditions: SegmentAppend['dictionaryAdditions'],
  sealedTexts: NonNullable<SegmentAppend['sealedTexts']>,
): SegmentAppend {
  return {
    sourceId,
    segment: decoded.segment,
    ...rowsAsReceived(batch, decoded),
    next: batch.next,
    rejected: [...batch.rejected, ...invalidRecords(batch, decoded)],
    dictionaryAdditions,
    ...(sealedTexts.size > 0 && { sealedTexts }),
  };
}

/** Gives at each call the texts that came into the dictionaries since the one before. */
export function newTextsOf(
  dictionaries: ReadonlyMap<string, Dictionary>,
): () => ReadonlyMap<string, readonly string[]> {
  const sizes = new Map([...dictionaries].map(([name, dictionary]) => [name, dictionary.size]));
  return () => {
    const additions = new Map<string, readonly string[]>();
    for (const [name, dictionary] of dictionaries) {
      const known = sizes.get(name) ?? 0;
      if (dictionary.size === known) continue;
      additions.set(
        name,
        Array.from({ length: dictionary.size - known }, (_, index) => dictionary.textOf(known + index)),
      );
      sizes.set(name, dictionary.size);
    }
    return additions;
  };
}

/** Raw bytes and positions of the rows that were kept. */
function rowsAsReceived(
  batch: RecordBatch,
  decoded: DecodedBatch,
): {
  readonly raw: { readonly bytes: Uint8Array; readonly rawStart: Uint32Array; readonly rawEnd: Uint32Array };
  readonly byteOffset: Float64Array;
  readonly line: Float64Array;
} {
  const kept = decoded.keptRows;
  if (kept === null)
    return {
      raw: {
        bytes: batch.bytes,
        rawStart: batch.rawStart.subarray(0, batch.rowCount),
        rawEnd: batch.rawEnd.subarray(0, batch.rowCount),
      },
      byteOffset: batch.byteOffset.subarray(0, batch.rowCount),
      line: batch.line.subarray(0, batch.rowCount),
    };
  return {
    raw: {
      bytes: batch.bytes,
      rawStart: kept.map((row) => batch.rawStart[row]),
      rawEnd: kept.map((row) => batch.rawEnd[row]),
    },
    byteOffset: Float64Array.from(kept, (row) => batch.byteOffset[row]),
    line: Float64Array.from(kept, (row) => batch.line[row]),
  };
}

function invalidRecords(batch: RecordBatch, decoded: DecodedBatch): readonly RejectedRecord[] {
  return decoded.invalid.map(({ row, reason }) => ({
    raw: batch.bytes.slice(batch.rawStart[row], batch.rawEnd[row]),
    line: batch.line[row],
    byteOffset: batch.byteOffset[row],
    reason,
  }));
}
