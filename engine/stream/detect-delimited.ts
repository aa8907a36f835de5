import type { RecordingPosition } from '../domain/record-batch.ts';
import { decodeText } from './cell-text.ts';
import type { DelimitedBatch, DelimitedLayout } from './delimited-text.ts';
import { delimitedScanner } from './delimited-text.ts';
import { areNames, headerRow, namesOf, numberedColumns, uniqueColumnNames } from './header-row.ts';
import { carriageReturnByte, newlineByte, spaceByte } from './text-batches.ts';
import type { DelimitedDialect, SampleLine, TextLayout, Unreadable } from './text-layout.ts';

const sampledRows = 1000;
const delimitersByPreference = ['\t', ';', '|', ','];
/** Taken only where none of the usual ones splits lines, and all lines alike. */
const rareDelimiters = ['\u0001', '\u001f', '^', '~'];
const leastShareOfRegularRows = 0.5;
const leastShareOfRareRows = 0.9;
const backslashByte = 0x5c;
const doubleQuoteByte = 0x22;

/** What is known of how a recording is written before it is looked into. */
export interface KnownDialect {
  readonly delimiter?: string | undefined;
  readonly quote?: '"' | "'" | undefined;
  readonly backslashEscapes?: boolean | undefined;
  readonly header?: boolean | undefined;
}

