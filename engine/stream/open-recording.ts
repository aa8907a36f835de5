import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { AssayError, usageError } from '../domain/error.ts';
import type {
  NumberFormat,
  RecordBatch,
  RecordingFormat,
  RecordingPosition,
  RecordingReader,
} from '../domain/record-batch.ts';
import type { StatedFormat } from '../domain/stated-format.ts';
import { inStep } from './batches-in-step.ts';
import { ContentTooShortError, openByteSource, type ByteSource } from './byte-source.ts';
import { openByteWindow } from './byte-window.ts';
import { mostColumns } from './cell-table.ts';
import { DamagedContentError, UnsupportedContentError } from './decompress.ts';
import {
  delimitedScanner,
  type DelimitedBatch,
  type DelimitedLayout,
  type DelimitedScanner,
} from './delimited-text.ts';
import { detectCompression, detectTextLayout, isParquet, type KnownLayout } from './detect-format.ts';
import { detectEncoding, encodingNamed, endsLinesByNextLine, isTranscoded, type TextForm } from './encodings.ts';
import { jsonLinesScanner } from './json-lines.ts';
import { jsonObjectsScanner } from './json-objects.ts';
import { kernelsFor, NumberThreads } from './kernel/number-threads.ts';
import { giveBackKernel, kernelModule, takeKernel } from './kernel/reading-kernel.ts';
import type { TextLayout } from './text-layout.ts';
import { openParquet } from './parquet.ts';
import type { RecordScanner } from './text-batches.ts';
import { corruptRecording, defaultRowsPerBatch, readTextBatches, unsupportedRecording } from './text-batches.ts';

export interface OpenRecordingOptions {
  /** Where to resume; the start of the records when absent. */
  readonly start?: RecordingPosition;
  /** The format found when the recording was first opened; a recording that has another one now is refused. */
  readonly format?: RecordingFormat;
  /** With `format`: what a reader of the same file found just now, so that it is not looked for again. */
  readonly layout?: TextLayout | undefined;
  /** What a person said of how the recording is written; what is found by content gives way to it. */
  readonly stated?: StatedFormat;
  /** The columns known so far; keys of JSON records keep their places, new ones are appended. */
  readonly columnNames?: readonly string[];
  /** Columns whose numbers will be asked for, with the sign before their decimals, and how many threads may read them ahead. */
  readonly numbersAhead?: { readonly threads: number; readonly columns: ReadonlyMap<string, NumberFormat['decimal']> };
  /** Ends reading at once, also in the middle of a batch. */
  readonly signal?: AbortSignal;
  /** For tests: bytes read at a time. */
  readonly chunkBytes?: number;
  /** For tests: most rows of a batch. */
  readonly rowsPerBatch?: number;
}

/** A reader, with what its text was found to be; absent where it is no text. */
export type OpenedRecording = RecordingReader & { readonly layout?: TextLayout };

const sampleBytes = 1 << 18;
const cellsPerBatch = 1 << 19;
/** Smaller files are read before a kernel has begun. */
const kernelFromBytes = 1 << 18;
/** Smaller files are read before other threads have begun. */
const threadsFromBytes = 1 << 22;

