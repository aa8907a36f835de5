import type { Dictionary } from '../domain/columns.ts';
import type { DecimalSum } from '../domain/decimal-sum.ts';
import { isMissingText, longestMissingWord, readPlainNumber } from '../domain/number-text.ts';
import type { PlainNumbers } from '../domain/plain-numbers.ts';
import type {
  NumberFormat,
  RecordBatch,
  RecordingPosition,
  RecordTexts,
  RejectedRecord,
  TextSink,
} from '../domain/record-batch.ts';
import { decodeText } from './cell-text.ts';
import { CodeTable, unknownCode } from './code-table.ts';
import { footerRows } from './footer-rows.ts';
import type { NumberThreads } from './kernel/number-threads.ts';
import { holdsBatchOf, takesRowsOf, type NumberColumn } from './kernel/reading-kernel.ts';
import type { PlainRows, ReadingKernel } from './kernel/reading-kernel.ts';
import { decodeNumberBytes } from './number-bytes.ts';
import { plainMarksOf, pointByte } from './plain-cells.ts';
import type { RecordScanner } from './text-batches.ts';
import type { DelimitedDialect } from './text-layout.ts';
import {
  bytesPerBatch,
  carriageReturnByte,
  isBlank,
  isBlankByte,
  longestRecordBytes,
  newlineByte,
  rejectedRecord,
  spaceByte,
  tooLongReason,
} from './text-batches.ts';

const backslashByte = 0x5c;
const firstByteBeyondAscii = 0x80;

/** A run of plain rows that is worth asking the kernel for, and how long it is left alone at most where there are none. */
const plainRunRows = 8;
const mostRowsToPass = 64;

export interface DelimitedLayout extends DelimitedDialect {
  readonly columnNames: readonly string[];
  /** The header as written, empty without one: where it comes again (files put one behind the other) it is no row. */
  readonly headerBytes: Uint8Array;
  /** Offset up to which lines are titles and the header, not rows. */
  readonly rowsFrom: number;
}

/** What a backslash and a character stand for, where that is not the character itself. */
const escapedCharacters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

/** Cells of one batch: for row r and column c, entry `r * columns + c` gives its byte range without quotes. */
export interface CellRanges {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

interface RowRanges {
  readonly rawStart: Uint32Array;
  readonly rawEnd: Uint32Array;
  readonly byteOffset: Float64Array;
  readonly line: Float64Array;
}

/** Where the cells and rows of a batch are kept until it is read, and the kernel that has its text. */
interface BatchPlace {
  readonly kernel: ReadingKernel | undefined;
  readonly cells: CellRanges;
  readonly rows: RowRanges;
}

function placeOf(rowsPerBatch: number, columnCount: number, kernel: ReadingKernel | undefined): BatchPlace {
  return {
    kernel,
    cells: kernel ?? {
      starts: new Uint32Array(rowsPerBatch * columnCount),
      ends: new Uint32Array(rowsPerBatch * columnCount),
    },
    rows: {
      rawStart: new Uint32Array(rowsPerBatch),
      rawEnd: new Uint32Array(rowsPerBatch),
      byteOffset: new Float64Array(rowsPerBatch),
      line: new Float64Array(rowsPerBatch),
    },
  };
}

/** Texts of at most this many bytes are made once as long as they come again: labels, codes, countries. */
const longestKeptText = 6;
const keptTexts = 1 << 10;

/** The texts of cells in one dialect. */
class CellTexts {
  readonly #quote: string;
  readonly #quoteByte: number;
  readonly #backslashEscapes: boolean;
  /** By a hash: the bytes of a text behind its length, in one number, and the text. */
  readonly #keys = new Float64Array(keptTexts);
  readonly #kept = new Array<string>(keptTexts).fill('');
  readonly #codes = new Map<Dictionary, { readonly plain: CodeTable; readonly quoted: CodeTable }>();

