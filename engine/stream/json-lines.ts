import type { RecordingPosition, RejectedRecord } from '../domain/record-batch.ts';
import type { CellTable, RawRows } from './cell-table.ts';
import { CellBatch, createCellTable, mostColumns } from './cell-table.ts';
import { decodeText } from './cell-text.ts';
import type { RecordScanner } from './text-batches.ts';
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

const tombstoneReason = 'The payload is null: a tombstone carries no transaction.';

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

/** Where the value of one key goes: a column when it is a plain value, a nested shape when it is an object. */
interface KeyPlace {
  readonly key: string;
  /** Index in the order in which the keys of this object were first met. */
  readonly order: number;
  /** -1 until the key has had a plain value. */
  column: number;
  child: ObjectShape | undefined;
}

/** The keys met so far in the objects at one place; records mostly repeat them in the same order. */
interface ObjectShape {
  readonly prefix: string;
  readonly places: KeyPlace[];
  readonly byKey: Map<string, KeyPlace>;
}

function emptyShape(prefix: string): ObjectShape {
  return { prefix, places: [], byKey: new Map() };
}

function placeOf(shape: ObjectShape, key: string): KeyPlace {
  let place = shape.byKey.get(key);
  if (place === undefined) {
    if (shape.places.length >= mostColumns) throw new RangeError('too many distinct keys');
    place = { key, order: shape.places.length, column: -1, child: undefined };
    shape.places.push(place);
    shape.byKey.set(key, place);
  }
  return place;
}

/**
 * Writes an object's values into a row, nested objects under dotted names, arrays as JSON text. Returns false where
 * a number was met that a double cannot hold exactly, so that the text must be parsed again with care.
 */
function putObject(table: CellTable, row: number, object: JsonObject, shape: ObjectShape): boolean {
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
function putJsonText(table: CellTable, row: number, text: string, what: string, shape: ObjectShape): void {
  const value = parseJson(text, what);
  if (!isJsonObject(value)) throw new NotARecord(`${what} is not a JSON object.`);
  if (!putObject(table, row, value, shape)) putObject(table, row, parseExactly(text) as JsonObject, shape);
}

function putEnvelope(table: CellTable, row: number, text: string, shape: ObjectShape): void {
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

/** One message of a topic as far as its cells go. */
export interface MessageCells {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970, as the broker has it. */
  readonly timestampMs: number;
  readonly key: string | null;
  /** Null is a tombstone. */
  readonly value: string | null;
}

/** Writes messages into rows of a table: the columns of a kcat recording of the same messages. */
export interface MessageWriter {
  /** Writes one message; returns why it is no record (the row is empty then), or undefined. */
  put(row: number, message: MessageCells): string | undefined;
}

export function messageWriter(table: CellTable): MessageWriter {
  const shape = emptyShape('');
  let columns: readonly number[] | undefined;
  return {
    put(row, message) {
      const fault = faultOf(table, row, () => {
        if (message.value === null) throw new NotARecord(tombstoneReason);
        putJsonText(table, row, message.value, 'The payload', shape);
      });
      if (fault !== undefined) return fault;
      columns ??= kcatColumnNames.map((name) => table.columnOf(name));
      const { topic, partition, offset, timestampMs, key } = message;
      table.put(row, columns[0], topic);
      table.put(row, columns[1], partition);
      table.put(row, columns[2], offset);
      table.put(row, columns[3], timestampMs);
      table.put(row, columns[4], key ?? undefined);
      return undefined;
    },
  };
}

/** Writes values that `parseExactly` gave into rows of a table. */
export interface JsonValueWriter {
  /** Writes one record; returns why it is none (the row is empty then), or undefined. */
  put(row: number, value: unknown): string | undefined;
}

export function jsonValueWriter(table: CellTable): JsonValueWriter {
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

export function jsonRecordWriter(table: CellTable, kind: 'ndjson' | 'kcat'): JsonRecordWriter {
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
function faultOf(table: CellTable, row: number, write: () => void): string | undefined {
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
