import { TooManyColumnsError, mostColumns } from './cell-table.ts';

/** Objects in objects; a name of a column tells all of them. */
export const mostDepth = 32;

const mostKeys = 4 * mostColumns;

/** Where the value of one key goes: a column when it is a plain value, a nested shape when it is an object. */
export interface KeyPlace {
  readonly key: string;
  /** The key as it stands in JSON text up to and with the closing quote; null where it needs escapes or is not ASCII. */
  readonly quoted: Uint8Array | null;
  /** Index in the order in which the keys of this object were first met. */
  readonly order: number;
  /** -1 until the key has had a plain value. */
  column: number;
  child: ObjectShape | undefined;
  /** The object in which the key was met last, to tell a key that stands there twice. */
  metIn: number;
}

/** The keys met so far in the objects at one place; records mostly repeat them in the same order. */
export interface ObjectShape {
  readonly prefix: string;
  /** Objects around it. */
  readonly depth: number;
  /** Keys met in this object and in all that lie around, beside and in it; keys of empty objects are no columns. */
  readonly met: { keys: number };
  readonly places: KeyPlace[];
  readonly byKey: Map<string, KeyPlace>;
}

export function emptyShape(): ObjectShape {
  return { prefix: '', depth: 0, met: { keys: 0 }, places: [], byKey: new Map() };
}

/** The shape of the objects that stand under a key. */
export function childShape({ prefix, depth, met }: ObjectShape, key: string): ObjectShape {
  return { prefix: `${prefix}${key}.`, depth: depth + 1, met, places: [], byKey: new Map() };
}

/** The place of a key, adding it when it is new. @throws TooManyColumnsError. */
export function placeOf(shape: ObjectShape, key: string): KeyPlace {
  let place = shape.byKey.get(key);
  if (place === undefined) {
    if (shape.met.keys >= mostKeys) throw new TooManyColumnsError();
    shape.met.keys++;
    const quoted = /^[ !#-[\]-~]*$/.test(key) ? Buffer.from(`${key}"`, 'latin1') : null;
    place = { key, quoted, order: shape.places.length, column: -1, child: undefined, metIn: 0 };
    shape.places.push(place);
    shape.byKey.set(key, place);
  }
  return place;
}
