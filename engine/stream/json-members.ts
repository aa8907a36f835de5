import {
  backslash,
  carriageReturn,
  closeBrace,
  closeBracket,
  colon,
  comma,
  doubleQuote,
  newline,
  openBrace,
  openBracket,
  space,
  tab,
} from './ascii-bytes.ts';
/** Where a value lies: `bytes[from..to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where the values of an object's own members lie, by name. */
export interface JsonMembers extends ReadonlyMap<string, Span> {
  /** A name that stands there twice; its last value is given. */
  readonly repeated: string | undefined;
}

class Members extends Map<string, Span> implements JsonMembers {
  repeated: string | undefined;
}

/**
 * Where the values of an object's own members lie, those of nested objects not among them; null where the bytes are no
 * object. Values are not read, so that no digit changes.
 */
export function jsonMembers(bytes: Buffer, { from, to }: Span): JsonMembers | null {
  const members = new Members();
  let at = skipBlanks(bytes, from, to);
  if (at >= to || bytes[at] !== openBrace) return null;
  at = skipBlanks(bytes, at + 1, to);
  if (at < to && bytes[at] === closeBrace) return skipBlanks(bytes, at + 1, to) === to ? members : null;
  for (;;) {
    if (bytes[at] !== doubleQuote) return null;
    const nameEnd = stringEnd(bytes, at, to);
    if (nameEnd < 0) return null;
    const name = nameOf(bytes, at, nameEnd);
    at = skipBlanks(bytes, nameEnd, to);
    if (name === null || at >= to || bytes[at] !== colon) return null;
    const valueStart = skipBlanks(bytes, at + 1, to);
    const valueEnd = endOfValue(bytes, valueStart, to);
    if (valueEnd <= valueStart) return null;
    if (members.has(name)) members.repeated ??= name;
    members.set(name, { from: valueStart, to: valueEnd });
    at = skipBlanks(bytes, valueEnd, to);
    if (at < to && bytes[at] === closeBrace) return skipBlanks(bytes, at + 1, to) === to ? members : null;
    if (at >= to || bytes[at] !== comma) return null;
    at = skipBlanks(bytes, at + 1, to);
  }
}

/** True where an object stands in the span. */
export function isObjectSpan(bytes: Buffer, span: Span | undefined): span is Span {
  return span !== undefined && bytes[span.from] === openBrace;
}

/** Index of the first byte that is no blank, at most `to`. */
export function skipBlanks(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === space || bytes[at] === newline || bytes[at] === carriageReturn || bytes[at] === tab))
    at++;
  return at;
}

/** Index behind the string that begins at `from`, or -1. */
function stringEnd(bytes: Buffer, from: number, to: number): number {
  for (let at = from + 1; at < to; at++) {
    if (bytes[at] === doubleQuote) return at + 1;
    if (bytes[at] === backslash) at++;
  }
  return -1;
}

/** A name as it is meant, its escapes resolved; null where it is no text of JSON. */
function nameOf(bytes: Buffer, from: number, to: number): string | null {
  const text = bytes.toString('utf8', from, to);
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Index behind the value that begins at `from`, or -1. */
function endOfValue(bytes: Buffer, from: number, to: number): number {
  const first = bytes[from];
  if (first === doubleQuote) return stringEnd(bytes, from, to);
  let depth = 0;
  for (let at = from; at < to;) {
    const byte = bytes[at];
    if (byte === doubleQuote) {
      at = stringEnd(bytes, at, to);
      if (at < 0) return -1;
      continue;
    }
    if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (
      depth === 0 &&
      (byte === comma || byte === space || byte === newline || byte === carriageReturn || byte === tab)
    )
      return at;
    at++;
  }
  return -1;
}