/** Number of fields of each sampled record (quotes respected), for one dialect. */
function fieldCounts(sample: Buffer, from: number, dialect: DelimitedDialect): readonly number[] {
  const quote = dialect.quote.charCodeAt(0);
  const delimiterByte = dialect.delimiter.charCodeAt(0);
  const counts: number[] = [];
  let fields = 1;
  let isQuoted = false;
  let cellStart = from;
  let recordStart = from;
  for (let i = from; i < sample.length && counts.length < sampledRows; i++) {
    const byte = sample[i];
    if (byte === backslashByte && dialect.backslashEscapes) {
      i++;
    } else if (isQuoted) {
      if (byte === quote) isQuoted = false;
    } else if (byte === quote && (i === cellStart || sample[i - 1] === quote)) {
      isQuoted = true;
    } else if (byte === delimiterByte) {
      fields++;
      cellStart = i + 1;
    } else if (byte === dialect.lineEndByte) {
      if (decodeText(sample, recordStart, i).trim() !== '' || fields > 1) counts.push(fields);
      fields = 1;
      cellStart = i + 1;
      recordStart = cellStart;
    } else if (byte === spaceByte && i === cellStart) {
      cellStart = i + 1;
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

/** The delimiter that splits most records into the same number (above one) of fields, and how; undefined where none does. */
function inferDelimiter(
  sample: Buffer,
  from: number,
  dialect: Omit<DelimitedDialect, 'delimiter'>,
): DelimiterFit | undefined {
  const best = (delimiters: readonly string[], leastShare: number): DelimiterFit | undefined => {
    const fits = delimiters
      .filter((delimiter) => sample.includes(delimiter, from))
      .map((delimiter) => fitOf(delimiter, fieldCounts(sample, from, { ...dialect, delimiter })))
      .filter((fit) => fit.fields > 1 && fit.share >= leastShare);
    if (fits.length === 0) return undefined;
    return fits.reduce((chosen, fit) => (fit.share > chosen.share + 0.02 ? fit : chosen));
  };
  return best(delimitersByPreference, leastShareOfRegularRows) ?? best(rareDelimiters, leastShareOfRareRows);
}

function looksLikeProse(lines: readonly SampleLine[]): boolean {
  const wordy = lines.filter((line) => line.text.split(/\s+/).length >= 4);
  return wordy.length * 2 > lines.length;
}

/** All records of a sample as one batch; with `isWhole` false the cut-off last one is left out. */
function scanSample(sample: Sample, layout: DelimitedLayout, rows: number): DelimitedBatch | undefined {
  const { bytes, isWhole, start } = sample;
  const content = Buffer.alloc(bytes.length - start.byteOffset + 1);
  bytes.copy(content, 0, start.byteOffset);
  const scanner = delimitedScanner(layout, start, rows);
  scanner.startBatch(start.byteOffset);
  scanner.scan(content, content.length - 1, isWhole);
  return scanner.finishBatch(content);
}

/** The byte that ends most lines, quotes respected: a carriage return where most are not followed by a line feed. */
function lineEndOf(sample: Buffer): number {
  if (!sample.includes(carriageReturnByte)) return newlineByte;
  let lineFeeds = 0;
  let loneReturns = 0;
  let isQuoted = false;
  for (let i = 0; i < sample.length; i++) {
    if (sample[i] === doubleQuoteByte) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (sample[i] === newlineByte) lineFeeds++;
    else if (sample[i] === carriageReturnByte && sample[i + 1] !== newlineByte) loneReturns++;
  }
  return loneReturns > lineFeeds ? carriageReturnByte : newlineByte;
}

interface Candidate {
  readonly dialect: DelimitedDialect;
  /** False where no delimiter splits the lines. */
  readonly isSplit: boolean;
  readonly columnCount: number;
  readonly batch: DelimitedBatch | undefined;
}

function layoutOf(dialect: DelimitedDialect, columnCount: number): DelimitedLayout {
  const columnNames = numberedColumns(columnCount);
  return { ...dialect, columnNames, headerBytes: new Uint8Array(0), rowsFrom: 0 };
}

/** What a sample comes to when it is read with these quotes and escapes. */
function candidateFor(
  sample: Sample,
  written: Omit<DelimitedDialect, 'delimiter'>,
  known: string | undefined,
): Candidate {
  const { bytes, start } = sample;
  const from = start.byteOffset;
  const fit =
    known === undefined
      ? inferDelimiter(bytes, from, written)
      : fitOf(known, fieldCounts(bytes, from, { ...written, delimiter: known }));
  const dialect = { ...written, delimiter: fit?.delimiter ?? ',' };
  const columnCount = fit?.fields ?? 1;
  const batch = scanSample(sample, layoutOf(dialect, columnCount), sampledRows);
  return { dialect, isSplit: fit !== undefined, columnCount, batch };
}

/** True where one candidate reads more rows than another, or as many and leaves fewer lines over. */
function isBetter(one: Candidate, other: Candidate): boolean {
  const rows = ({ isSplit, batch }: Candidate): number => (isSplit ? (batch?.rowCount ?? 0) : 0);
  const leftOver = ({ batch }: Candidate): number => batch?.rejected.length ?? 0;
  return rows(one) > rows(other) || (rows(one) === rows(other) && leftOver(one) < leftOver(other));
}

/** Share of the rows that must have a field in single quotes for these to be quotes. */
const leastShareOfQuotedRows = 0.2;

/** True where single quotes stand around fields, and not within texts: what begins with one ends with one. */
function hasSingleQuotes({ batch }: Candidate): boolean {
  if (batch === undefined) return false;
  let rowsWithQuotes = 0;
  let opened = 0;
  let closed = 0;
  for (let row = 0; row < batch.rowCount; row++) {
    let isQuoted = false;
    for (let column = 0; column < batch.columnNames.length; column++) {
      const text = batch.text(row, column);
      if (text?.startsWith("'") !== true) continue;
      opened++;
      if (text.length < 2 || !text.endsWith("'")) continue;
      closed++;
      isQuoted = true;
    }
    if (isQuoted) rowsWithQuotes++;
  }
  return closed * 10 >= opened * 9 && closed > 0 && rowsWithQuotes >= batch.rowCount * leastShareOfQuotedRows;
}

/** The dialect by which most of a sample can be read; double quotes without escapes where others are no better. */
function inferDialect(sample: Sample, known: KnownDialect): Candidate {
  const { bytes } = sample;
  const lineEndByte = lineEndOf(bytes);
  const read = (quote: '"' | "'", backslashEscapes: boolean): Candidate =>
    candidateFor(sample, { quote, backslashEscapes, lineEndByte }, known.delimiter);
  if (known.quote !== undefined) return read(known.quote, known.backslashEscapes ?? false);
  const usual = read('"', false);
  let best = usual;
  if (bytes.includes(backslashByte)) {
    const escaped = read('"', true);
    if (isBetter(escaped, best)) best = escaped;
  }
  if (bytes.includes("'")) {
    const single = read("'", false);
    if (isBetter(single, best) || (best === usual && !isBetter(usual, single) && hasSingleQuotes(usual))) best = single;
    const escaped = bytes.includes(backslashByte) ? read("'", true) : undefined;
    if (escaped !== undefined && isBetter(escaped, best)) best = escaped;
  }
  return best;
}

/** The columns of a recording, and where its rows begin. */
interface Heading {
  readonly columnNames: readonly string[];
  readonly header: boolean;
  readonly headerBytes: Uint8Array;
  readonly rowsFrom: number;
  /** Behind the header; where lines stand before it, before those, so that they are rejected one by one and not lost. */
  readonly start: RecordingPosition;
}

/** A sample, and where its lines begin. */
interface Sample {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
  readonly start: RecordingPosition;
}

/** The heading that row `row` of a batch is, with `names` for its columns. */
function headingAt(
  sample: Sample,
  dialect: DelimitedDialect,
  batch: DelimitedBatch,
  row: number,
  names: readonly string[],
): Heading {
  const isFirst = row === 0 && batch.rejected.every((record) => record.byteOffset > batch.byteOffset[0]);
  const first = isFirst ? scanSample(sample, layoutOf(dialect, batch.columnNames.length), 1) : undefined;
  return {
    columnNames: uniqueColumnNames(names),
    header: true,
    headerBytes: Uint8Array.from(batch.bytes.subarray(batch.rawStart[row], batch.rawEnd[row])),
    rowsFrom: batch.byteOffset[row] + 1,
    start: first?.next ?? sample.start,
  };
}

function isEmptyColumn(batch: DelimitedBatch, column: number): boolean {
  for (let row = 0; row < batch.rowCount; row++) if (batch.writtenText(row, column).trim() !== '') return false;
  return true;
}

/**
 * The heading of a recording whose header has fewer fields than its rows: these end with delimiters that no column
 * belongs to, or begin with a column without a name (the row names that R writes). Undefined where it is none.
 */
function shorterHeading(sample: Sample, { batch, columnCount, dialect }: Candidate): Heading | undefined {
  if (batch === undefined || columnCount < 2 || batch.rejected.length === 0) return undefined;
  let filled = columnCount;
  while (filled > 1 && isEmptyColumn(batch, filled - 1)) filled--;
  const hasEmptyFields = filled < columnCount;
  const first = scanSample(sample, layoutOf(dialect, hasEmptyFields ? filled : columnCount - 1), sampledRows);
  if (first === undefined || first.rowCount === 0 || first.byteOffset[0] >= batch.byteOffset[0]) return undefined;
  if (hasEmptyFields) {
    const row = headerRow(first);
    return row === undefined ? undefined : headingAt(sample, dialect, first, row, namesOf(first, row));
  }
  const names = namesOf(first, 0);
  return areNames(names) ? headingAt(sample, dialect, first, 0, ['', ...names]) : undefined;
}

/** A line by which spreadsheets are told the delimiter. */
const delimiterLine = /^"?sep=(.)"?\r?\n/i;

/** What a sample of delimited text is, with what is known of it beforehand. */
export function detectDelimited(
  bytes: Buffer,
  textStart: number,
  isWhole: boolean,
  lines: readonly SampleLine[],
  known: KnownDialect,
): TextLayout | Unreadable {
  const told = delimiterLine.exec(bytes.toString('latin1', textStart, textStart + 16));
  const start = { byteOffset: textStart + (told?.[0].length ?? 0), line: told === null ? 1 : 2 };
  const sample = { bytes, isWhole, start };
  const candidate = inferDialect(sample, { ...known, delimiter: known.delimiter ?? told?.[1] });
  const { dialect, batch } = candidate;
  if (!candidate.isSplit && looksLikeProse(lines)) {
    return {
      kind: 'unreadable',
      code: 'UNKNOWN_FORMAT',
      why: 'it reads like prose: no delimiter splits its lines into the same number of fields',
      nextStep: 'Where it is a table, say with --delimiter what stands between its fields.',
    };
  }
  const shorter = known.header === false ? undefined : shorterHeading(sample, candidate);
  if (shorter !== undefined) return { kind: 'csv', ...dialect, ...shorter };
  if (batch === undefined || batch.rowCount === 0) {
    return {
      kind: 'unreadable',
      code: 'UNKNOWN_FORMAT',
      why: 'no line of its beginning can be read as a row of fields',
    };
  }
  const found = known.header === false ? undefined : headerRow(batch);
  const row = known.header === true ? (found ?? 0) : found;
  if (row === undefined) {
    const { columnNames } = batch;
    return { kind: 'csv', ...dialect, columnNames, header: false, headerBytes: new Uint8Array(0), rowsFrom: 0, start };
  }
  if (isWhole && batch.rowCount === 1 && batch.rejected.length === 0)
    return { kind: 'unreadable', code: 'EMPTY_RECORDING', why: 'it holds a header and no rows' };
  return { kind: 'csv', ...dialect, ...headingAt(sample, dialect, batch, row, namesOf(batch, row)) };
}
