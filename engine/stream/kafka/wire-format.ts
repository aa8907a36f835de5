/*
 * What Confluent's serializers put before a message: a zero byte and the id of its schema as four bytes, big-endian.
 * Source: docs.confluent.io, Schema Registry, Formats, Serializers, and Deserializers, "Wire format".
 */

const magicByte = 0;
const prefixBytes = 5;
/** A path of messages nested deeper than this is no path but other bytes. */
const mostIndexes = 32;

/** A message that names its schema. */
export interface WireMessage {
  readonly schemaId: number;
  /** Everything after the schema id; of Protobuf it begins with the message indexes. */
  readonly payload: Buffer;
}

/** Splits off the prefix; null where the bytes do not begin with one. */
export function readWireFormat(bytes: Buffer): WireMessage | null {
  if (bytes.length < prefixBytes || bytes[0] !== magicByte) return null;
  return { schemaId: bytes.readUInt32BE(1), payload: bytes.subarray(prefixBytes) };
}

/** Where in a Protobuf file the type of a message is declared, and the message itself. */
export interface IndexedMessage {
  /** Index of the top-level message, of the message nested in it, and so on. */
  readonly indexes: readonly number[];
  readonly message: Buffer;
}

/**
 * Splits the message indexes off a Protobuf payload: their count and each of them as zigzag varints; a single zero
 * stands for the first message of the file. Null where the bytes do not begin with such a list.
 */
export function readMessageIndexes(payload: Buffer): IndexedMessage | null {
  const count = readVarint(payload, 0);
  if (count === null || count.value < 0 || count.value > mostIndexes) return null;
  if (count.value === 0) return { indexes: [0], message: payload.subarray(count.end) };
  const indexes: number[] = [];
  let end = count.end;
  while (indexes.length < count.value) {
    const index = readVarint(payload, end);
    if (index === null || index.value < 0) return null;
    indexes.push(index.value);
    end = index.end;
  }
  return { indexes, message: payload.subarray(end) };
}

/** A zigzag varint of at most 32 bits. */
function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } | null {
  let bits = 0;
  for (let at = start; at < Math.min(bytes.length, start + 5); at++) {
    bits += (bytes[at] & 0x7f) * 2 ** (7 * (at - start));
    if (bytes[at] < 0x80) return { value: bits % 2 === 0 ? bits / 2 : -(bits + 1) / 2, end: at + 1 };
  }
  return null;
}
