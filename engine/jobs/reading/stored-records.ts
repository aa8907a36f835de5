import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usageError } from '../../domain/error.ts';
import type { RecordingFormat, RecordingReader } from '../../domain/record-batch.ts';
import type { Source } from '../../store/types.ts';
import { isTranscoded } from '../../stream/encodings.ts';
import { openRecording } from '../../stream/open-recording.ts';

const lineEnd = Buffer.from('\n');

/** Reads stored records again as a recording of their own, one after the other; `bytes` are those of each as received. */
export async function readingRecords<T>(
  source: Pick<Source, 'format' | 'columnNames'>,
  records: readonly Uint8Array[],
  read: (reader: RecordingReader) => Promise<T>,
): Promise<T> {
  const { format, columnNames } = source;
  if (format === null)
    throw usageError('BAD_PROFILE', 'The case does not say how its rows are written.', 'Read the recording again.');
  const folder = mkdtempSync(join(tmpdir(), 'assay-records-'));
  try {
    const path = join(folder, 'records');
    writeFileSync(
      path,
      Buffer.concat([headerLine(format, columnNames), ...records.flatMap((record) => [record, lineEnd])]),
    );
    const reader = await openRecording(path, { columnNames, ...textFormat(format) });
    try {
      return await read(reader);
    } finally {
      await reader.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where each of the records begins in the recording that `readingRecords` makes of them. */
export function offsetsOfRecords(
  { format, columnNames }: Pick<Source, 'format' | 'columnNames'>,
  records: readonly Uint8Array[],
): readonly number[] {
  let offset = format === null ? 0 : headerLine(format, columnNames).length;
  return records.map(({ length }) => {
    const start = offset;
    offset += length + lineEnd.length;
    return start;
  });
}

function headerLine(format: RecordingFormat, columnNames: readonly string[]): Buffer {
  if (format.kind !== 'csv' || format.header === false) return Buffer.alloc(0);
  const quote = format.quote ?? '"';
  const cells = columnNames.map((name) => `${quote}${name.replaceAll(quote, quote + quote)}${quote}`);
  return Buffer.from(`${cells.join(format.delimiter ?? ',')}\n`);
}

/** Stored rows are plain text, transcoded ones in UTF-8, without what stood around them; those of Parquet are JSON lines. */
function textFormat(format: RecordingFormat): { readonly format?: RecordingFormat } {
  if (format.kind === 'parquet') return {};
  const encoding = isTranscoded(format) ? 'utf-8' : format.encoding;
  const layout = format.jsonLayout === 'wrapped' ? ({ jsonLayout: 'objects' } as const) : {};
  return { format: { ...format, ...layout, encoding, compression: 'none' } };
}
