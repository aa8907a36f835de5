import type { MessageFrame } from '../domain/message-frame.ts';
import { openBracket } from './ascii-bytes.ts';
import { isObjectSpan, jsonMembers, skipBlanks, type JsonMembers, type Span } from './json-members.ts';
import { repeatReason } from './json-repeats.ts';
import { readWireFormat } from './kafka/wire-format.ts';

/*
 * Frames that tools put around a record, in a topic or in a file:
 * - changes of rows: Debezium (before, after, op, source, alone or as the payload of Connect's form), Maxwell (database, table,
 *   type, data), Oracle GoldenGate (op_type, before, after), AWS DMS (data, metadata.operation), each by its documentation.
 * - Connect's JSON with its schema: schema and payload (JsonConverter with schemas.enable).
 * - CloudEvents in structured mode: specversion, id, source, type, data (CloudEvents 1.0, JSON format).
 */

/** What a message looks like: a frame that can be taken off, one that cannot, or a record as it is. */
export type MessageForm = Exclude<MessageFrame, 'none'> | 'wire' | 'array' | 'canal' | 'plain';

/** Where the record of a message lies, or why it is none. */
export type Unframed = Span | string;

/** How a tool writes the change of a row. */
interface ChangeForm {
  readonly tool: string;
  /** Every change has these members. */
  readonly members: readonly string[];
  /** The way to what was done, and the words for what makes a transaction of its own. */
  readonly operation: readonly string[];
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  /** Where the row is. */
  readonly row: string;
}

const changeForms: Readonly<Record<'debezium' | 'maxwell' | 'goldengate' | 'dms', ChangeForm>> = {
  debezium: {
    tool: 'Debezium',
    members: ['op', 'source'],
    operation: ['op'],
    created: ['c', 'r'],
    updated: ['u'],
    deleted: ['d'],
    row: 'after',
  },
  maxwell: {
    tool: 'Maxwell',
    members: ['database', 'table', 'type', 'ts', 'data'],
    operation: ['type'],
    created: ['insert', 'bootstrap-insert'],
    updated: ['update'],
    deleted: ['delete'],
    row: 'data',
  },
  goldengate: {
    tool: 'GoldenGate',
    members: ['table', 'op_type', 'op_ts', 'pos'],
    operation: ['op_type'],
    created: ['I'],
    updated: ['U'],
    deleted: ['D'],
    row: 'after',
  },
  dms: {
    tool: 'AWS DMS',
    members: ['data', 'metadata'],
    operation: ['metadata', 'operation'],
    created: ['insert', 'load'],
    updated: ['update'],
    deleted: ['delete'],
    row: 'data',
  },
};

const byteOrderMark = [0xef, 0xbb, 0xbf] as const;
/** First messages whose form tells that of all. */
export const messagesLookedAt = 100;

/** What a message looks like. */
export function formOf(bytes: Buffer, span: Span): MessageForm {
  if (readWireFormat(bytes.subarray(span.from, span.to)) !== null) return 'wire';
  const value = withoutMark(bytes, span);
  if (bytes[skipBlanks(bytes, value.from, value.to)] === openBracket) return 'array';
  const members = jsonMembers(bytes, value);
  if (members === null) return 'plain';
  const has = (...names: readonly string[]): boolean => names.every((name) => members.has(name));
  if (debeziumIn(bytes, members) !== null) return 'debezium';
  if (members.size === 2 && members.has('schema') && isObjectSpan(bytes, members.get('payload'))) return 'connect';
  if (has('specversion', 'id', 'source', 'type')) return 'cloudevents';
  if (has(...changeForms.goldengate.members)) return 'goldengate';
  if (has('database', 'table', 'type', 'isDdl')) return 'canal';
  if (has(...changeForms.maxwell.members) && isObjectSpan(bytes, members.get('data'))) return 'maxwell';
  const isDms = members.size === 2 && textAt(bytes, members, ['metadata', 'record-type']) !== null;
  return isDms && isObjectSpan(bytes, members.get('data')) ? 'dms' : 'plain';
}

/** The form that most of some messages have; `plain` where none has a frame in the way. */
export function commonForm(forms: readonly MessageForm[]): MessageForm {
  const counts = new Map<MessageForm, number>();
  for (const form of forms) counts.set(form, (counts.get(form) ?? 0) + 1);
  return [...counts].find(([, count]) => 2 * count > forms.length)?.[0] ?? 'plain';
}

const choice = (frame: MessageFrame, reads: string): string =>
  `Choose the frame ${frame} (--frame ${frame}) to read ${reads}, or none to read the messages as they are.`;

