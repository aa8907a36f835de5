import { isUtf8 } from 'node:buffer';
import { decodeNumberText, isMissingText } from '../domain/number-text.ts';
import type { RecordingFormat, RecordingPosition } from '../domain/record-batch.ts';
import { createCellTable } from './cell-table.ts';
import { decodeText } from './cell-text.ts';
import type { DelimitedBatch, DelimitedLayout } from './delimited-text.ts';
import { delimitedScanner } from './delimited-text.ts';
import { isJsonObject, isKcatEnvelope, jsonRecordWriter, kcatColumnNames } from './json-lines.ts';
import { carriageReturnByte, newlineByte } from './text-batches.ts';

/** What the first bytes of a text recording say about all of it. */
export type TextLayout = {
  readonly columnNames: readonly string[];
  /** Where the first record starts: after a byte order mark and a header. */
  readonly start: RecordingPosition;
} & (
  | { readonly kind: 'ndjson' | 'kcat' }
  | {
      readonly kind: 'csv';
      readonly delimiter: string;
      readonly header: boolean;
      /** The header as written, empty without one. */
      readonly headerBytes: Uint8Array;
      readonly lineEndByte: number;
    }
);

/** Why content is no recording: nothing in it, or nothing that can be read as records. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly code: 'EMPTY_RECORDING' | 'UNKNOWN_FORMAT';
  readonly why: string;
  readonly nextStep?: string;
}

const byteOrderMark = [0xef, 0xbb, 0xbf];
const sampledRows = 1000;
const delimitersByPreference = ['\t', ';', '|', ','];
const leastShareOfRegularRows = 0.5;

export function detectCompression(head: Uint8Array): RecordingFormat['compression'] {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const isZstdFrame = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
  const isSkippableFrame = (head[0] & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
  return isZstdFrame || isSkippableFrame ? 'zstd' : 'none';
}

export function isParquet(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 4)).toString('latin1') === 'PAR1';
}

/** The encoding that a sample of the decompressed content is in. A character cut off at its end does not count. */
export function detectEncoding(sample: Uint8Array): RecordingFormat['encoding'] {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  for (let cut = 0; cut < 4; cut++) if (isUtf8(sample.subarray(0, sample.length - cut))) return 'utf-8';
  return 'windows-1252';
}

function startAfterMark(sample: Uint8Array): number {
  return byteOrderMark.every((byte, index) => sample[index] === byte) ? byteOrderMark.length : 0;
}

function looksBinary(sample: Uint8Array): boolean {
  let controls = 0;
  for (const byte of sample) {
    if (byte === 0) return true;
    if (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b) controls++;
  }
  return controls * 100 > sample.length;
}

interface SampleLine {
  readonly text: string;
  /** False for a last line that the sample cuts off. */
  readonly isWhole: boolean;
}

