import { backslash, colon, doubleQuote } from './ascii-bytes.ts';

/** A key that an object has twice, and the keys and places of lists on the way to the object. */
export interface RepeatedKey {
  readonly key: string;
  readonly way: readonly (string | number)[];
}

/** Why a record is none whose key stands twice: readers of JSON differ in which of the values they take (RFC 8259, 4). */
export function repeatReason(name: string): string {
  return `The key ${JSON.stringify(name)} stands twice in the record, and which of its values holds is not known.`;
}

/** Why a record is none in which a key with dots and objects in one another give the same column. */
export function sameColumnReason(name: string): string {
  return `The column ${JSON.stringify(name)} stands twice in the record, as a key with a dot and by nested objects, and which of the values holds is not known.`;
}

/** Members that valid JSON text writes, those of objects in objects and lists among them: its colons outside of strings. */
function writtenMembers(text: string): number {
  const { length } = text;
  let members = 0;
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === colon) {
      members++;
    } else if (unit === doubleQuote) {
      let inside = text.charCodeAt(++at);
      while (inside !== doubleQuote && at < length) {
        if (inside === backslash) at++;
        inside = text.charCodeAt(++at);
      }
    }
  }
  return members;
}

/** Members that were left when the text was read. */
function keptMembers(value: object): number {
  const waiting: object[] = [value];
  let members = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (Array.isArray(next)) {
      for (const item of next as readonly unknown[]) if (typeof item === 'object' && item !== null) waiting.push(item);
      continue;
    }
    const object = next as Readonly<Record<string, unknown>>;
    for (const key in object) {
      members++;
      const item = object[key];
      if (typeof item === 'object' && item !== null) waiting.push(item);
    }
  }
  return members;
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

interface OpenObject {
  /** Keys met; null for a list. */
  readonly keys: Set<string> | null;
  step: string | number;
}

/**
 * The keys that objects of a JSON text have twice, in the order of their second places; `value` is what JSON.parse gave for it. Where as many
 * members were written as are left, which costs one pass to know, there are none.
 */
export function repeatedKeys(text: string, value: unknown): readonly RepeatedKey[] {
  if (typeof value !== 'object' || value === null || writtenMembers(text) === keptMembers(value)) return [];
  const found: RepeatedKey[] = [];
  const open: OpenObject[] = [];
  let lastText = '""';
  for (const [part] of text.matchAll(token)) {
    const around = open.at(-1);
    if (part.startsWith('"')) lastText = part;
    else if (part === '{') open.push({ keys: new Set(), step: '' });
    else if (part === '[') open.push({ keys: null, step: 0 });
    else if (part === '}' || part === ']') open.pop();
    else if (part === ',' && typeof around?.step === 'number') around.step++;
    else if (part === ':' && around?.keys != null) {
      const key = String(JSON.parse(lastText));
      if (around.keys.has(key)) found.push({ key, way: open.slice(0, -1).map(({ step }) => step) });
      around.keys.add(key);
      around.step = key;
    }
  }
  return found;
}

/** The name of a repeated key within its record, dotted as columns are. */
export function nameOfRepeat({ key, way }: RepeatedKey): string {
  return [...way, key].join('.');
}