function fileError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AssayError('FILE_NOT_FOUND', 'usage', `${path} does not exist.`, {
      nextStep: 'Check the path and its spelling.',
      missingPath: path,
    });
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
  { format: known, stated = {} }: OpenRecordingOptions,
): Promise<DetectedText> {
  const sampleIn = (form: TextForm): Promise<Sample> =>
    readSample(openByteSource(file, { format: { compression, ...form }, skipBytes: 0 }).chunks());
  let sample: Sample;
  try {
    sample = await sampleIn({ encoding: 'utf-8' });
  } catch (error) {
    throw error instanceof UnsupportedContentError ? unsupportedRecording(path, error) : error;
  }
  let form = textFormOf(path, sample, known, stated);
  if (isTranscoded(form)) sample = await sampleIn(form);
  if (known === undefined && endsLinesByNextLine(sample.bytes)) {
    form = { ...form, lineEnd: 'next-line' };
    sample = await sampleIn(form);
  }
  if (sample.bytes.length === 0) {
    if (sample.damage !== undefined) throw corruptRecording(path, 0, sample.damage);
    throw usageError('EMPTY_RECORDING', `${path} is empty.`, 'Check that the recording was written completely.');
  }

  const layout = detectTextLayout(sample.bytes, sample.isWhole, knownLayout(known, stated));
  if (layout.kind === 'unreadable') {
    if (sample.damage !== undefined) throw corruptRecording(path, sample.bytes.length, sample.damage);
    throw usageError(
      layout.code,
      `${path} cannot be read as a recording: ${layout.why}.`,
      layout.nextStep ??
        'Give a CSV, NDJSON, kcat -J or Parquet file with records in it, plain or compressed with gzip or zstd.',
    );
  }
  if (layout.kind === 'csv') refuseFrame(path, stated);
  if (layout.columnNames.length > mostColumns)
    throw usageError(
      'TOO_LARGE',
      `${path} has ${layout.columnNames.length.toLocaleString('en-US')} columns; at most ${mostColumns.toLocaleString('en-US')} are read.`,
      'Leave out the columns that are not needed. Or is its first line data, with another delimiter?',
    );
  return { format: { kind: layout.kind, compression, ...form, ...writtenAs(layout) }, layout };
}

/** Only JSON can have a frame: one that was named and is not there was meant for another recording. */
function refuseFrame(path: string, { frame }: StatedFormat): void {
  if (frame === undefined || frame === 'none') return;
  throw usageError(
    'WRONG_USE',
    `${path} is no JSON, so that its records have no frame (${frame}) around them.`,
    'Name no frame for it.',
  );
}

function textFormOf(path: string, sample: Sample, known: RecordingFormat | undefined, stated: StatedFormat): TextForm {
  if (known !== undefined) {
    const { encoding, encodingStated, lineEnd } = known;
    return { encoding, ...(encodingStated && { encodingStated }), ...(lineEnd && { lineEnd }) };
  }
  if (stated.encoding !== undefined) return { encoding: encodingNamed(stated.encoding), encodingStated: true };
  const encoding = detectEncoding(sample.bytes);
  if (encoding === 'utf-32')
    throw usageError(
      'UNKNOWN_FORMAT',
      `${path} cannot be read as a recording: it is text in UTF-32.`,
      'Convert it with iconv -f UTF-32 -t UTF-8.',
    );
  return { encoding };
}

/** What is known before the content is looked into: the format it had before, or what a person said. */
function knownLayout(known: RecordingFormat | undefined, stated: StatedFormat): KnownLayout {
  if (known === undefined)
    return {
      ...(stated.delimiter === undefined ? {} : { delimiter: delimiterNamed(stated.delimiter) }),
      ...(stated.frame === undefined ? {} : { frame: stated.frame }),
    };
  const { kind, jsonLayout, frame = 'none', delimiter, quote = '"', backslashEscapes = false, header } = known;
  if (kind !== 'csv') return jsonLayout === undefined ? { kind, frame } : { kind, frame, jsonLayout };
  return { kind, delimiter, quote, backslashEscapes, header };
}

/** Names of delimiters that are hard to type. */
const delimiterNames: Readonly<Record<string, string>> = {
  tab: '\t',
  space: ' ',
  comma: ',',
  semicolon: ';',
  pipe: '|',
  colon: ':',
  caret: '^',
  tilde: '~',
};

/**
 * The character that a person named: itself, its name, or an escape such as \t, \x01, \u0001.
 * @throws AssayError WRONG_USE where it is not one ASCII character that can stand between fields.
 */
