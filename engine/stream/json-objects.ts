import type { RecordingPosition } from '../domain/record-batch.ts';
import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  doubleQuote,
  openBrace,
  openBracket,
  singleQuote,
} from './ascii-bytes.ts';
import { JsonRows, type JsonForm, type JsonScanner } from './json-lines.ts';
import {
  bytesPerBatch,
  carriageReturnByte,
  isBlankByte,
  longestRecordBytes,
  newlineByte,
  tooLongReason,
} from './text-batches.ts';

/** Stands before each text of a JSON text sequence (RFC 7464). */
const recordSeparator = 0x1e;

/** What may stand between two records: blanks, line ends, commas and record separators. */
export function separatesRecords(byte: number): boolean {
  return (
    byte === comma ||
    byte === newlineByte ||
    byte === carriageReturnByte ||
    byte === recordSeparator ||
    isBlankByte(byte)
  );
}

/** No object stands there: a string in it does not end on its line, as no string of JSON or Python goes over lines. */
export const brokenObject = -2;

/** Index behind the string that starts at `from`, -1 where it goes on behind `end`, or `brokenObject`. */
function stringEnd(bytes: Uint8Array, from: number, end: number): number {
  const quote = bytes[from];
  for (let i = from + 1; i < end; i++) {
    const byte = bytes[i];
    if (byte === quote) return i + 1;
    if (byte === backslash) i++;
    else if (byte === newlineByte || byte === carriageReturnByte) return brokenObject;
  }
  return -1;
}

/** Index behind the object that starts at `from`, -1 where it does not end before `end`, or `brokenObject`. */
export function objectEnd(bytes: Uint8Array, from: number, end: number): number {
  let depth = 0;
  for (let i = from; i < end;) {
    const byte = bytes[i];
    if (byte === doubleQuote || byte === singleQuote) {
      i = stringEnd(bytes, i, end);
      if (i < 0) return i;
      continue;
    }
    if (byte === openBrace) depth++;
    else if (byte === closeBrace && --depth === 0) return i + 1;
    i++;
  }
  return -1;
}

/** Where the records of one JSON text lie. */
export interface JsonArrayPlace {
  /** Keys on the way to the array. */
  readonly keys: readonly string[];
  /** Offset of the first byte behind its opening bracket. */
  readonly start: number;
}

/**
 * The arrays of objects in the object that starts at `from`, not those within other arrays; `bytes` may break off.
 */
export function arraysOfObjects(bytes: Buffer, from: number): readonly JsonArrayPlace[] {
  const found: JsonArrayPlace[] = [];
  const keys: string[] = [];
  let depth = 0;
  let arrays = 0;
  let lastString = '';
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === doubleQuote || byte === singleQuote) {
      const end = stringEnd(bytes, i, bytes.length);
      if (end < 0) break;
      lastString = bytes.toString('utf8', i + 1, end - 1);
      i = end - 1;
    } else if (byte === openBrace) {
      depth++;
    } else if (byte === closeBrace) {
      depth--;
      keys.length = Math.max(0, Math.min(keys.length, depth - 1));
      if (depth === 0) break;
    } else if (byte === colon && arrays === 0) {
      keys[depth - 1] = lastString;
    } else if (byte === openBracket) {
      let next = i + 1;
      while (next < bytes.length && separatesRecords(bytes[next])) next++;
      if (arrays === 0 && bytes[next] === openBrace) found.push({ keys: keys.slice(0, depth), start: i + 1 });
      arrays++;
    } else if (byte === closeBracket) {
      arrays--;
    }
  }
  return found;
}

const behindReason = 'It stands behind the array that the records were read from.';
const noObjectReason = 'It stands between JSON objects and is none.';

/**
 * Scans JSON objects that stand in an array, behind one another, or spread over lines. Commas and record separators
 * between them say nothing, nor do brackets, except where `isWrapped`: there the records are an array within an object,
 * and what follows its closing bracket is no record.
 */