  constructor({ quote, backslashEscapes }: DelimitedDialect) {
    this.#quote = quote;
    this.#quoteByte = quote.charCodeAt(0);
    this.#backslashEscapes = backslashEscapes;
  }

  /**
   * A cell stands right after a quote only when it was quoted itself: any other follows a delimiter or a line end.
   * Blanks around a cell that was not quoted are padding.
   */
  textAt(bytes: Buffer, start: number, end: number): string {
    if (start > 0 && bytes[start - 1] === this.#quoteByte) return this.#quotedText(bytes, start, end);
    if (end - start > longestKeptText || this.#backslashEscapes) return this.#unescaped(plainText(bytes, start, end));
    let key = end - start;
    let hash = key;
    for (let at = start; at < end; at++) {
      key = key * 256 + bytes[at];
      hash = Math.imul(hash, 0x0100_0193) ^ bytes[at];
    }
    const place = (hash ^ (hash >>> 10)) & (keptTexts - 1);
    if (this.#keys[place] !== key) {
      this.#keys[place] = key;
      this.#kept[place] = plainText(bytes, start, end);
    }
    return this.#kept[place];
  }

  /** As `RecordBatch.codes`, of the cells `column`, `column + step` and so on. */
  codesIn(
    bytes: Buffer,
    { starts, ends }: CellRanges,
    first: number,
    step: number,
    dictionary: Dictionary,
    out: Int32Array,
  ): void {
    const tables = this.#codes.get(dictionary) ?? { plain: new CodeTable(), quoted: new CodeTable() };
    this.#codes.set(dictionary, tables);
    for (let row = 0, cell = first; row < out.length; row++, cell += step) {
      const start = starts[cell];
      const end = ends[cell];
      // What a cell writes hangs on its bytes, and on whether it was quoted.
      const table = start > 0 && bytes[start - 1] === this.#quoteByte ? tables.quoted : tables.plain;
      let code = table.find(bytes, start, end);
      if (code === unknownCode) {
        const text = this.textIn(bytes, { starts, ends }, cell);
        code = text === undefined ? -1 : dictionary.codeOf(text);
        table.add(bytes, start, end, code);
      }
      out[row] = code;
    }
  }

  /** Adds the text of a cell where its bytes are those of the text: ASCII, not quoted, without escapes, too long for a word that says it is missing. */
  addBytesOf(bytes: Buffer, start: number, end: number, texts: TextSink): boolean {
    if (this.#backslashEscapes || (start > 0 && bytes[start - 1] === this.#quoteByte)) return false;
    let from = start;
    let to = end;
    while (from < to && isBlankByte(bytes[from])) from++;
    while (from < to && isBlankByte(bytes[to - 1])) to--;
    // White space of other kinds may stand around a word that says it is missing.
    if (to - from <= longestMissingWord || bytes[from] <= spaceByte || bytes[to - 1] <= spaceByte) return false;
    for (let at = from; at < to; at++) if (bytes[at] >= firstByteBeyondAscii) return false;
    texts.addBytes(bytes, from, to);
    return true;
  }

  /** The text of a cell of a batch; undefined where it is missing. */
  textIn(bytes: Buffer, { starts, ends }: CellRanges, cell: number): string | undefined {
    const start = starts[cell];
    const end = ends[cell];
    if (start === end) return undefined;
    const text = this.textAt(bytes, start, end);
    return isMissingText(text) ? undefined : text;
  }

  #quotedText(bytes: Buffer, start: number, end: number): string {
    const text = decodeText(bytes, start, end);
    const quote = this.#quote;
    return this.#unescaped(text.includes(quote) ? text.replaceAll(quote + quote, quote) : text);
  }

  #unescaped(text: string): string {
    if (!this.#backslashEscapes || !text.includes('\\') || text === '\\N') return text;
    return text.replaceAll(/\\([^])/g, (_all, character: string) => escapedCharacters[character] ?? character);
  }
}

function plainText(bytes: Buffer, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlankByte(bytes[from])) from++;
  while (from < to && isBlankByte(bytes[to - 1])) to--;
  return decodeText(bytes, from, to);
}

/** A batch of delimited text; its cells stay bytes until they are asked for. */
export class DelimitedBatch implements RecordBatch {
  readonly rowCount: number;
  readonly columnNames: readonly string[];
  readonly bytes: Buffer;
  readonly rawStart: Uint32Array;
  readonly rawEnd: Uint32Array;
  readonly byteOffset: Float64Array;
  readonly line: Float64Array;
  readonly rejected: readonly RejectedRecord[];
  readonly next: RecordingPosition;
  readonly #cells: CellRanges;
  readonly #texts: CellTexts;
  readonly #kernel: ReadingKernel | undefined;
  /** Columns whose numbers the kernel has read, in their order. */
  #read: readonly NumberColumn[] = [];