function firstLines(sample: Buffer, from: number, isWhole: boolean, most: number): readonly SampleLine[] {
  const lines: SampleLine[] = [];
  for (let start = from; start < sample.length && lines.length < most;) {
    const found = sample.indexOf(newlineByte, start);
    const end = found < 0 ? sample.length : found;
    const text = decodeText(sample, start, end).trim();
    if (text !== '') lines.push({ text, isWhole: found >= 0 || isWhole });
    start = end + 1;
  }
  return lines;
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON Lines when most lines look like objects and one of them is one; a line cut off by the sample may stand for it. */
function detectJsonLines(lines: readonly SampleLine[]): 'ndjson' | 'kcat' | undefined {
  const braced = lines.filter((line) => line.text.startsWith('{'));
  if (braced.length * 2 < lines.length) return undefined;
  const objects = braced.map((line) => parsedOrUndefined(line.text)).filter(isJsonObject);
  if (objects.length === 0)
    return braced.some((line) => !line.isWhole && line.text.startsWith('{"')) ? 'ndjson' : undefined;
  return objects.filter(isKcatEnvelope).length * 2 > objects.length ? 'kcat' : 'ndjson';
}

function jsonColumnNames(lines: readonly SampleLine[], kind: 'ndjson' | 'kcat'): readonly string[] {
  const table = createCellTable([], 1);
  const records = jsonRecordWriter(table, kind);
  for (const line of lines) records.put(0, line.text);
  if (kind === 'ndjson') return table.columnNames;
  return [...table.columnNames.filter((name) => !kcatColumnNames.includes(name)), ...kcatColumnNames];
}

/** Number of fields of each sampled record (quotes respected), for one delimiter. */
function fieldCounts(sample: Buffer, from: number, delimiter: string, lineEndByte: number): readonly number[] {
  const quote = 0x22;
  const delimiterByte = delimiter.charCodeAt(0);
  const counts: number[] = [];
  let fields = 1;
  let isQuoted = false;
  let cellStart = from;
  let recordStart = from;
  for (let i = from; i < sample.length && counts.length < sampledRows; i++) {
    const byte = sample[i];
    if (isQuoted) {
      if (byte === quote) isQuoted = false;
    } else if (byte === quote && (i === cellStart || sample[i - 1] === quote)) {
      isQuoted = true;
    } else if (byte === delimiterByte) {
      fields++;
      cellStart = i + 1;
    } else if (byte === lineEndByte) {
      if (decodeText(sample, recordStart, i).trim() !== '' || fields > 1) counts.push(fields);
      fields = 1;
      cellStart = i + 1;
      recordStart = cellStart;
    }
  }
  if (counts.length === 0 || (recordStart < sample.length && counts.length < sampledRows)) counts.push(fields);
  return counts;
}

interface DelimiterFit {
  readonly delimiter: string;
  readonly fields: number;
  readonly share: number;
}

function fitOf(delimiter: string, counts: readonly number[]): DelimiterFit {
  const tally = new Map<number, number>();
  for (const count of counts) tally.set(count, (tally.get(count) ?? 0) + 1);
  const usual = [...tally].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  const isFirstUsual = counts[0] === usual[0];
  return { delimiter, fields: usual[0], share: (usual[1] / counts.length) * (isFirstUsual ? 1 : 0.75) };
}

/** The delimiter that splits most records into the same number (above one) of fields; undefined where none does. */
function inferDelimiter(sample: Buffer, from: number, lineEndByte: number): string | undefined {
  const fits = delimitersByPreference
    .map((delimiter) => fitOf(delimiter, fieldCounts(sample, from, delimiter, lineEndByte)))
    .filter((fit) => fit.fields > 1 && fit.share >= leastShareOfRegularRows);
  if (fits.length === 0) return undefined;
  return fits.reduce((best, fit) => (fit.share > best.share + 0.02 ? fit : best)).delimiter;
}

function looksLikeProse(lines: readonly SampleLine[]): boolean {
  const wordy = lines.filter((line) => line.text.split(/\s+/).length >= 4);
  return wordy.length * 2 > lines.length;
}

/** All records of a sample as one batch; with `isWhole` false the cut-off last one is left out. */
function scanSample(
  sample: Buffer,
  from: number,
  isWhole: boolean,
  layout: DelimitedLayout,
  rows: number,
): DelimitedBatch | undefined {
  const content = Buffer.alloc(sample.length - from + 1);
  sample.copy(content, 0, from);
  const scanner = delimitedScanner(layout, { byteOffset: from, line: 1 }, rows);
  scanner.startBatch(from);
  scanner.scan(content, content.length - 1, isWhole);
  return scanner.finishBatch(content);
}

const dateLike = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/;

/** True where a cell is more likely a value than a column's name. */
function isValueLike(cell: string): boolean {
  return (
    dateLike.test(cell.trim()) ||
    !Number.isNaN(decodeNumberText(cell, { decimal: '.', group: ',', decorated: true })) ||
    !Number.isNaN(decodeNumberText(cell, { decimal: ',', group: '.', decorated: true }))
  );
}

function rowTexts(batch: DelimitedBatch, row: number): readonly (string | undefined)[] {
  return batch.columnNames.map((_, column) => batch.text(row, column));
}

/**
 * True where the first row names the columns: each cell is text that is no number, date or missing word, and none
 * comes again as a value of its column. Blank names are allowed, all blank is not.
 */
function firstRowIsHeader(batch: DelimitedBatch, firstRaw: readonly string[]): boolean {
  if (firstRaw.every((cell) => cell.trim() === '')) return false;
  if (firstRaw.some((cell) => cell.trim() !== '' && (isMissingText(cell) || isValueLike(cell)))) return false;
  for (let row = 1; row < batch.rowCount; row++) {
    const texts = rowTexts(batch, row);
    const repeated = texts.filter((text, column) => text !== undefined && text === firstRaw[column]).length;
    const isHeaderAgain = texts.every((text, column) => (text ?? '') === firstRaw[column].trim());
    if (repeated > 0 && !isHeaderAgain) return false;
  }
  return true;
}

/** Column names that are unique and not blank: `name`, `name_2`, and `column3` for a blank third one. */
function uniqueColumnNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  const written = new Set(names.map((name) => name.trim()));
  return names.map((name, index) => {
    const wanted = name.trim() === '' ? `column${String(index + 1)}` : name.trim();
    let unique = wanted;
    for (let n = 2; taken.has(unique) || (unique !== name.trim() && written.has(unique)); n++)
      unique = `${wanted}_${String(n)}`;
    taken.add(unique);
    return unique;
  });
}

