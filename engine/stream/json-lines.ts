import type { RecordingPosition, RejectedRecord } from '../domain/record-batch.ts';
import type { CellSink, RawRows } from './cell-table.ts';
import { CellBatch, createCellTable } from './cell-table.ts';
import { decodeText } from './cell-text.ts';
import { quickJsonWriter } from './json-bytes.ts';
import { emptyShape, placeOf, type KeyPlace, type ObjectShape } from './json-shape.ts';
import type { RecordScanner } from './text-batches.ts';
import type { TypedCells } from './typed-cells.ts';
import {
  bytesPerBatch,
  carriageReturnByte,
  isBlank,
  longestRecordBytes,
  newlineByte,
  rejectedRecord,
  tooLongReason,
} from './text-batches.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for an object as `kcat -C -J` prints one message. */
export function isKcatEnvelope(value: unknown): value is JsonObject {
  return isJsonObject(value) && 'topic' in value && 'partition' in value && 'offset' in value && 'payload' in value;
}

/** Columns that a kcat envelope adds after the payload's own, by the envelope's key. */
const envelopeColumns = [
  ['topic', 'kafka.topic'],
  ['partition', 'kafka.partition'],
  ['offset', 'kafka.offset'],
  ['ts', 'kafka.timestamp'],
  ['key', 'kafka.key'],
] as const;

export const kcatColumnNames: readonly string[] = envelopeColumns.map(([, name]) => name);

/** Why a message without a value is no record. */
export const tombstoneReason = 'The payload is null: a tombstone carries no transaction.';

/** Why a line is no record, in words for the quarantine. */
class NotARecord extends Error {}

type JsonReviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Keeps whole numbers that a double cannot hold as bigint, by the digits in the JSON text. */
const keepLargeIntegers: JsonReviver = (_key, value, context) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source ?? '')
    ? BigInt(context.source ?? '')
    : value;

/** Reads JSON text with whole numbers that a double cannot hold as bigint. @throws SyntaxError where it is none. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, keepLargeIntegers as (key: string, value: unknown) => unknown);
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NotARecord(`${what} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function arrayText(value: readonly unknown[]): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
}

/**
 * Writes an object's values into a row, nested objects under dotted names, arrays as JSON text. Returns false where
 * a number was met that a double cannot hold exactly, so that the text must be parsed again with care.
 */
function putObject(table: CellSink, row: number, object: JsonObject, shape: ObjectShape): boolean {
  let isExact = true;
  let likely = 0;
  for (const key in object) {
    const value = object[key];
    let place = shape.places[likely] as KeyPlace | undefined;
    if (place?.key !== key) place = placeOf(shape, key);
    likely = place.order + 1;
    const isPlain = typeof value !== 'object' || value === null || Array.isArray(value);
    if (!isPlain) {
      place.child ??= emptyShape(`${shape.prefix}${key}.`);
      isExact = putObject(table, row, value as JsonObject, place.child) && isExact;
      continue;
    }
    if (place.column < 0) place.column = table.columnOf(shape.prefix + key);
    if (typeof value === 'number') {
      if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) isExact = false;
      table.put(row, place.column, value);
    } else if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') {
      table.put(row, place.column, value);
    } else {
      table.put(row, place.column, Array.isArray(value) ? arrayText(value) : undefined);
    }
  }
  return isExact;
}

/** Writes one JSON text into a row; a number beyond 2^53 is read again digit by digit. */
function putJsonText(table: CellSink, row: number, text: string, what: string, shape: ObjectShape): void {
  const value = parseJson(text, what);
  if (!isJsonObject(value)) throw new NotARecord(`${what} is not a JSON object.`);
  if (!putObject(table, row, value, shape)) putObject(table, row, parseExactly(text) as JsonObject, shape);
}

function putEnvelope(table: CellSink, row: number, text: string, shape: ObjectShape): void {
  const envelope = parseJson(text, 'The line');
  if (!isKcatEnvelope(envelope))
    throw new NotARecord('The line is not a kcat envelope: topic, partition, offset or payload is absent.');
  const payload = envelope['payload'];
  if (payload === null) throw new NotARecord(tombstoneReason);
  if (typeof payload === 'string') {
    putJsonText(table, row, payload, 'The payload', shape);
  } else if (!isJsonObject(payload)) {
    throw new NotARecord('The payload is not a JSON object.');
  } else if (!putObject(table, row, payload, shape)) {
    putObject(table, row, (parseExactly(text) as { payload: JsonObject }).payload, shape);
  }
  for (const [key, name] of envelopeColumns) {
    const value = envelope[key];
    const isText = typeof value === 'string' || typeof value === 'number';
    const cell = isText ? value : value === null || value === undefined ? undefined : JSON.stringify(value);
    table.put(row, table.columnOf(name), cell);
  }
}

/** What became of a payload: a row, as it came or not, or no row, and why. */
export type PayloadOutcome =
  /** Read from its bytes: they are one line of valid JSON in UTF-8. */
  { readonly kind: 'plain' } | { readonly kind: 'parsed' } | { readonly kind: 'rejected'; readonly reason: string };

/** Writes the payloads of messages into rows: the cells that a kcat recording of the same messages would have. */
export interface PayloadWriter {
  /** Writes `bytes[start..end)`; the row is empty where it is no record. The byte at `end` is overwritten. */
  put(row: number, bytes: Buffer, start: number, end: number): PayloadOutcome;
}

const plainPayload: PayloadOutcome = { kind: 'plain' };
const parsedPayload: PayloadOutcome = { kind: 'parsed' };

