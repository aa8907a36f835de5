import type { MessageFrame } from '../domain/message-frame.ts';
import type { RecordBatch, RecordingPosition, RejectedRecord } from '../domain/record-batch.ts';
import { TooManyColumnsError, type CellSink, type RawRows } from './cell-table.ts';
import { decodeText } from './cell-text.ts';
import { quickJsonWriter } from './json-bytes.ts';
import { jsonOfLenient } from './lenient-json.ts';
import { jsonMembers, type Span } from './json-members.ts';
import { unframed } from './message-frame.ts';
import { nameOfRepeat, repeatedKeys, repeatReason, sameColumnReason } from './json-repeats.ts';
import { childShape, emptyShape, mostDepth, placeOf, type KeyPlace, type ObjectShape } from './json-shape.ts';
import type { RecordScanner } from './text-batches.ts';
import { plainOfExtended } from './extended-json.ts';
import { TypedCells } from './typed-cells.ts';
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

/** The envelope's key that a column stands for; undefined for columns of the payload. */
export function kcatKeyOfColumn(column: string): string | undefined {
  return envelopeColumns.find(([, name]) => name === column)?.[0];
}

/** Why a message without a value is no record. */
export const tombstoneReason = 'The payload is null: a tombstone carries no transaction.';

const tooDeepReason = `The record nests objects more than ${String(mostDepth)} deep.`;

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

interface ParsedJson {
  readonly value: unknown;
  /** The text as JSON has it, for reading it again digit by digit. */
  readonly json: string;
}

/** JSON as it is, or the JSON that an almost valid text means. */
function jsonTextOf(text: string): string {
  return parseJson(text, 'The line').json;
}

/** Names on the way to the record of an envelope are no part of the name. @throws NotARecord where a key of an object stands twice. */
function refuseRepeats({ value, json }: ParsedJson, record?: string): void {
  const [repeated] = repeatedKeys(json, value);
  if (repeated === undefined) return;
  const { key, way } = repeated;
  throw new NotARecord(repeatReason(nameOfRepeat({ key, way: way[0] === record ? way.slice(1) : way })));
}

