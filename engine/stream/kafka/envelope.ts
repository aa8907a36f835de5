import { isJsonObject, type JsonObject } from '../json-lines.ts';
import { utf8Text, type TopicMessage } from './topic-message.ts';

/*
 * The JSON envelope of `kcat -C -J`: topic, partition, offset, tstype, ts, key, payload, and headers where there are
 * any. Bytes that are not valid UTF-8 stand beside their text in base64 (keyBase64, payloadBase64), so that
 * nothing is lost; kcat and other readers overlook those fields.
 */

/** The line of a message in a recording, without a line end: key and payload as strings, byte for byte to be had back. */
export function envelopeLine(topic: string, message: TopicMessage): string {
  return `${envelopeHead(topic, message)}"payload":${fieldOf(message.value, 'payloadBase64')}}`;
}

/** All of the envelope up to the payload. Names of topics need no escapes. */
export function envelopeHead(topic: string, message: TopicMessage): string {
  const { partition, offset, timestampMs, key, headers } = message;
  const keyField = key === null ? 'null' : fieldOf(key, 'keyBase64');
  const headerField = headers.length === 0 ? '' : `"headers":[${headers.map(headerPair).join(',')}],`;
  return `{"topic":"${topic}","partition":${partition},"offset":${offset},"tstype":"create","ts":${timestampMs},${headerField}"key":${keyField},`;
}

/** A message read back from its line. Throws SyntaxError where the line is no envelope. */
export function parseEnvelope(line: string): TopicMessage {
  const parsed: unknown = JSON.parse(line);
  if (!isJsonObject(parsed) || !('payload' in parsed)) throw new SyntaxError('it is not a kcat envelope');
  return {
    partition: wholeNumber(parsed, 'partition'),
    offset: wholeNumber(parsed, 'offset'),
    timestampMs: wholeNumber(parsed, 'ts'),
    key: bytesOf(parsed, 'key', 'keyBase64'),
    value: bytesOf(parsed, 'payload', 'payloadBase64'),
    headers: headersOf(parsed['headers']),
  };
}

function fieldOf(bytes: Buffer | null, base64Name: string): string {
  if (bytes === null) return 'null';
  const text = utf8Text(bytes);
  if (text !== null) return JSON.stringify(text);
  return `${JSON.stringify(bytes.toString('utf8'))},"${base64Name}":"${bytes.toString('base64')}"`;
}

/** Headers of odd bytes are kept as latin-1 text: kcat has no other form for them. */
function headerPair([name, value]: readonly [string, Buffer]): string {
  return `${JSON.stringify(name)},${JSON.stringify(utf8Text(value) ?? value.toString('latin1'))}`;
}

function wholeNumber(envelope: JsonObject, name: string): number {
  const value = Number(envelope[name] ?? NaN);
  if (!Number.isInteger(value)) throw new SyntaxError(`its ${name} is not a whole number`);
  return value;
}

function bytesOf(envelope: JsonObject, name: string, base64Name: string): Buffer | null {
  const base64 = envelope[base64Name];
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  const value = envelope[name];
  if (value === null || value === undefined) return null;
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value), 'utf8');
}

function headersOf(value: unknown): TopicMessage['headers'] {
  if (!Array.isArray(value)) return [];
  return Array.from({ length: Math.floor(value.length / 2) }, (_, pair) => [
    String(value[2 * pair]),
    Buffer.from(String(value[2 * pair + 1]), 'utf8'),
  ]);
}