function delimiterNamed(written: string): string {
  const code = /^(?:\\x|\\u|0x|\\0?)([\da-f]{1,4})$/i.exec(written)?.[1];
  const delimiter =
    delimiterNames[written.toLowerCase()] ??
    (written === '\\t' ? '\t' : code === undefined ? written : String.fromCharCode(Number.parseInt(code, 16)));
  if (delimiter.length === 1 && delimiter.charCodeAt(0) < 0x80 && !'\r\n"\0'.includes(delimiter)) return delimiter;
  throw usageError(
    'WRONG_USE',
    `'${written}' cannot stand between fields: a delimiter is one ASCII character.`,
    "Name it as it is ('^'), by a name (tab, space, pipe, caret, tilde), or by its code ('\\x01').",
  );
}

/** How the text of a recording is written, as it is kept with it. */
function writtenAs(layout: TextLayout): Partial<RecordingFormat> {
  if (layout.kind !== 'csv')
    return {
      ...(layout.records === 'lines' ? {} : { jsonLayout: layout.records }),
      ...(layout.frame === undefined ? {} : { frame: layout.frame }),
    };
  const { delimiter, header, quote, backslashEscapes } = layout;
  return {
    delimiter,
    header,
    ...(quote === "'" ? { quote } : {}),
    ...(backslashEscapes ? { backslashEscapes } : {}),
  };
}

/** Fewer rows where there are very many columns: a batch has a place for every cell. */
function rowsOfBatch(columns: number): number {
  return Math.max(1, Math.min(defaultRowsPerBatch, Math.floor(cellsPerBatch / Math.max(1, columns))));
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
): OpenedRecording {
  const { layout } = detected;
  const format = options.format ?? detected.format;
  const rowsPerBatch = options.rowsPerBatch ?? rowsOfBatch(layout.columnNames.length);
  const isResumed = options.start !== undefined && options.start.byteOffset > 0;
  const start = isResumed && options.start !== undefined ? options.start : layout.start;
  const columnNames = options.columnNames ?? layout.columnNames;
  const source = openByteSource(file, {
    format,
    skipBytes: start.byteOffset,
    isDigested: true,
    ...(options.chunkBytes === undefined ? {} : { chunkBytes: options.chunkBytes }),
  });

  let scanner: RecordScanner & { readonly columnNames?: readonly string[] };
  let delimited: DelimitedReading | undefined;
  if (layout.kind === 'csv') {
    delimited = openDelimited({ ...layout, columnNames }, start, rowsPerBatch, storedBytes, options);
    scanner = delimited.scanner;
  } else {
    const form = { kind: layout.kind, frame: format.frame };
    scanner =
      layout.records === 'lines'
        ? jsonLinesScanner(form, columnNames, start, rowsPerBatch)
        : jsonObjectsScanner(form, layout.records === 'wrapped', columnNames, start, rowsPerBatch);
  }
  const foreign = { bytes: 0 };

  async function* batches(): AsyncGenerator<RecordBatch, void, undefined> {
    const chunks = source.chunks();
    const window = openByteWindow(chunks, start.byteOffset);
    const look = (bytes: Uint8Array): void => {
      if (!isUtf8(bytes)) foreign.bytes += bytesBeyondAscii(bytes);
    };
    try {
      if (delimited === undefined) yield* readTextBatches(path, window, scanner, look);
      else yield* delimited.batches(readTextBatches(path, window, delimited.scanner, look));
    } catch (error) {
      throw error instanceof ContentTooShortError ? shorterThanBefore(path, start) : error;
    } finally {
      await chunks.return();
    }
  }

  return {
    path,
    format,
    layout,
    storedBytes,
    get columnNames() {
      return scanner.columnNames ?? columnNames;
    },
    get storedBytesRead() {
      return Math.min(source.storedBytesRead, storedBytes);
    },
    get storedFile() {
      return source.storedFile;
    },
    get notices() {
      return textNotices(path, format, source, foreign.bytes);
    },
    batches,
    close: async () => {
      await delimited?.close();
      await file.close();
    },
  };
}