/** What messages of a form are, and what to do, where it must be chosen how to read them. */
export const frameWords: Readonly<Record<Exclude<MessageForm, 'plain'>, readonly [what: string, nextStep: string]>> = {
  debezium: [
    'changes of rows as Debezium sends them: before, after, op, source',
    choice('debezium', 'the rows that were created'),
  ],
  maxwell: [
    'changes of rows as Maxwell sends them: database, table, type, data',
    choice('maxwell', 'the rows that were inserted'),
  ],
  goldengate: [
    'changes of rows as GoldenGate sends them: table, op_type, before, after',
    choice('goldengate', 'the rows that were inserted'),
  ],
  dms: [
    'changes of rows as AWS DMS sends them: data, metadata',
    choice('dms', 'the rows that were loaded or inserted'),
  ],
  connect: ['a schema and a payload each, as Kafka Connect writes them', choice('connect', 'the payloads')],
  cloudevents: ['CloudEvents', choice('cloudevents', 'their data')],
  canal: [
    'changes of several rows each, as Canal sends them',
    'Send each row as a message of its own, or choose the frame none (--frame none) to read the changes as they are.',
  ],
  wire: [
    "bytes that begin with the id of a schema, as Confluent's serializers write them",
    'Name the registry that knows the schemas: --schema-registry http://HOST:PORT. It is asked while a topic is followed; a recording of such bytes is replayed into a topic first.',
  ],
  array: [
    'lists, and a message must hold one record',
    'Let the producer send each record as a message of its own, or choose the frame none (--frame none) to put the lists into quarantine.',
  ],
};

/** Takes the frame off a message: the place of its record, or why it has none. A byte order mark is no part of a record. */
export function unframed(bytes: Buffer, span: Span, frame: MessageFrame): Unframed {
  const value = withoutMark(bytes, span);
  if (frame === 'none') return value;
  const members = jsonMembers(bytes, value);
  if (members === null) return 'It is not a JSON object.';
  if (members.repeated !== undefined) return repeatReason(members.repeated);
  if (frame === 'connect' || frame === 'cloudevents') {
    const name = frame === 'connect' ? 'payload' : 'data';
    const record = members.get(name);
    if (isObjectSpan(bytes, record)) return record;
    if (frame === 'cloudevents' && members.has('data_base64')) return 'Its data is in base64, which is not read.';
    return `It has no object under ${name}.`;
  }
  const form = changeForms[frame];
  const change = frame === 'debezium' ? debeziumIn(bytes, members) : members;
  if (change === null || !form.members.every((name) => change.has(name)))
    return frame === 'debezium'
      ? 'It is no change of Debezium: op, before and after are not there.'
      : `It is no change of ${form.tool}: ${form.members.join(', ')} are not all there.`;
  return change.repeated === undefined ? createdBy(bytes, change, form) : repeatReason(change.repeated);
}

/** Only what a change created, or a snapshot read, is a transaction of its own. */
function createdBy(bytes: Buffer, change: ReadonlyMap<string, Span>, form: ChangeForm): Unframed {
  const operation = textAt(bytes, change, form.operation) ?? 'null';
  const isOneOf = (words: readonly string[]): boolean => words.some((word) => operation === `"${word}"`);
  if (isOneOf(form.updated)) return 'It is an update of a row, which is no transaction of its own.';
  if (isOneOf(form.deleted)) return 'It is the deletion of a row.';
  if (!isOneOf(form.created)) return `It is no created row: its ${form.operation.join('.')} is ${operation}.`;
  const row = change.get(form.row);
  if (isObjectSpan(bytes, row)) return row;
  return textAt(bytes, change, [form.row])?.startsWith('"') === true
    ? `Its row under ${form.row} is a text, as connectors of document stores write it, which is not read.`
    : `It has no row under ${form.row}.`;
}

/** The members of a change of Debezium: the message itself, or its payload; null where it is none. */
function debeziumIn(bytes: Buffer, members: JsonMembers): JsonMembers | null {
  const isChange = (each: ReadonlyMap<string, Span>): boolean =>
    each.has('op') && (each.has('after') || each.has('before')) && each.has('source');
  if (isChange(members)) return members;
  const payload = members.get('payload');
  if (!members.has('schema') || !isObjectSpan(bytes, payload)) return null;
  const inner = jsonMembers(bytes, payload);
  return inner !== null && isChange(inner) ? inner : null;
}

/** The text of a value as it stands there, by the names on the way to it; null where it is not there. */
function textAt(bytes: Buffer, members: ReadonlyMap<string, Span>, way: readonly string[]): string | null {
  const [name, ...rest] = way;
  const span = members.get(name);
  if (span === undefined) return null;
  if (rest.length === 0) return bytes.toString('utf8', span.from, span.to);
  const inner = isObjectSpan(bytes, span) ? jsonMembers(bytes, span) : null;
  return inner === null ? null : textAt(bytes, inner, rest);
}

function withoutMark(bytes: Buffer, { from, to }: Span): Span {
  const isMarked = to - from >= 3 && byteOrderMark.every((byte, at) => bytes[from + at] === byte);
  return { from: isMarked ? from + 3 : from, to };
}