export function payloadWriter(cells: TypedCells): PayloadWriter {
  const shape = emptyShape('');
  const putQuickly = quickJsonWriter(cells, shape);
  return {
    put(row, bytes, start, end) {
      if (putQuickly(row, bytes, start, end)) return plainPayload;
      cells.clearRow(row);
      const text = decodeText(bytes, start, end);
      const reason = faultOf(cells, row, () => putJsonText(cells, row, text, 'The payload', shape));
      return reason === undefined ? parsedPayload : { kind: 'rejected', reason };
    },
  };
}

/** Writes values that `parseExactly` gave into rows of a table. */
export interface JsonValueWriter {
  /** Writes one record; returns why it is none (the row is empty then), or undefined. */
  put(row: number, value: unknown): string | undefined;
}

export function jsonValueWriter(table: CellSink): JsonValueWriter {
  const shape = emptyShape('');
  return {
    put(row, value) {
      return faultOf(table, row, () => {
        if (!isJsonObject(value)) throw new NotARecord('The record is not a JSON object.');
        putObject(table, row, value, shape);
      });
    },
  };
}

/** Writes records of JSON text into rows of a table. */
export interface JsonRecordWriter {
  /** Writes one line's record; returns why it is none (the row is empty then), or undefined. */
  put(row: number, text: string): string | undefined;
}

export function jsonRecordWriter(table: CellSink, kind: 'ndjson' | 'kcat'): JsonRecordWriter {
  const shape = emptyShape('');
  return {
    put(row, text) {
      return faultOf(table, row, () => {
        if (kind === 'kcat') putEnvelope(table, row, text, shape);
        else putJsonText(table, row, text, 'The line', shape);
      });
    },
  };
}

/** Why what was to be written into a row is no record, with the row emptied again; undefined where it is one. */
function faultOf(table: CellSink, row: number, write: () => void): string | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    table.clearRow(row);
    if (error instanceof NotARecord) return error.message;
    if (error instanceof RangeError) return `The record is nested too deeply or has too many keys: ${error.message}.`;
    throw error;
  }
}

/**
 * Scans JSON Lines: one object per line, blank lines skipped. Keys become columns in order of appearance; a key that
 * first appears later is appended. With `kcat` each line is a message and its payload gives the cells.
 */
export function jsonLinesScanner(
  kind: 'ndjson' | 'kcat',
  columnNames: readonly string[],
  start: RecordingPosition,
  rowsPerBatch: number,
): RecordScanner & { readonly columnNames: readonly string[] } {
  const table = createCellTable(columnNames, rowsPerBatch);
  const records = jsonRecordWriter(table, kind);
  const rawStart = new Uint32Array(rowsPerBatch);
  const rawEnd = new Uint32Array(rowsPerBatch);
  const byteOffset = new Float64Array(rowsPerBatch);
  const lines = new Float64Array(rowsPerBatch);
  let rejected: RejectedRecord[] = [];
  let rowCount = 0;
  let baseOffset = start.byteOffset;
  let position = 0;
  let line = start.line;
  /** True while the rest of a line that is too long is passed over. */
  let isSkippingLine = false;

  function reject(bytes: Buffer, from: number, to: number, reason: string): void {
    rejected.push(rejectedRecord(bytes, from, to, { line, baseOffset }, reason));
  }

  function readLine(bytes: Buffer, from: number, to: number): void {
    if (isSkippingLine) {
      isSkippingLine = false;
      return;
    }
    const end = to > from && bytes[to - 1] === carriageReturnByte ? to - 1 : to;
    if (isBlank(bytes, from, end)) return;
    if (end - from > longestRecordBytes) {
      reject(bytes, from, end, tooLongReason);
      return;
    }
    const fault = records.put(rowCount, decodeText(bytes, from, end));
    if (fault !== undefined) {
      reject(bytes, from, end, fault);
      return;
    }
    rawStart[rowCount] = from;
    rawEnd[rowCount] = end;
    byteOffset[rowCount] = baseOffset + from;
    lines[rowCount] = line;
    rowCount++;
  }

  function waitForLineEnd(bytes: Buffer, end: number): void {
    if (!isSkippingLine && end - position > longestRecordBytes) {
      reject(bytes, position, end, tooLongReason);
      isSkippingLine = true;
    }
    if (isSkippingLine) position = end;
  }

  return {
    get columnNames() {
      return table.columnNames;
    },
    get position() {
      return position;
    },
    startBatch(offset) {
      baseOffset = offset;
      position = 0;
      rowCount = 0;
      rejected = [];
      table.clear();
    },
    scan(bytes, end, atEnd) {
      bytes[end] = newlineByte;
      while (rowCount < rowsPerBatch && position < bytesPerBatch) {
        if (position >= end) return false;
        const lineEnd = bytes.indexOf(newlineByte, position);
        if (lineEnd === end && !atEnd) {
          waitForLineEnd(bytes, end);
          return false;
        }
        readLine(bytes, position, lineEnd);
        line++;
        position = Math.min(lineEnd + 1, end);
      }
      return true;
    },
    finishBatch(bytes) {
      if (rowCount === 0 && rejected.length === 0) return undefined;
      const raw: RawRows = { bytes, rawStart, rawEnd };
      const next = { byteOffset: baseOffset + position, line };
      const frame = { rowCount, columnNames: table.columnNames, rejected, next };
      return new CellBatch(frame, table.columns, { byteOffset, line: lines }, () => raw);
    },
  };
}