function numberedColumns(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `column${String(index + 1)}`);
}

function detectDelimited(sample: Buffer, from: number, isWhole: boolean): TextLayout | Unreadable {
  const lineEndByte =
    sample.includes(newlineByte) || !sample.includes(carriageReturnByte) ? newlineByte : carriageReturnByte;
  const delimiter = inferDelimiter(sample, from, lineEndByte);
  if (delimiter === undefined && looksLikeProse(firstLines(sample, from, isWhole, sampledRows))) {
    return {
      kind: 'unreadable',
      code: 'UNKNOWN_FORMAT',
      why: 'it reads like prose: no delimiter splits its lines into the same number of fields',
    };
  }
  const usedDelimiter = delimiter ?? ',';
  const columnCount =
    delimiter === undefined ? 1 : fitOf(usedDelimiter, fieldCounts(sample, from, usedDelimiter, lineEndByte)).fields;
  const noHeader = new Uint8Array(0);
  const layout = {
    columnNames: numberedColumns(columnCount),
    delimiter: usedDelimiter,
    lineEndByte,
    headerBytes: noHeader,
  };
  const batch = scanSample(sample, from, isWhole, layout, sampledRows);
  if (batch === undefined || batch.rowCount === 0) {
    return {
      kind: 'unreadable',
      code: 'UNKNOWN_FORMAT',
      why: 'no line of its beginning can be read as a row of fields',
    };
  }

  const firstRaw = rowNames(batch);
  const header = firstRowIsHeader(batch, firstRaw);
  // Lines before the header are no rows: reading starts at them, so that they are rejected one by one and not lost.
  const isFirstRecord = batch.rejected.every((record) => record.byteOffset > batch.byteOffset[0]);
  const columnNames = header ? uniqueColumnNames(firstRaw) : layout.columnNames;
  const start =
    header && isFirstRecord ? positionAfterFirstRow(sample, from, isWhole, layout) : { byteOffset: from, line: 1 };
  if (header && isWhole && batch.rowCount === 1 && batch.rejected.length === 0) {
    return { kind: 'unreadable', code: 'EMPTY_RECORDING', why: 'it holds a header and no rows' };
  }
  const headerBytes = new Uint8Array(header ? batch.bytes.subarray(batch.rawStart[0], batch.rawEnd[0]) : noHeader);
  return { kind: 'csv', delimiter: usedDelimiter, header, headerBytes, lineEndByte, columnNames, start };
}

/** The cells of the first row as written, missing words included. */
function rowNames(batch: DelimitedBatch): readonly string[] {
  return batch.columnNames.map((_, column) => batch.writtenText(0, column));
}

function positionAfterFirstRow(
  sample: Buffer,
  from: number,
  isWhole: boolean,
  layout: DelimitedLayout,
): RecordingPosition {
  const first = scanSample(sample, from, isWhole, layout, 1);
  return first === undefined ? { byteOffset: from, line: 1 } : first.next;
}

/** The first line of a JSON array of objects, or of an object spread over lines. */
const startsOtherJson = /^(\[\s*(\{.*)?|\{)$/;

/**
 * Tells from a sample of a text recording (UTF-8, or transcoded to it) what it is and where its records start.
 * `isWhole` says that the sample is all there is.
 */
export function detectTextLayout(sample: Buffer, isWhole: boolean): TextLayout | Unreadable {
  if (looksBinary(sample)) {
    return {
      kind: 'unreadable',
      code: 'UNKNOWN_FORMAT',
      why: 'it holds binary data that is neither Parquet, gzip nor Zstandard',
    };
  }
  const from = startAfterMark(sample);
  const lines = firstLines(sample, from, isWhole, sampledRows);
  if (lines.length === 0)
    return { kind: 'unreadable', code: 'EMPTY_RECORDING', why: 'it holds nothing but blank lines' };

  if (startsOtherJson.test(lines[0].text)) {
    return {
      kind: 'unreadable',
      code: 'UNKNOWN_FORMAT',
      why: 'it is JSON, but not one object per line',
      nextStep: "Write one object per line, for example with jq -c '.[]'.",
    };
  }

  const kind = detectJsonLines(lines);
  if (kind !== undefined) {
    const wholeLines = lines.filter((line) => line.isWhole);
    return { kind, columnNames: jsonColumnNames(wholeLines, kind), start: { byteOffset: from, line: 1 } };
  }
  return detectDelimited(sample, from, isWhole);
}