  constructor(
    columnNames: readonly string[],
    texts: CellTexts,
    bytes: Buffer,
    rowCount: number,
    cells: CellRanges,
    rows: RowRanges,
    rejected: readonly RejectedRecord[],
    next: RecordingPosition,
    kernel: ReadingKernel | undefined,
  ) {
    this.#kernel = kernel;
    this.columnNames = columnNames;
    this.#texts = texts;
    this.bytes = bytes;
    this.rowCount = rowCount;
    this.rawStart = rows.rawStart;
    this.rawEnd = rows.rawEnd;
    this.byteOffset = rows.byteOffset;
    this.line = rows.line;
    this.rejected = rejected;
    this.next = next;
    this.#cells = cells;
  }

  text(row: number, column: number): string | undefined {
    return this.#texts.textIn(this.bytes, this.#cells, row * this.columnNames.length + column);
  }

  addBytesOf(row: number, column: number, texts: TextSink): boolean {
    const cell = row * this.columnNames.length + column;
    return this.#texts.addBytesOf(this.bytes, this.#cells.starts[cell], this.#cells.ends[cell], texts);
  }

  codes(column: number, dictionary: Dictionary, out: Int32Array): void {
    this.#texts.codesIn(
      this.bytes,
      this.#cells,
      column,
      this.columnNames.length,
      dictionary,
      out.subarray(0, this.rowCount),
    );
  }

