import type { RecordBatch, RecordingFormat } from '../domain/record-batch.ts';
import { delimitedScanner } from './delimited-text.ts';
import { jsonLinesScanner } from './json-lines.ts';
import { jsonObjectsScanner } from './json-objects.ts';
import type { DelimitedDialect } from './text-layout.ts';
import { carriageReturnByte, defaultRowsPerBatch, newlineByte, type RecordScanner } from './text-batches.ts';

/**
 * Reads records again from their bytes as received, all of one recording, in the order given. Row r of the batches
 * together is record r, as long as none is malformed in itself. `areNew` says that they were not rows before: the last of them may be
 * lines that close a recording, and a key that stands twice is a fault.
 */
export function* batchesOfStored(
  format: RecordingFormat,
  columnNames: readonly string[],
  records: readonly Uint8Array[],
  areNew = false,
): Generator<RecordBatch, void, undefined> {
  const lineEndByte = format.kind === 'csv' ? lineEndOf(records) : newlineByte;
  const length = records.reduce((sum, record) => sum + record.length + 1, 0);
  // A blank line tells that the last record is whole; scanners put a sentinel behind the last byte.
  const content = Buffer.allocUnsafeSlow(length + 2);
  let at = 0;
  for (const record of records) {
    content.set(record, at);
    at += record.length;
    content[at++] = lineEndByte;
  }
  content[at] = lineEndByte;
  const scanner = scannerOf(format, columnNames, lineEndByte, !areNew);
  for (let from = 0; from < length; from += scanner.position) {
    const rest = content.subarray(from);
    scanner.startBatch(from);
    scanner.scan(rest, length + 1 - from, areNew);
    // What cannot be ended, as an open quote, is taken for the end.
    if (scanner.position === 0) scanner.scan(rest, length + 1 - from, true);
    const batch = scanner.finishBatch(rest);
    if (batch !== undefined) yield batch;
  }
}

/** Where each of the records begins in what `batchesOfStored` reads. */
export function offsetsOfStored(records: readonly Uint8Array[]): readonly number[] {
  let offset = 0;
  return records.map(({ length }) => {
    const start = offset;
    offset += length + 1;
    return start;
  });
}

/** Stored rows are UTF-8, without what stood around them; those of Parquet are one JSON object a line. */
function scannerOf(
  format: RecordingFormat,
  columnNames: readonly string[],
  lineEndByte: number,
  takesRepeats: boolean,
): RecordScanner {
  const start = { byteOffset: 0, line: 1 };
  const { kind, delimiter = ',', quote = '"', backslashEscapes = false, jsonLayout, frame } = format;
  if (kind === 'csv') {
    const dialect: DelimitedDialect = { delimiter, quote, backslashEscapes, lineEndByte };
    const layout = { ...dialect, columnNames, headerBytes: new Uint8Array(0), rowsFrom: 0 };
    return delimitedScanner(layout, start, defaultRowsPerBatch);
  }
  const json = { kind: kind === 'kcat' ? 'kcat' : 'ndjson', frame, takesRepeats } as const;
  return jsonLayout === undefined
    ? jsonLinesScanner(json, columnNames, start, defaultRowsPerBatch)
    : jsonObjectsScanner(json, false, columnNames, start, defaultRowsPerBatch);
}

/** Rows that hold line feeds outside quotes come from a recording whose lines end with carriage returns. */
function lineEndOf(records: readonly Uint8Array[]): number {
  const hasLineFeed = records.some((record) => record.includes(newlineByte));
  return hasLineFeed && !records.some((record) => record.includes(carriageReturnByte))
    ? carriageReturnByte
    : newlineByte;
}