interface DelimitedReading {
  readonly scanner: DelimitedScanner;
  /** The batches that come, as soon as their numbers are read. */
  readonly batches: (
    read: AsyncGenerator<DelimitedBatch, void, undefined>,
  ) => AsyncGenerator<DelimitedBatch, void, undefined>;
  readonly close: () => Promise<void>;
}

/** A scanner with the kernels that its recording is worth, and the threads. */
function openDelimited(
  layout: DelimitedLayout,
  start: RecordingPosition,
  rowsPerBatch: number,
  storedBytes: number,
  { numbersAhead }: OpenRecordingOptions,
): DelimitedReading {
  const module = storedBytes >= kernelFromBytes ? kernelModule() : null;
  const wanted = layout.columnNames.flatMap((name, column) => {
    const decimal = numbersAhead?.columns.get(name);
    return decimal === undefined ? [] : [{ column, decimalByte: decimal.charCodeAt(0) }];
  });
  const threadCount = storedBytes < threadsFromBytes || wanted.length === 0 ? 0 : (numbersAhead?.threads ?? 0);
  const kernels = module === null ? [] : Array.from({ length: kernelsFor(threadCount) }, () => takeKernel(module));
  const scanner = delimitedScanner(layout, start, rowsPerBatch, kernels);
  const threads =
    module !== null && threadCount > 0 && scanner.batchesAtOnce > 1
      ? new NumberThreads(module, kernels, threadCount)
      : undefined;
  return {
    scanner,
    batches: (read) => inStep(read, scanner.batchesAtOnce, (batch) => batch.readNumbers(wanted, threads)),
    close: async () => {
      await threads?.close();
      kernels.forEach(giveBackKernel);
    },
  };
}

function bytesBeyondAscii(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte >= 0x80) count++;
  return count;
}

/** What a person should know of how a text was read; `foreignBytes` are those beyond ASCII of batches that are not UTF-8. */
function textNotices(
  path: string,
  format: RecordingFormat,
  source: ByteSource,
  foreignBytes: number,
): readonly string[] {
  const notices: string[] = [];
  const count = (number: number): string => number.toLocaleString('en-US');
  if (source.tailBytes > 0)
    notices.push(
      `${path} goes on for ${count(source.tailBytes)} bytes behind its compressed content; they are no part of it and were left out.`,
    );
  if (source.undecodable > 0)
    notices.push(
      `${count(source.undecodable)} characters of ${path} do not exist in ${format.encoding}; name another encoding with --encoding.`,
    );
  else if (foreignBytes > 0)
    notices.push(
      `${path} is not in UTF-8 (${count(foreignBytes)} bytes beyond ASCII); what is not is read as Windows-1252. Where names look wrong, say the encoding with --encoding.`,
    );
  return notices;
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
 * The caller closes the reader. Offsets and lines count in the decompressed content; of a
 * transcoded file in its UTF-8 transcription.
 *
 * Throws AssayError (usage): FILE_NOT_FOUND, NOT_A_FILE, PERMISSION_DENIED, EMPTY_RECORDING, UNKNOWN_FORMAT,
 * CORRUPT_RECORDING, RECORDING_CHANGED. While batches are read CORRUPT_RECORDING comes after the last good batch.
 */
export async function openRecording(path: string, options: OpenRecordingOptions = {}): Promise<OpenedRecording> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const head = await readHead(file);
    if (isParquet(head)) {
      const { start, signal, rowsPerBatch } = options;
      const reader = await openParquet(path, file, size, { start, signal, rowsPerBatch });
      refuseChangedFormat(path, options.format, reader.format);
      return reader;
    }
    const compression = detectCompression(head);
    const { format: known, layout } = options;
    const detected =
      known === undefined || layout === undefined
        ? await detectText(path, file, compression, options)
        : { format: { ...known, compression }, layout };
    refuseChangedFormat(path, options.format, detected.format);
    return openText(path, file, size, detected, options);
  } catch (error) {
    await file.close();
    throw fileError(path, error);
  }
}
