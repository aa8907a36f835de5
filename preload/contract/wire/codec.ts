/*
 * Values as one binary message, for transports without structured clone (the WebSocket of the browser host).
 * Layout: header length in bytes (uint32, little endian), JSON header, zeros up to a multiple of 8, then the raw
 * bytes of every typed array, each from a multiple of 8. What JSON cannot say is an object with the key `$`.
 * Carries what structured clone carries of plain data: typed arrays, Date, Map, Set, bigint, undefined, NaN,
 * infinities and -0 arrive as they were. Functions, symbols and cycles are refused.
 */

const ALIGNMENT = 8;
const LENGTH_BYTES = 4;
const TAG = '$';

/** The element types of the contract; all little endian, as every platform of Assay is. */
const arrayTypes = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;
type ArrayTypeName = keyof typeof arrayTypes;
type TypedArray = InstanceType<(typeof arrayTypes)[ArrayTypeName]>;

type Tagged = { readonly [TAG]: string; readonly [key: string]: unknown };

/** A message whose bytes are not what `encodeMessage` writes. */
export class MalformedMessage extends Error {
  constructor(what: string) {
    super(`Malformed message: ${what}`);
    this.name = 'MalformedMessage';
  }
}

/**
 * One value as one binary message. Typed arrays are copied once, as they are.
 * @throws TypeError where the value holds a function, a symbol or itself
 */
export function encodeMessage(value: unknown): Uint8Array<ArrayBuffer> {
  const buffers: Uint8Array[] = [];
  let bodyBytes = 0;
  const place = (bytes: Uint8Array): number => {
    const at = bodyBytes;
    buffers.push(bytes);
    bodyBytes = aligned(at + bytes.byteLength);
    return at;
  };
  const header = new TextEncoder().encode(JSON.stringify(tag(value, place, new Set())));
  const bodyStart = aligned(LENGTH_BYTES + header.byteLength);
  const message = new Uint8Array(bodyStart + bodyBytes);
  new DataView(message.buffer).setUint32(0, header.byteLength, true);
  message.set(header, LENGTH_BYTES);
  let at = bodyStart;
  for (const bytes of buffers) {
    message.set(bytes, at);
    at += aligned(bytes.byteLength);
  }
  return message;
}

/**
 * The value of a message. Its typed arrays are views of `message` where alignment allows, else copies.
 * @throws MalformedMessage on anything that `encodeMessage` cannot have written
 */
export function decodeMessage(message: Uint8Array): unknown {
  if (message.byteLength < LENGTH_BYTES) throw new MalformedMessage('no header length');
  const headerBytes = new DataView(message.buffer, message.byteOffset).getUint32(0, true);
  const bodyStart = aligned(LENGTH_BYTES + headerBytes);
  if (LENGTH_BYTES + headerBytes > message.byteLength) throw new MalformedMessage('header longer than the message');
  const text = new TextDecoder().decode(message.subarray(LENGTH_BYTES, LENGTH_BYTES + headerBytes));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new MalformedMessage('header is not JSON');
  }
  return untag(header, message.subarray(Math.min(bodyStart, message.byteLength)));
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function tag(value: unknown, place: (bytes: Uint8Array) => number, above: Set<object>): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { [TAG]: 'number', text: Object.is(value, -0) ? '-0' : String(value) };
    case 'undefined':
      return { [TAG]: 'undefined' };
    case 'bigint':
      return { [TAG]: 'bigint', text: String(value) };
    case 'object':
      return value === null ? null : tagObject(value, place, above);
    default:
      throw new TypeError(`A ${typeof value} cannot cross a process border.`);
  }
}

function tagObject(value: object, place: (bytes: Uint8Array) => number, above: Set<object>): unknown {
  if (ArrayBuffer.isView(value)) {
    const type = Object.prototype.toString.call(value).slice(8, -1);
    if (!(type in arrayTypes)) throw new TypeError(`A ${type} cannot cross a process border.`);
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { [TAG]: 'array', type, at: place(bytes), length: (value as TypedArray).length };
  }
  if (value instanceof ArrayBuffer)
    return { [TAG]: 'buffer', at: place(new Uint8Array(value)), length: value.byteLength };
  if (value instanceof Date) return { [TAG]: 'date', ms: tag(value.getTime(), place, above) };
  if (above.has(value)) throw new TypeError('A value that holds itself cannot cross a process border.');
  above.add(value);
  try {
    const inside = (part: unknown): unknown => tag(part, place, above);
    if (Array.isArray(value)) return Array.from(value, inside);
    if (value instanceof Map)
      return { [TAG]: 'map', entries: [...value].map(([key, part]) => [inside(key), inside(part)]) };
    if (value instanceof Set) return { [TAG]: 'set', values: [...value].map(inside) };
    const entries = Object.entries(value).map(([key, part]) => [key, inside(part)] as const);
    // `__proto__` and `$` as keys of data would be taken for something else on the way back.
    return Object.hasOwn(value, TAG) || Object.hasOwn(value, '__proto__')
      ? { [TAG]: 'object', entries }
      : Object.fromEntries(entries);
  } finally {
    above.delete(value);
  }
}

function untag(value: unknown, body: Uint8Array): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((part) => untag(part, body));
  if (Object.hasOwn(value, TAG)) return untagSpecial(value as Tagged, body);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, untag(part, body)]));
}

function untagSpecial(value: Tagged, body: Uint8Array): unknown {
  switch (value[TAG]) {
    case 'number':
      return Number(textOf(value['text']));
    case 'undefined':
      return undefined;
    case 'bigint':
      return bigintOf(textOf(value['text']));
    case 'date':
      return new Date(Number(untag(value['ms'], body)));
    case 'map':
      return new Map(pairsOf(value['entries'], body));
    case 'set':
      return new Set(listOf(value['values']).map((part) => untag(part, body)));
    case 'object':
      return Object.fromEntries(pairsOf(value['entries'], body).map(([key, part]) => [textOf(key), part]));
    case 'buffer':
      return bytesOf(value, 1, body).slice().buffer;
    case 'array':
      return typedArrayOf(value, body);
    default:
      throw new MalformedMessage(`unknown kind of value ${JSON.stringify(value[TAG])}`);
  }
}

function typedArrayOf(value: Tagged, body: Uint8Array): TypedArray {
  const name = textOf(value['type']);
  if (!Object.hasOwn(arrayTypes, name)) throw new MalformedMessage(`unknown array type ${name}`);
  const type = arrayTypes[name as ArrayTypeName];
  const bytes = bytesOf(value, type.BYTES_PER_ELEMENT, body);
  const inPlace = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new type(inPlace.buffer as ArrayBuffer, inPlace.byteOffset, inPlace.byteLength / type.BYTES_PER_ELEMENT);
}

/** The part of the body that a tag points to; never outside of it. */
function bytesOf(value: Tagged, elementBytes: number, body: Uint8Array): Uint8Array {
  const at = value['at'];
  const length = value['length'];
  if (!isCount(at) || !isCount(length) || at + length * elementBytes > body.byteLength)
    throw new MalformedMessage('an array lies outside the message');
  return body.subarray(at, at + length * elementBytes);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedMessage('a list was expected');
  return value;
}

function pairsOf(value: unknown, body: Uint8Array): [unknown, unknown][] {
  return listOf(value).map((pair) => {
    const [key, part] = listOf(pair);
    return [untag(key, body), untag(part, body)];
  });
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new MalformedMessage('a text was expected');
  return value;
}

function bigintOf(text: string): bigint {
  try {
    return BigInt(text);
  } catch {
    throw new MalformedMessage('a whole number was expected');
  }
}
