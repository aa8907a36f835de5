import type { MessageFrame } from '../domain/message-frame.ts';
import { openBrace, openBracket } from './ascii-bytes.ts';
import { isJsonObject, isKcatEnvelope, jsonLinesScanner, kcatColumnNames, parseLeniently } from './json-lines.ts';
import {
  arraysOfObjects,
  jsonObjectsScanner,
  objectEnd,
  separatesRecords,
  type JsonArrayPlace,
} from './json-objects.ts';
import { commonForm, formOf, frameWords, messagesLookedAt, type MessageForm } from './message-frame.ts';
import type { JsonLayout, SampleLine, TextLayout, Unreadable } from './text-layout.ts';

const sampledObjects = 1000;

/** The kind of the records where most lines look like objects and as many of them are one; undefined where not. */
function kindOf(objects: readonly unknown[]): 'ndjson' | 'kcat' {
  return objects.filter(isKcatEnvelope).length * 2 > objects.length ? 'kcat' : 'ndjson';
}

/** The objects of a sample that stand one a line: at least half of its lines begin like one. */
function objectsOfLines(lines: readonly SampleLine[]): readonly unknown[] {
  const braced = lines.filter((line) => line.text.startsWith('{'));
  return braced.length * 2 < lines.length ? [] : braced.map((line) => parseLeniently(line.text)).filter(isJsonObject);
}

/** The objects that stand in a sample from `from` on, whatever the layout; one that is cut off is left out. */
function objectsFrom(sample: Buffer, from: number): readonly unknown[] {
  const objects: unknown[] = [];
  for (let i = from; i < sample.length && objects.length < sampledObjects;) {
    if (sample[i] !== openBrace) {
      i++;
      continue;
    }
    const end = objectEnd(sample, i, sample.length);
    if (end < 0) break;
    const value = parseLeniently(sample.toString('utf8', i, end));
    if (isJsonObject(value)) objects.push(value);
    i = end;
  }
  return objects;
}

/** Names of the columns that the whole records of a sample have; those of a kcat envelope come last. */
function columnNamesOf(
  sample: Buffer,
  isWhole: boolean,
  layout: Pick<Extract<TextLayout, { kind: 'ndjson' | 'kcat' }>, 'kind' | 'records' | 'start' | 'frame'>,
): readonly string[] {
  const { kind, records, start, frame } = layout;
  const form = { kind, frame };
  const content = Buffer.alloc(sample.length - start.byteOffset + 1);
  sample.copy(content, 0, start.byteOffset);
  const scanner =
    records === 'lines'
      ? jsonLinesScanner(form, [], start, sampledObjects)
      : jsonObjectsScanner(form, records === 'wrapped', [], start, sampledObjects);
  scanner.startBatch(start.byteOffset);
  scanner.scan(content, content.length - 1, isWhole);
  if (kind === 'ndjson') return scanner.columnNames;
  return [...scanner.columnNames.filter((name) => !kcatColumnNames.includes(name)), ...kcatColumnNames];
}

