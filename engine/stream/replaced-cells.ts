import type { RecordingFormat } from '../domain/record-batch.ts';
import { plainOfExtended } from './extended-json.ts';
import { isJsonObject, kcatKeyOfColumn, parseLeniently, type JsonObject } from './json-lines.ts';

/** What comes in the place of the cells of one record, by the name of their column; undefined leaves the cell empty. */
export type Replacements = ReadonlyMap<string, string | undefined>;

/** `JSON.rawJSON` of ECMAScript 2025, which the types of the language do not have yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/**
 * A record as received, with other texts in some of its cells; all others stay as they were written, in JSON but for spaces. It
 * is read back as the same record.
 * @param columnNames of delimited text, in the order of its fields
 */
export function withReplacedCells(
  record: Uint8Array,
  format: RecordingFormat,
  columnNames: readonly string[],
  replacements: Replacements,
): Uint8Array {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  if (format.kind === 'csv') return replacedFields(bytes, format, columnNames, replacements);
  return Buffer.from(
    format.kind === 'kcat' ? replacedEnvelope(bytes, replacements) : replacedText(bytes, replacements),
  );
}

/** Walks the fields of one record of delimited text, as `delimited-text.ts` reads it. */
function replacedFields(
  bytes: Buffer,
  format: RecordingFormat,
  columnNames: readonly string[],
  replacements: Replacements,
): Buffer {
  const { delimiter = ',', quote = '"' } = format;
  const escapes = format.backslashEscapes === true;
  const parts: Buffer[] = [];
  let at = 0;
  for (let column = 0; at <= bytes.length; column++) {
    const end = endOfField(bytes, at, delimiter.charCodeAt(0), quote.charCodeAt(0), escapes);
    const name = columnNames[column];
    if (column > 0) parts.push(Buffer.from(delimiter));
    if (name !== undefined && replacements.has(name)) {
      const text = replacements.get(name) ?? '';
      parts.push(Buffer.from(text.includes(delimiter) ? `${quote}${text}${quote}` : text));
    } else parts.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return Buffer.concat(parts);
}

const SPACE = 0x20;
const BACKSLASH = 0x5c;

function endOfField(bytes: Buffer, start: number, delimiter: number, quote: number, escapes: boolean): number {
  let at = start;
  while (bytes[at] === SPACE && delimiter !== SPACE) at++;
  if (bytes[at] === quote) {
    for (at++; at < bytes.length; at++) {
      if (escapes && bytes[at] === BACKSLASH) at++;
      else if (bytes[at] === quote && bytes[at + 1] === quote) at++;
      else if (bytes[at] === quote) break;
    }
  }
  for (; at < bytes.length && bytes[at] !== delimiter; at++) if (escapes && bytes[at] === BACKSLASH) at++;
  return Math.min(at, bytes.length);
}

/** Numbers stay as they were written, digit by digit. */
function asWritten(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined && source !== String(value) ? rawJSON(source) : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text, asWritten as (key: string, value: unknown) => unknown);
  } catch {
    return parseLeniently(text);
  }
}

function replacedText(bytes: Buffer, replacements: Replacements): string {
  const value = parsed(bytes.toString('utf8'));
  return JSON.stringify(isJsonObject(value) ? replacedObject(value, '', replacements) : {});
}

function replacedEnvelope(bytes: Buffer, replacements: Replacements): string {
  const envelope = parsed(bytes.toString('utf8'));
  if (!isJsonObject(envelope)) return '{}';
  const { payload } = envelope;
  const inner = typeof payload === 'string' ? parsed(payload) : payload;
  const object = isJsonObject(inner) ? replacedObject(inner, '', replacements) : {};
  const replaced: Record<string, unknown> = {
    ...envelope,
    payload: typeof payload === 'string' ? JSON.stringify(object) : object,
  };
  for (const [name, text] of replacements) {
    const key = kcatKeyOfColumn(name);
    if (key !== undefined) replaced[key] = text ?? null;
  }
  return JSON.stringify(replaced);
}

/** Keys of nested objects have dotted names, as when they became columns. */
function replacedObject(object: JsonObject, prefix: string, replacements: Replacements): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]): [string, unknown] => {
      const name = prefix + key;
      if (replacements.has(name)) return [key, replacements.get(name) ?? null];
      const plain = plainOfExtended(value);
      const isNested = isJsonObject(plain) && !isRaw(plain);
      return [key, isNested ? replacedObject(plain, `${name}.`, replacements) : value];
    }),
  );
}

/** A number that stands as it was written. */
function isRaw(value: JsonObject): boolean {
  return (JSON as unknown as { readonly isRawJSON: (value: unknown) => boolean }).isRawJSON(value);
}