export function jsonObjectsScanner(
  form: JsonForm,
  isWrapped: boolean,
  columnNames: readonly string[],
  start: RecordingPosition,
  rowsPerBatch: number,
): JsonScanner {
  const rows = new JsonRows(form, columnNames, start, rowsPerBatch);
  let position = 0;
  let isBehind = false;
  /** True while the rest of a record that is too long is passed over. */
  let isSkippingLine = false;

  let lastByte = 0;

  /** Moves on and counts the lines passed; a line ends with LF, CRLF or CR. */
  function moveTo(bytes: Buffer, next: number): void {
    for (; position < next; position++) {
      const byte = bytes[position];
      if (byte === carriageReturnByte || (byte === newlineByte && lastByte !== carriageReturnByte)) rows.line++;
      lastByte = byte;
    }
  }

  function lineEndFrom(bytes: Buffer, from: number, end: number): number {
    let i = from;
    while (i < end && bytes[i] !== newlineByte && bytes[i] !== carriageReturnByte) i++;
    return i;
  }

  function skipSeparators(bytes: Buffer, end: number): void {
    let next = position;
    while (
      next < end &&
      (separatesRecords(bytes[next]) || (!isWrapped && (bytes[next] === openBracket || bytes[next] === closeBracket)))
    )
      next++;
    moveTo(bytes, next);
  }

  /** What is behind the array is kept where it may hold records of its own; false until its end is here. */
  function readBehind(bytes: Buffer, end: number, atEnd: boolean): boolean {
    if (!atEnd && end - position <= longestRecordBytes) return false;
    const text = bytes.toString('utf8', position, end);
    if (/\[\s*\{/.test(text)) rows.reject(bytes, position, end, behindReason);
    moveTo(bytes, end);
    return atEnd;
  }

  /** Reads one record, or rejects what stands there instead; false when its end is not here yet. */
  function readRecord(bytes: Buffer, end: number, atEnd: boolean): boolean {
    const from = position;
    if (bytes[from] !== openBrace) {
      let to = from + 1;
      while (to < end && !separatesRecords(bytes[to]) && bytes[to] !== openBrace && bytes[to] !== closeBracket) to++;
      if (to === end && !atEnd && end - from <= longestRecordBytes) return false;
      rows.reject(bytes, from, to, noObjectReason);
      moveTo(bytes, to);
      return true;
    }
    const to = objectEnd(bytes, from, Math.min(end, from + longestRecordBytes + 1));
    if (to >= 0) {
      rows.read(bytes, from, to);
      moveTo(bytes, to);
      return true;
    }
    if (to !== brokenObject && !atEnd && end - from <= longestRecordBytes) return false;
    // Its end may be missing because of a stray quote or brace: only its line is given up.
    const lineEnd = lineEndFrom(bytes, from, end);
    const isLong = lineEnd - from > longestRecordBytes;
    rows.reject(bytes, from, lineEnd, isLong ? tooLongReason : 'The object that starts here does not end.');
    isSkippingLine = lineEnd === end;
    moveTo(bytes, lineEnd);
    return true;
  }

  return {
    get columnNames() {
      return rows.columnNames;
    },
    get position() {
      return position;
    },
    startBatch(offset) {
      position = 0;
      rows.startBatch(offset);
    },
    scan(bytes, end, atEnd) {
      while (!rows.isFull && position < bytesPerBatch) {
        if (isBehind) {
          if (!readBehind(bytes, end, atEnd)) return false;
          if (position >= end) return false;
        }
        if (isSkippingLine) {
          const lineEnd = lineEndFrom(bytes, position, end);
          isSkippingLine = lineEnd === end;
          moveTo(bytes, lineEnd);
        }
        skipSeparators(bytes, end);
        if (position >= end) return false;
        if (isWrapped && bytes[position] === closeBracket) {
          moveTo(bytes, position + 1);
          isBehind = true;
        } else if (isWrapped && bytes[position] === openBracket) {
          rows.reject(bytes, position, position + 1, noObjectReason);
          moveTo(bytes, position + 1);
        } else if (!readRecord(bytes, end, atEnd)) return false;
      }
      return true;
    },
    finishBatch: (bytes) => rows.batch(bytes, position),
  };
}