/** JSON, or JavaScript with bare keys: an object, or an array whose first value is one of JSON's. */
const startsLikeJson = /^(\{\s*(["'}]|[A-Za-z_$][\w$]*\s*:|$)|\[\s*([[{"'\]\d-]|null|true|false|$))/;

function firstSignificant(sample: Buffer, from: number): number {
  let i = from;
  while (i < sample.length && separatesRecords(sample[i])) i++;
  return i;
}

function noRecords(why: string, nextStep: string): Unreadable {
  return { kind: 'unreadable', code: 'UNKNOWN_FORMAT', why: `it is JSON, but ${why}`, nextStep };
}

const oneObjectALine = 'Write one object per line';

/** True where a sample holds one JSON value alone, or only the beginning of the first. */
function isOnlyValue(sample: Buffer, first: number, isWhole: boolean): boolean {
  const end = objectEnd(sample, first, sample.length);
  return end < 0 ? !isWhole : firstSignificant(sample, end) >= sample.length;
}

/** True for an object that holds a whole table: columns of many values each, or rows as arrays. */
function isTable(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const values = Object.values(value);
  if (values.some((cell) => Array.isArray(cell) && cell.some(Array.isArray))) return true;
  const lengths = values.map((cell) => (typeof cell === 'object' && cell !== null ? Object.keys(cell).length : 0));
  return lengths.length > 1 && lengths[0] > 1 && lengths.every((length) => length === lengths[0]);
}

const oneTable = noRecords(
  'one object that holds a whole table, not a stream of records',
  `${oneObjectALine}; pandas does with to_json(orient='records', lines=True).`,
);

/** Why JSON text holds no objects that could be records; undefined where it may. */
function whyNoRecords(sample: Buffer, first: number, isWhole: boolean): Unreadable | undefined {
  if (sample[first] === openBrace) {
    if (!isOnlyValue(sample, first, isWhole)) return undefined;
    return noRecords('one object, not a stream of records', `${oneObjectALine}.`);
  }
  const inner = firstSignificant(sample, first + 1);
  if (inner >= sample.length || sample[inner] === openBrace) return undefined;
  if (sample[inner] !== openBracket)
    return noRecords('its values are no objects', `${oneObjectALine}: {"column": value, ...}.`);
  if (sample[firstSignificant(sample, inner + 1)] === openBrace) return undefined;
  return noRecords(
    'its rows are arrays without the names of their columns',
    `${oneObjectALine}: {"column": value, ...}; or write it as CSV, for example with jq -r '.[] | @csv'.`,
  );
}

function severalLists(arrays: readonly JsonArrayPlace[]): Unreadable {
  const paths = arrays.map(({ keys }) => `.${keys.join('.')}`);
  return noRecords(
    `it holds several lists of objects (${paths.join(', ')}), and which of them has the records is not said`,
    `${oneObjectALine}, for example with jq -c '${paths[0]}[]'.`,
  );
}

/** What was known of JSON text before it is looked into: how its records stood, and what is said to be around each. */
export interface KnownJson {
  readonly records: JsonLayout | undefined;
  readonly frame: MessageFrame | undefined;
}

/** Why records are not read as they are: most have a frame around them, and nobody said what is to become of it. */
function framedRecords(objects: readonly unknown[], kind: 'ndjson' | 'kcat'): Unreadable | undefined {
  const forms = objects.slice(0, messagesLookedAt).map((object): MessageForm => {
    const bytes = kind === 'kcat' ? payloadBytes(object) : bytesOfValue(object);
    return bytes === null ? 'plain' : formOf(bytes, { from: 0, to: bytes.length });
  });
  const form = commonForm(forms);
  if (form === 'plain') return undefined;
  const [what, nextStep] = frameWords[form];
  return { kind: 'unreadable', code: 'UNKNOWN_FORMAT', why: `its records are ${what}`, nextStep };
}

/** The value of a message in its envelope; null for a tombstone. */
function payloadBytes(envelope: unknown): Buffer | null {
  const { payload = null, payloadBase64 } = envelope as {
    readonly payload?: unknown;
    readonly payloadBase64?: unknown;
  };
  if (typeof payloadBase64 === 'string') return Buffer.from(payloadBase64, 'base64');
  if (payload === null) return null;
  return typeof payload === 'string' ? Buffer.from(payload) : bytesOfValue(payload);
}

/** A value as JSON; null where it nests deeper than can be written, as no frame does. */
function bytesOfValue(value: unknown): Buffer | null {
  try {
    return Buffer.from(JSON.stringify(value));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * What a sample of JSON text is: objects one a line, in another layout, or nothing that holds records. Undefined where
 * it is no JSON. `known` is how its records stood when it was first read.
 */
export function detectJson(
  sample: Buffer,
  from: number,
  isWhole: boolean,
  lines: readonly SampleLine[],
  { records: known, frame }: KnownJson,
): TextLayout | Unreadable | undefined {
  const first = firstSignificant(sample, from);
  const isJson = startsLikeJson.test(sample.toString('utf8', first, first + 64));
  const ofLines = objectsOfLines(lines);
  if (!isJson && ofLines.length === 0) return undefined;
  const layoutOf = (objects: readonly unknown[], records: JsonLayout, byteOffset: number): TextLayout | Unreadable => {
    const refusal = frame === undefined ? framedRecords(objects, kindOf(objects)) : undefined;
    if (refusal !== undefined) return refusal;
    const line = sample.toString('latin1', from, byteOffset).split(/\r\n|\r|\n/).length;
    const stated = frame === undefined ? {} : { frame };
    const layout = { kind: kindOf(objects), records, start: { byteOffset, line }, ...stated };
    return { ...layout, columnNames: columnNamesOf(sample, isWhole, layout) };
  };
  if (known === 'lines') return layoutOf(ofLines, 'lines', from);
  if (known === 'objects') return layoutOf(objectsFrom(sample, from), 'objects', from);

  if (sample[first] === openBrace && isOnlyValue(sample, first, isWhole)) {
    const arrays = arraysOfObjects(sample, first);
    if (arrays.length > 1) return severalLists(arrays);
    if (arrays.length === 0 && isTable(objectsFrom(sample, first)[0])) return oneTable;
    if (arrays.length === 1) return layoutOf(objectsFrom(sample, arrays[0].start), 'wrapped', arrays[0].start);
  }
  const ofLayout = objectsFrom(sample, from);
  // A first line that the sample cuts off is a long record.
  const isLongRecord = ofLayout.length === 0 && lines.length === 1 && !isWhole && sample[first] === openBrace;
  if (isLongRecord || (ofLines.length > 0 && ofLines.length >= ofLayout.length))
    return layoutOf(ofLines, 'lines', from);
  const why = whyNoRecords(sample, first, isWhole);
  if (why !== undefined) return why;
  if (ofLayout.length === 0)
    return noRecords('no object in its beginning can be read', `${oneObjectALine}, for example with jq -c '.[]'.`);
  return layoutOf(ofLayout, 'objects', from);
}