function parseJson(text: string, what: string): ParsedJson {
  try {
    return { value: JSON.parse(text), json: text };
  } catch (error) {
    const json = jsonOfLenient(text);
    const value = json === undefined ? undefined : parsedOrUndefined(json);
    if (json !== undefined && value !== undefined) return { value, json };
    throw new NotARecord(`${what} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a text that is JSON, or almost so, holds; undefined where it is neither. */
export function parseLeniently(text: string): unknown {
  const value = parsedOrUndefined(text);
  if (value !== undefined) return value;
  const json = jsonOfLenient(text);
  return json === undefined ? undefined : parsedOrUndefined(json);
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function arrayText(value: readonly unknown[]): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
}

/**
 * Writes an object's values into a row, nested objects under dotted names (those that stand for one value as that), arrays as JSON text. Returns false where
 * a number was met that a double cannot hold exactly, so that the text must be parsed again with care.
 */
function putObject(table: CellSink, row: number, object: JsonObject, shape: ObjectShape): boolean {
  let isExact = true;
  let likely = 0;
  for (const key in object) {
    const value = plainOfExtended(object[key]);
    let place = shape.places[likely] as KeyPlace | undefined;
    if (place?.key !== key) place = placeOf(shape, key);
    likely = place.order + 1;
    const isPlain = typeof value !== 'object' || value === null || Array.isArray(value);
    if (!isPlain) {
      if (shape.depth >= mostDepth) throw new NotARecord(tooDeepReason);
      place.child ??= childShape(shape, key);
      isExact = putObject(table, row, value as JsonObject, place.child) && isExact;
      continue;
    }
    if (place.column < 0) place.column = table.columnOf(shape.prefix + key);
    if (place.isShared && isSecond(shape, key)) throw new NotARecord(sameColumnReason(shape.prefix + key));
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

/** True where another key has given the same column in this record; notes that this one has. */
function isSecond({ prefix, met }: ObjectShape, key: string): boolean {
  if (met.takesRepeats) return false;
  const name = prefix + key;
  if (met.given.has(name)) return true;
  met.given.add(name);
  return false;
}

/** Writes the object of a record into a row: once more where a key turned out to share a column, or `exactly` must read it. */
function putRecord(
  table: CellSink,
  row: number,
  object: JsonObject,
  shape: ObjectShape,
  exactly: () => JsonObject,
): void {
  const { met } = shape;
  let shared: number;
  let isExact: boolean;
  do {
    ({ shared } = met);
    met.given.clear();
    isExact = putObject(table, row, object, shape);
  } while (met.shared !== shared);
  met.given.clear();
  if (!isExact) putObject(table, row, exactly(), shape);
}

/** How the records of a recording stand in their lines: alone or in kcat's envelope, and what a tool has put around each. */
export interface JsonForm {
  readonly kind: 'ndjson' | 'kcat';
  readonly frame?: MessageFrame | undefined;
  /** True where the records were taken before: of a key that stands twice the last value held then, and still does. */
  readonly takesRepeats?: boolean;
}

/** The text of the record within its frame. @throws NotARecord, with the reason, where there is none. */
function withoutFrame(bytes: Buffer, span: Span, frame: MessageFrame): string {
  const record = unframed(bytes, span, frame);
  if (typeof record === 'string') throw new NotARecord(record);
  return bytes.toString('utf8', record.from, record.to);
}

function textWithoutFrame(text: string, frame: MessageFrame): string {
  const bytes = Buffer.from(text);
  return withoutFrame(bytes, { from: 0, to: bytes.length }, frame);
}

/** Writes one JSON text into a row; a number beyond 2^53 is read again digit by digit. */
function putJsonText(table: CellSink, row: number, text: string, what: string, shape: ObjectShape): void {
  const parsed = parseJson(text, what);
  const { value, json } = parsed;
  if (!isJsonObject(value)) throw new NotARecord(`${what} is not a JSON object.`);
  if (!shape.met.takesRepeats) refuseRepeats(parsed);
  putRecord(table, row, value, shape, () => parseExactly(json) as JsonObject);
}

function putEnvelope(table: CellSink, row: number, text: string, shape: ObjectShape, frame?: MessageFrame): void {
  const parsed = parseJson(text, 'The line');
  const { value: envelope, json } = parsed;
  if (!isKcatEnvelope(envelope))
    throw new NotARecord('The line is not a kcat envelope: topic, partition, offset or payload is absent.');
  const payload = envelope['payload'];
  if (payload === null) throw new NotARecord(tombstoneReason);
  if (frame !== undefined && frame !== 'none') {
    putJsonText(table, row, unframedPayload(payload, json, frame), 'The payload', shape);
  } else if (typeof payload === 'string') {
    putJsonText(table, row, payload, 'The payload', shape);
  } else if (!isJsonObject(payload)) {
    throw new NotARecord('The payload is not a JSON object.');
  } else {
    if (!shape.met.takesRepeats) refuseRepeats(parsed, 'payload');
    putRecord(table, row, payload, shape, () => (parseExactly(json) as { payload: JsonObject }).payload);
  }
  for (const [key, name] of envelopeColumns) {
    const value = envelope[key];
    const isText = typeof value === 'string' || typeof value === 'number';
    const cell = isText ? value : value === null || value === undefined ? undefined : JSON.stringify(value);
    table.put(row, table.columnOf(name), cell);
  }
}

/** The record within the frame that is the payload of an envelope, digit by digit as it stands there. */
function unframedPayload(payload: unknown, json: string, frame: MessageFrame): string {
  if (typeof payload === 'string') return textWithoutFrame(payload, frame);
  const bytes = Buffer.from(json);
  const span = jsonMembers(bytes, { from: 0, to: bytes.length })?.get('payload');
  if (span === undefined) throw new NotARecord('The payload is not a JSON object.');
  return withoutFrame(bytes, span, frame);
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

/** `what` the payloads are called in reasons. */
export function payloadWriter(cells: TypedCells, what = 'The payload', takesRepeats = false): PayloadWriter {
  const shape = emptyShape(takesRepeats);
  const putQuickly = quickJsonWriter(cells, shape);
  return {
    put(row, bytes, start, end) {
      if (putQuickly(row, bytes, start, end)) return plainPayload;
      cells.clearRow(row);
      const text = decodeText(bytes, start, end);
      const reason = faultOf(cells, row, () => putJsonText(cells, row, text, what, shape));
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
  const shape = emptyShape();
  return {
    put(row, value) {
      return faultOf(table, row, () => {
        if (!isJsonObject(value)) throw new NotARecord('The record is not a JSON object.');
        putRecord(table, row, value, shape, () => value);
      });
    },
  };
}

/** Writes records of JSON text into rows of a table. */
export interface JsonRecordWriter {
  /** Writes one line's record; returns why it is none (the row is empty then), or undefined. */
  put(row: number, text: string): string | undefined;
}

export function jsonRecordWriter(table: CellSink, { kind, frame, takesRepeats }: JsonForm): JsonRecordWriter {
  const shape = emptyShape(takesRepeats);
  const hasFrame = frame !== undefined && frame !== 'none';
  return {
    put(row, text) {
      return faultOf(table, row, () => {
        if (kind === 'kcat') putEnvelope(table, row, text, shape, frame);
        else if (hasFrame) putJsonText(table, row, textWithoutFrame(jsonTextOf(text), frame), 'The record', shape);
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
    if (error instanceof NotARecord || error instanceof TooManyColumnsError) return error.message;
    // Lists have no limit of their own but the stack of the parser.
    if (error instanceof RangeError) return 'The record nests lists too deep to be read.';
    throw error;
  }
}

/** The rows of one batch of JSON records, with what could not be read beside them. */
export class JsonRows {
  /** Line of the next record, which whoever finds the records counts. */
  line: number;
  readonly #rowsPerBatch: number;
  readonly #cells: TypedCells;
  readonly #records: JsonRecordWriter;
  /** Reads records that stand alone from their bytes; null where there is more around them. */
  readonly #plain: PayloadWriter | null;
  readonly #rawStart: Uint32Array;
  readonly #rawEnd: Uint32Array;
  readonly #byteOffset: Float64Array;
  readonly #lines: Float64Array;
  #rejected: RejectedRecord[] = [];
  #rowCount = 0;
  #baseOffset: number;

  constructor(form: JsonForm, columnNames: readonly string[], start: RecordingPosition, rowsPerBatch: number) {
    this.line = start.line;
    this.#baseOffset = start.byteOffset;
    this.#rowsPerBatch = rowsPerBatch;
    this.#cells = new TypedCells(columnNames, rowsPerBatch);
    this.#records = jsonRecordWriter(this.#cells, form);
    const { kind, frame = 'none', takesRepeats } = form;
    this.#plain = kind === 'ndjson' && frame === 'none' ? payloadWriter(this.#cells, 'The line', takesRepeats) : null;
    this.#rawStart = new Uint32Array(rowsPerBatch);
    this.#rawEnd = new Uint32Array(rowsPerBatch);
    this.#byteOffset = new Float64Array(rowsPerBatch);
    this.#lines = new Float64Array(rowsPerBatch);
  }

  get columnNames(): readonly string[] {
    return this.#cells.columnNames;
  }

  get isFull(): boolean {
    return this.#rowCount >= this.#rowsPerBatch;
  }

  startBatch(baseOffset: number): void {
    this.#baseOffset = baseOffset;
    this.#rowCount = 0;
    this.#rejected = [];
    this.#cells.clear();
  }

  reject(bytes: Buffer, from: number, to: number, reason: string): void {
    const place = { line: this.line, baseOffset: this.#baseOffset };
    this.#rejected.push(rejectedRecord(bytes, from, to, place, reason));
  }

  /** Reads `bytes[from..to)` as one record, or rejects it. */
  read(bytes: Buffer, from: number, to: number): void {
    if (to - from > longestRecordBytes) {
      this.reject(bytes, from, to, tooLongReason);
      return;
    }
    const row = this.#rowCount;
    const fault = this.#put(row, bytes, from, to);
    if (fault !== undefined) {
      this.reject(bytes, from, to, fault);
      return;
    }
    this.#rawStart[row] = from;
    this.#rawEnd[row] = to;
    this.#byteOffset[row] = this.#baseOffset + from;
    this.#lines[row] = this.line;
    this.#rowCount++;
  }

  /** The batch read so far, of which the next record starts at `bytes[position]`; undefined when there is nothing. */
  batch(bytes: Buffer, position: number): RecordBatch | undefined {
    if (this.#rowCount === 0 && this.#rejected.length === 0) return undefined;
    const raw: RawRows = { bytes, rawStart: this.#rawStart, rawEnd: this.#rawEnd };
    const next = { byteOffset: this.#baseOffset + position, line: this.line };
    const frame = { rowCount: this.#rowCount, columnNames: this.columnNames, rejected: this.#rejected, next };
    return this.#cells.batch(frame, { byteOffset: this.#byteOffset, line: this.#lines }, raw);
  }

  /** Why there is no record; undefined where it is written into the row. */
  #put(row: number, bytes: Buffer, from: number, to: number): string | undefined {
    if (this.#plain === null || to >= bytes.length) return this.#records.put(row, decodeText(bytes, from, to));
    const next = bytes[to];
    const outcome = this.#plain.put(row, bytes, from, to);
    bytes[to] = next;
    return outcome.kind === 'rejected' ? outcome.reason : undefined;
  }
}

/** A scanner of JSON records: keys become columns in order of appearance; one that first appears later is appended. */
export type JsonScanner = RecordScanner & { readonly columnNames: readonly string[] };

/** Scans JSON Lines: one object per line, blank lines skipped. With `kcat` each line is a message around its payload. */
export function jsonLinesScanner(
  form: JsonForm,
  columnNames: readonly string[],
  start: RecordingPosition,
  rowsPerBatch: number,
): JsonScanner {
  const rows = new JsonRows(form, columnNames, start, rowsPerBatch);
  let position = 0;
  /** True while the rest of a line that is too long is passed over. */
  let isSkippingLine = false;

  function readLine(bytes: Buffer, from: number, to: number): void {
    if (isSkippingLine) {
      isSkippingLine = false;
      return;
    }
    const end = to > from && bytes[to - 1] === carriageReturnByte ? to - 1 : to;
    if (!isBlank(bytes, from, end)) rows.read(bytes, from, end);
  }

  function waitForLineEnd(bytes: Buffer, end: number): void {
    if (!isSkippingLine && end - position > longestRecordBytes) {
      rows.reject(bytes, position, end, tooLongReason);
      isSkippingLine = true;
    }
    if (isSkippingLine) position = end;
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
      bytes[end] = newlineByte;
      while (!rows.isFull && position < bytesPerBatch) {
        if (position >= end) return false;
        const lineEnd = bytes.indexOf(newlineByte, position);
        if (lineEnd === end && !atEnd) {
          waitForLineEnd(bytes, end);
          return false;
        }
        readLine(bytes, position, lineEnd);
        rows.line++;
        position = Math.min(lineEnd + 1, end);
      }
      return true;
    },
    finishBatch: (bytes) => rows.batch(bytes, position),
  };
}
