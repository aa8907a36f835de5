import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { type AssayError, usageError } from '../domain/error.ts';
import type { RecordBatch, RecordingFormat, RecordingPosition, RecordingReader } from '../domain/record-batch.ts';
import { ContentTooShortError, DamagedContentError, openByteSource } from './byte-source.ts';
import { openByteWindow } from './byte-window.ts';
import { delimitedScanner } from './delimited-text.ts';
import type { TextLayout } from './detect-format.ts';
import { detectCompression, detectEncoding, detectTextLayout, isParquet } from './detect-format.ts';
import { jsonLinesScanner } from './json-lines.ts';
import { openParquet } from './parquet.ts';
import type { RecordScanner } from './text-batches.ts';
import { corruptRecording, defaultRowsPerBatch, readTextBatches } from './text-batches.ts';

export interface OpenRecordingOptions {
  /** Where to resume; the start of the records when absent. */
  readonly start?: RecordingPosition;
  /** The format found when the recording was first opened; a recording that has another one now is refused. */
  readonly format?: RecordingFormat;
  /** The columns known so far; keys of JSON records keep their places, new ones are appended. */
  readonly columnNames?: readonly string[];
  /** For tests: bytes read at a time. */
  readonly chunkBytes?: number;
  /** For tests: most rows of a batch. */
  readonly rowsPerBatch?: number;
}

const sampleBytes = 1 << 18;

function fileError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return usageError('FILE_NOT_FOUND', `${path} does not exist.`, 'Check the path and its spelling.');
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return usageError(
      'PERMISSION_DENIED',
      `${path} may not be read by this user.`,
      'Ask its owner for the right to read it.',
    );
  }
  return error;
}

function notAFile(path: string): AssayError {
  return usageError(
    'NOT_A_FILE',
    `${path} is a folder or a device, not a file.`,
    'Name the recordings in it one by one.',
  );
}

/** Opens a regular file; anything else is refused before it is opened, as opening a pipe would wait for a writer. */
async function openFile(path: string): Promise<FileHandle> {
  try {
    if (!(await stat(path)).isFile()) throw notAFile(path);
    return await open(path, 'r');
  } catch (error) {
    throw fileError(path, error);
  }
}

interface Sample {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
  readonly damage: DamagedContentError | undefined;
}

/** The first bytes of the content; also those before a damaged place. */
async function readSample(chunks: AsyncGenerator<Uint8Array, void, undefined>): Promise<Sample> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  let damage: DamagedContentError | undefined;
  try {
    while (length < sampleBytes) {
      const { done, value } = await chunks.next();
      if (done === true) {
        isWhole = true;
        break;
      }
      parts.push(Uint8Array.from(value));
      length += value.length;
    }
  } catch (error) {
    if (!(error instanceof DamagedContentError)) throw error;
    damage = error;
  } finally {
    await chunks.return();
  }
  return { bytes: Buffer.concat(parts), isWhole, damage };
}

async function readHead(file: FileHandle): Promise<Buffer> {
  const head = Buffer.alloc(4);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}

interface DetectedText {
  readonly format: RecordingFormat;
  readonly layout: TextLayout;
}

async function detectText(
  path: string,
  file: FileHandle,
  compression: RecordingFormat['compression'],
): Promise<DetectedText> {
  const source = (encoding: RecordingFormat['encoding']): AsyncGenerator<Uint8Array, void, undefined> =>
    openByteSource(file, { compression, encoding, skipBytes: 0 }).chunks();
  let sample = await readSample(source('utf-8'));
  const encoding = detectEncoding(sample.bytes);
  if (encoding === 'utf-16le') sample = await readSample(source(encoding));
  if (sample.bytes.length === 0) {
    if (sample.damage !== undefined) throw corruptRecording(path, 0, sample.damage);
    throw usageError('EMPTY_RECORDING', `${path} is empty.`, 'Check that the recording was written completely.');
  }

  const layout = detectTextLayout(sample.bytes, sample.isWhole);
  if (layout.kind === 'unreadable') {
    if (sample.damage !== undefined) throw corruptRecording(path, sample.bytes.length, sample.damage);
    throw usageError(
      layout.code,
      `${path} cannot be read as a recording: ${layout.why}.`,
      layout.nextStep ??
        'Give a CSV, NDJSON, kcat -J or Parquet file with records in it, plain or compressed with gzip or zstd.',
    );
  }
  const base = { kind: layout.kind, compression, encoding };
  const format = layout.kind === 'csv' ? { ...base, delimiter: layout.delimiter, header: layout.header } : base;
  return { format, layout };
}