  /** The bytes and the places of the cells take less memory than their texts, which are made when they are asked for. */
  keepTexts(rows: number): RecordTexts {
    const { columnNames } = this;
    const texts = this.#texts;
    const bytes = Buffer.from(this.bytes.subarray(0, rows === 0 ? 0 : this.rawEnd[rows - 1]));
    const places = rows * columnNames.length;
    const cells = { starts: this.#cells.starts.slice(0, places), ends: this.#cells.ends.slice(0, places) };
    const text = (row: number, column: number): string | undefined =>
      texts.textIn(bytes, cells, row * columnNames.length + column);
    const plainNumbers = (column: number): PlainNumbers | undefined => {
      const values = new Float64Array(rows);
      let present = 0;
      let marks = 0;
      for (let cell = column; cell < places; cell += columnNames.length) {
        const [start, end] = [cells.starts[cell], cells.ends[cell]];
        const found = plainMarksOf(bytes, start, end);
        if (found < 0) {
          if (texts.textIn(bytes, cells, cell) !== undefined) return undefined;
          continue;
        }
        const value = decodeNumberBytes(bytes, start, end, pointByte);
        values[present++] = value === value ? value : Number(bytes.toString('latin1', start, end));
        marks |= found;
      }
      return { values: values.subarray(0, present), marks };
    };
    return { rowCount: rows, columnNames, text, plainNumbers };
  }

  /** The cell as text, missing-value words included. */
  writtenText(row: number, column: number): string {
    const cell = row * this.columnNames.length + column;
    return this.#texts.textAt(this.bytes, this.#cells.starts[cell], this.#cells.ends[cell]);
  }

  /** Has numbers of these columns read at once: by another thread where one is free, and settles when they are read. */
  async readNumbers(wanted: readonly NumberColumn[], threads: NumberThreads | undefined): Promise<void> {
    const kernel = this.#kernel;
    if (kernel === undefined || this.rowCount === 0) return;
    const task = { rows: this.rowCount, columns: this.columnNames.length, wanted };
    if ((await threads?.read(kernel, task)) !== true) kernel.readColumns(task);
    this.#read = wanted;
  }

  numbers(column: number, format: NumberFormat, out: Float64Array, sum?: DecimalSum): readonly number[] {
    const { starts, ends } = this.#cells;
    const { bytes, rowCount } = this;
    const columnCount = this.columnNames.length;
    const decimalByte = format.decimal.charCodeAt(0);
    const notNumbers: number[] = [];
    const unsure = this.#numbersOfKernel({ column, decimalByte }, out, sum);
    const looks = unsure?.length ?? rowCount;
    for (let look = 0; look < looks; look++) {
      const row = unsure?.[look] ?? look;
      const cell = row * columnCount + column;
      const start = starts[cell];
      const end = ends[cell];
      let value = start === end ? NaN : decodeNumberBytes(bytes, start, end, decimalByte, sum);
      if (value !== value && start !== end) {
        const text = this.#texts.textAt(this.bytes, start, end);
        const plain = readPlainNumber(text, format);
        value = Number(plain ?? NaN);
        if (plain !== undefined) sum?.addText(plain);
        else if (!isMissingText(text)) notNumbers.push(row);
      }
      out[row] = value;
    }
    return notNumbers;
  }

  /** The rows that need another look; undefined where no kernel holds the batch. */
  #numbersOfKernel(wanted: NumberColumn, out: Float64Array, sum: DecimalSum | undefined): Uint32Array | undefined {
    const kernel = this.#kernel;
    if (kernel === undefined) return undefined;
    const { column, decimalByte } = wanted;
    const find = (): number =>
      this.#read.findIndex((each) => each.column === column && each.decimalByte === decimalByte);
    if (find() < 0) {
      this.#read = [wanted];
      kernel.readColumns({ rows: this.rowCount, columns: this.columnNames.length, wanted: this.#read });
    }
    return kernel.numbersOf(find(), this.rowCount, out, sum);
  }
}

/** A record scanner whose batches are delimited text. */
export interface DelimitedScanner extends RecordScanner<DelimitedBatch> {
  /** Batches that are valid at a time: the one read last, and those before it. */
  readonly batchesAtOnce: number;
}

/**
 * Scans delimited text by RFC 4180: quoted fields may hold delimiters, line ends and doubled quotes. Beyond the RFC,
 * any one-byte delimiter is taken, lines may end with LF, CRLF or CR, blank lines are skipped, spaces may stand around a
 * quoted field, a quote inside an unquoted field is text, and blank fields behind the last column say nothing.
 * A record with the wrong number of fields, or without any value, is rejected whole, and so are the last lines where they
 * are totals. A quote that is never closed, or text after a closing quote, rejects only the line the record starts
 * on; reading resumes on the next. Kernels, where they are given, find plain rows and read numbers faster; they change nothing else.
 * A batch stays valid until as many others as there are kernels have been started.
 */
export function delimitedScanner(
  layout: DelimitedLayout,
  start: RecordingPosition,
  rowsPerBatch: number,
  givenKernels: readonly ReadingKernel[] = [],
): DelimitedScanner {
  const { columnNames, lineEndByte, headerBytes, backslashEscapes, rowsFrom } = layout;
  const quoteByte = layout.quote.charCodeAt(0);
  const headerLength = headerBytes.length === 0 ? -1 : headerBytes.length;
  const columnCount = columnNames.length;
  const delimiterByte = layout.delimiter.charCodeAt(0);
  const endsUnquotedCell = new Uint8Array(256);
  endsUnquotedCell[delimiterByte] = 1;
  endsUnquotedCell[lineEndByte] = 1;
  if (backslashEscapes) endsUnquotedCell[backslashByte] = 1;

  const kernels = holdsBatchOf(rowsPerBatch, columnCount) ? givenKernels : [];
  const places =
    kernels.length === 0
      ? [placeOf(rowsPerBatch, columnCount, undefined)]
      : kernels.map((kernel) => placeOf(rowsPerBatch, columnCount, kernel));
  let batchesFinished = 0;
  let { kernel, cells, rows } = places[0];
  const plainRows: PlainRows = {
    delimiterByte,
    quoteByte,
    escapeByte: backslashEscapes ? backslashByte : null,
    columnCount,
    headerBytes,
    longestRecordBytes,
  };
  const takesPlainRows = lineEndByte === newlineByte && takesRowsOf(plainRows);
  /** Rows that are left to be read one by one before the kernel is asked again. */
  let rowsToPass = 0;
  let passedLast = 0;
  const texts = new CellTexts(layout);
  let rejected: RejectedRecord[] = [];
  let rowCount = 0;
  let baseOffset = start.byteOffset;
  let position = 0;
  let line = start.line;
  /** True while the rest of a line that is too long is passed over. */
  let isSkippingLine = false;
  /** Index at which the recording ends, once that is known. */
  let endOfContent = Infinity;

  function reject(bytes: Buffer, from: number, to: number, reason: string): void {
    rejected.push(rejectedRecord(bytes, from, to, { line, baseOffset }, reason));
  }

  function isHeader(bytes: Buffer, from: number, to: number): boolean {
    return bytes.compare(headerBytes, 0, headerBytes.length, from, to) === 0;
  }

  /** The end of a line's content: before the carriage return where the line ends with CRLF. */
  function contentEnd(bytes: Buffer, from: number, lineEnd: number): number {
    const hasReturn = lineEndByte === newlineByte && lineEnd > from && bytes[lineEnd - 1] === carriageReturnByte;
    return hasReturn ? lineEnd - 1 : lineEnd;
  }

  /** Rejects the line that starts at `position` and moves to the next one; false when its end is not here yet. */
  function rejectLine(bytes: Buffer, end: number, atEnd: boolean, reason: string): boolean {
    const lineEnd = bytes.indexOf(lineEndByte, position);
    if (lineEnd === end && !atEnd) {
      giveUpOverlongLine(bytes, end);
      return false;
    }
    reject(bytes, position, contentEnd(bytes, position, lineEnd), reason);
    position = Math.min(lineEnd + 1, end);
    line++;
    return true;
  }

  /** Rejects a record whose end has not been read when it is already longer than allowed. */
  function giveUpOverlongLine(bytes: Buffer, end: number): void {
    if (end - position <= longestRecordBytes) return;
    reject(bytes, position, end, tooLongReason);
    position = end;
    isSkippingLine = true;
  }

  /** True where a quote follows the spaces at `from`. */
  function startsQuoted(bytes: Buffer, from: number): boolean {
    let i = from;
    while (bytes[i] === spaceByte) i++;
    return bytes[i] === quoteByte && delimiterByte !== spaceByte;
  }

  function textBehindQuote(bytes: Buffer, closing: number, fields: number): string {
    const hint = bytes[closing - 1] === backslashByte ? '; a backslash does not escape a quote in this recording' : '';
    return `Text follows the closing quote of field ${String(fields + 1)}${hint}.`;
  }

  /** The last rows of the recording where they are totals and the like become rejected records. */
  function rejectFooter(bytes: Buffer): void {
    const first = rowCount - footerRows(bytes, cells, rowCount, columnCount);
    for (let row = first; row < rowCount; row++) {
      const place = { line: rows.line[row], baseOffset };
      const reason = 'The line closes the recording (a total or a remark); it is not a row.';
      rejected.push(rejectedRecord(bytes, rows.rawStart[row], rows.rawEnd[row], place, reason));
    }
    rowCount = first;
  }

  function skipLine(bytes: Buffer, end: number, atEnd: boolean): boolean {
    const lineEnd = bytes.indexOf(lineEndByte, position);
    position = Math.min(lineEnd + 1, end);
    if (lineEnd === end && !atEnd) return false;
    isSkippingLine = false;
    line++;
    return true;
  }

  /** Takes plain rows by the kernel; where it finds few, it is asked more and more rarely. */
  function takePlainRows(asked: ReadingKernel, bytes: Buffer, end: number): void {
    const before = rowCount;
    const taken = asked.takeRows(plainRows, bytes, { from: position, end }, rowCount, rowsPerBatch);
    for (; rowCount < taken.rows; rowCount++) {
      rows.rawStart[rowCount] = asked.rowStarts[rowCount];
      rows.rawEnd[rowCount] = asked.rowEnds[rowCount];
      rows.byteOffset[rowCount] = baseOffset + asked.rowStarts[rowCount];
      rows.line[rowCount] = line++;
    }
    position = taken.reached;
    passedLast = rowCount - before >= plainRunRows ? 0 : Math.min(mostRowsToPass, 2 * passedLast + 1);
    rowsToPass = passedLast;
  }

  function scan(bytes: Buffer, end: number, atEnd: boolean): boolean {
    bytes[end] = lineEndByte;
    endOfContent = atEnd ? end : Infinity;
    if (isSkippingLine && !skipLine(bytes, end, atEnd)) return false;
    const { starts, ends } = cells;

    while (rowCount < rowsPerBatch && position < bytesPerBatch) {
      if (kernel !== undefined && takesPlainRows && rowsToPass-- <= 0 && baseOffset + position >= rowsFrom) {
        takePlainRows(kernel, bytes, end);
        if (rowCount === rowsPerBatch || position >= bytesPerBatch) break;
      }
      // Where most lines end with a carriage return, some may end with both.
      if (lineEndByte === carriageReturnByte && position < end && bytes[position] === newlineByte) position++;
      const recordStart = position;
      if (recordStart >= end) return false;
      const rowCell = rowCount * columnCount;
      const quoteLimit = Math.min(end, recordStart + longestRecordBytes);
      let fields = 0;
      let innerLines = 0;
      let recordEnd = -1;
      let i = recordStart;
      let fault: string | undefined;
      let isExtraFilled = false;

      while (recordEnd < 0) {
        let cellStart = i;
        let cellEnd: number;
        const opening = bytes[i];
        if (opening === quoteByte || (opening === spaceByte && startsQuoted(bytes, i))) {
          const fieldStart = i;
          const linesBefore = innerLines;
          while (bytes[i] !== quoteByte) i++;
          cellStart = ++i;
          for (; i < quoteLimit; i++) {
            const byte = bytes[i];
            if (byte === lineEndByte) innerLines++;
            else if (backslashEscapes && byte === backslashByte) {
              if (bytes[++i] === lineEndByte) innerLines++;
            } else if (byte === quoteByte) {
              if (bytes[i + 1] !== quoteByte) break;
              i++;
            }
          }
          let why: string | undefined;
          cellEnd = i;
          if (i >= quoteLimit) {
            if (!atEnd && end - recordStart < longestRecordBytes) return false;
            why = `The quote opened in field ${String(fields + 1)} is never closed.`;
          } else {
            i++;
            while (bytes[i] === spaceByte && delimiterByte !== spaceByte) i++;
            if (i >= end - 1 && !atEnd) return false;
            const mayReturn = lineEndByte === newlineByte && bytes[i] === carriageReturnByte;
            if (mayReturn && bytes[i + 1] === lineEndByte) i++;
            if (bytes[i] !== delimiterByte && bytes[i] !== lineEndByte) why = textBehindQuote(bytes, cellEnd, fields);
          }
          if (why !== undefined) {
            if (cellStart === fieldStart + 1) {
              fault = why;
              break;
            }
            // Behind a space, a quote that encloses nothing is text.
            innerLines = linesBefore;
            cellStart = fieldStart;
            i = fieldStart;
            while (endsUnquotedCell[bytes[i]] === 0) i++;
            cellEnd = i;
          }
        } else {
          while (endsUnquotedCell[bytes[i]] === 0) i++;
          cellEnd = i;
        }
        if (bytes[i] === backslashByte && backslashEscapes) {
          while (bytes[i] === backslashByte) {
            if (bytes[i + 1] === lineEndByte && i + 1 < end) innerLines++;
            i = Math.min(i + 2, end);
            while (endsUnquotedCell[bytes[i]] === 0) i++;
          }
          cellEnd = i;
        }
        if (bytes[i] !== delimiterByte) {
          if (i === end && !atEnd) {
            giveUpOverlongLine(bytes, end);
            return false;
          }
          recordEnd = contentEnd(bytes, recordStart, i);
          if (cellEnd > recordEnd) cellEnd = recordEnd;
        }
        if (fields < columnCount) {
          starts[rowCell + fields] = cellStart;
          ends[rowCell + fields] = cellEnd;
        } else if (!isExtraFilled) {
          isExtraFilled = !isBlank(bytes, cellStart, cellEnd);
        }
        fields++;
        i++;
      }

      if (fault !== undefined) {
        if (!rejectLine(bytes, end, atEnd, fault)) return false;
        continue;
      }
      const blank = fields === 1 && isBlank(bytes, recordStart, recordEnd);
      if (recordEnd - recordStart > longestRecordBytes) {
        reject(bytes, recordStart, recordEnd, tooLongReason);
      } else if (!blank && (fields < columnCount || isExtraFilled)) {
        reject(
          bytes,
          recordStart,
          recordEnd,
          `The row has ${String(fields)} fields; ${String(columnCount)} are expected.`,
        );
      } else if (recordEnd - recordStart === headerLength && isHeader(bytes, recordStart, recordEnd)) {
        reject(bytes, recordStart, recordEnd, 'The line is the header, not a row.');
      } else if (baseOffset + recordStart < rowsFrom) {
        if (!blank) reject(bytes, recordStart, recordEnd, 'The line stands before the header; it is not a row.');
      } else if (!blank && columnCount > 1 && recordEnd - recordStart === fields - 1) {
        reject(bytes, recordStart, recordEnd, 'The row has no value in any field.');
      } else if (!blank) {
        rows.rawStart[rowCount] = recordStart;
        rows.rawEnd[rowCount] = recordEnd;
        rows.byteOffset[rowCount] = baseOffset + recordStart;
        rows.line[rowCount] = line;
        rowCount++;
      }
      line += innerLines + 1;
      position = Math.min(i, end);
    }
    return true;
  }

  return {
    batchesAtOnce: places.length,
    get position() {
      return position;
    },
    startBatch(offset) {
      ({ kernel, cells, rows } = places[batchesFinished % places.length]);
      baseOffset = offset;
      position = 0;
      rowCount = 0;
      rejected = [];
      endOfContent = Infinity;
      kernel?.forget();
    },
    scan,
    finishBatch(bytes) {
      if (position >= endOfContent) rejectFooter(bytes);
      if (rowCount === 0 && rejected.length === 0) return undefined;
      const next = { byteOffset: baseOffset + position, line };
      batchesFinished++;
      // Of several batches at a time each has its text to itself.
      const kept = kernel?.textOf(bytes, position);
      const text = places.length === 1 ? bytes : (kept ?? Buffer.from(bytes.subarray(0, position)));
      const holding = kept && kernel;
      return new DelimitedBatch(columnNames, texts, text, rowCount, cells, rows, rejected, next, holding);
    },
  };
}
