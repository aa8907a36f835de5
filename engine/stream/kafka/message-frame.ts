import type { MessageFrame } from '../../domain/message-frame.ts';
import { openBracket } from '../ascii-bytes.ts';
import { isObjectSpan, jsonMembers, skipBlanks, type Span } from './json-members.ts';
import { readWireFormat } from './wire-format.ts';

/*
 * Frames that tools put around a record:
 * - Debezium's change event: before, after, op, source, alone or as the payload of Connect's form
 *   (debezium.io, "Change events").
 * - Connect's JSON with its schema: schema and payload (JsonConverter with schemas.enable).
 * - CloudEvents in structured mode: specversion, id, source, type, data (CloudEvents 1.0, JSON format).
 */

/** What a message looks like: a frame that can be taken off, bytes that need a registry, a list, or a record as it is. */
export type MessageForm = Exclude<MessageFrame, 'none'> | 'wire' | 'array' | 'plain';

/** Where the record of a message lies, or why it is none. */
export type Unframed = Span | string;

const byteOrderMark = [0xef, 0xbb, 0xbf] as const;
const nullText = 'null';

/** What a message looks like. */
export function formOf(bytes: Buffer, span: Span): MessageForm {
  if (readWireFormat(bytes.subarray(span.from, span.to)) !== null) return 'wire';
  const value = withoutMark(bytes, span);
  if (bytes[skipBlanks(bytes, value.from, value.to)] === openBracket) return 'array';
  const members = jsonMembers(bytes, value);
  if (members === null) return 'plain';
  if (changeIn(bytes, members) !== null) return 'debezium';
  if (members.size === 2 && members.has('schema') && isObjectSpan(bytes, members.get('payload'))) return 'connect';
  if (['specversion', 'id', 'source', 'type'].every((name) => members.has(name))) return 'cloudevents';
  return 'plain';
}

/** Takes the frame off a message: the place of its record, or why it has none. A byte order mark is no part of a record. */
export function unframed(bytes: Buffer, span: Span, frame: MessageFrame): Unframed {
  const value = withoutMark(bytes, span);
  if (frame === 'none') return value;
  const members = jsonMembers(bytes, value);
  if (members === null) return 'It is not a JSON object.';
  if (frame === 'debezium') return createdBy(bytes, members);
  const name = frame === 'connect' ? 'payload' : 'data';
  const record = members.get(name);
  if (isObjectSpan(bytes, record)) return record;
  if (frame === 'cloudevents' && members.has('data_base64')) return 'Its data is in base64, which is not read.';
  return `It has no object under ${name}.`;
}

/** Only what a change created, or a snapshot read, is a transaction of its own. */
function createdBy(bytes: Buffer, members: ReadonlyMap<string, Span>): Unframed {
  const change = changeIn(bytes, members);
  if (change === null) return 'It is no change of Debezium: op, before and after are not there.';
  const operation = textOf(bytes, change.get('op'));
  if (operation === '"u"') return 'It is an update of a row, which is no transaction of its own.';
  if (operation === '"d"') return 'It is the deletion of a row.';
  if (operation !== '"c"' && operation !== '"r"') return `It is no created row: its op is ${operation}.`;
  const after = change.get('after');
  return isObjectSpan(bytes, after) ? after : 'It has no row under after.';
}

/** The members of a change: the message itself, or its payload; null where it is none. */
function changeIn(bytes: Buffer, members: ReadonlyMap<string, Span>): ReadonlyMap<string, Span> | null {
  if (members.has('op') && (members.has('after') || members.has('before')) && members.has('source')) return members;
  const payload = members.get('payload');
  if (!members.has('schema') || !isObjectSpan(bytes, payload)) return null;
  const inner = jsonMembers(bytes, payload);
  return inner !== null && inner.has('op') && inner.has('after') ? inner : null;
}

function textOf(bytes: Buffer, span: Span | undefined): string {
  return span === undefined ? nullText : bytes.toString('utf8', span.from, span.to);
}

function withoutMark(bytes: Buffer, { from, to }: Span): Span {
  const isMarked = to - from >= 3 && byteOrderMark.every((byte, at) => bytes[from + at] === byte);
  return { from: isMarked ? from + 3 : from, to };
}