function refuseChangedFormat(path: string, known: RecordingFormat | undefined, found: RecordingFormat): void {
  if (known === undefined || (known.kind === found.kind && known.compression === found.compression)) return;
  throw usageError(
    'RECORDING_CHANGED',
    `${path} was read as ${known.kind} before and is ${found.kind} now: it is another recording.`,
    'Put the recording back, or start a new case.',
  );
}

function openText(
  path: string,
  file: FileHandle,
  storedBytes: number,
  detected: DetectedText,
  options: OpenRecordingOptions,
): RecordingReader {
  const { layout } = detected;
  const format = options.format ?? detected.format;
  const rowsPerBatch = options.rowsPerBatch ?? defaultRowsPerBatch;
  const isResumed = options.start !== undefined && options.start.byteOffset > 0;
  const start = isResumed && options.start !== undefined ? options.start : layout.start;
  const columnNames = options.columnNames ?? layout.columnNames;
  const source = openByteSource(file, {
    compression: format.compression,
    encoding: format.encoding,
    skipBytes: start.byteOffset,
    ...(options.chunkBytes === undefined ? {} : { chunkBytes: options.chunkBytes }),
  });

  let scanner: RecordScanner & { readonly columnNames?: readonly string[] };
  if (layout.kind === 'csv') {
    const delimiter = format.delimiter ?? layout.delimiter;
    const { lineEndByte, headerBytes } = layout;
    scanner = delimitedScanner({ columnNames, delimiter, lineEndByte, headerBytes }, start, rowsPerBatch);
  } else {
    scanner = jsonLinesScanner(layout.kind, columnNames, start, rowsPerBatch);
  }

  async function* batches(): AsyncGenerator<RecordBatch, void, undefined> {
    const chunks = source.chunks();
    try {
      yield* readTextBatches(path, openByteWindow(chunks, start.byteOffset), scanner);
    } catch (error) {
      throw error instanceof ContentTooShortError ? shorterThanBefore(path, start) : error;
    } finally {
      await chunks.return();
    }
  }

  return {
    path,
    format,
    storedBytes,
    get columnNames() {
      return scanner.columnNames ?? columnNames;
    },
    get storedBytesRead() {
      return Math.min(source.storedBytesRead, storedBytes);
    },
    batches,
    close: () => file.close(),
  };
}

function shorterThanBefore(path: string, start: RecordingPosition): AssayError {
  return usageError(
    'RECORDING_CHANGED',
    `${path} is shorter than what has been read of it (${String(start.byteOffset)} bytes): it was replaced or cut.`,
    'Put the recording back, or start a new case.',
  );
}

/**
 * Opens a recording for one pass: finds compression, encoding and format by its content and reads its column names.
 * The caller closes the reader. Offsets and lines count in the decompressed content; of a UTF-16 file in its UTF-8
 * transcription.
 *
 * Throws AssayError (usage): FILE_NOT_FOUND, NOT_A_FILE, PERMISSION_DENIED, EMPTY_RECORDING, UNKNOWN_FORMAT,
 * CORRUPT_RECORDING, RECORDING_CHANGED. While batches are read CORRUPT_RECORDING comes after the last good batch.
 */
export async function openRecording(path: string, options: OpenRecordingOptions = {}): Promise<RecordingReader> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const head = await readHead(file);
    if (isParquet(head)) {
      const reader = await openParquet(path, file, size, options.start, options.rowsPerBatch ?? defaultRowsPerBatch);
      refuseChangedFormat(path, options.format, reader.format);
      return reader;
    }
    const detected = await detectText(path, file, detectCompression(head));
    refuseChangedFormat(path, options.format, detected.format);
    return openText(path, file, size, detected, options);
  } catch (error) {
    await file.close();
    throw fileError(path, error);
  }
}
