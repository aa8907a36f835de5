import { mostColumns } from './cell-table.ts';

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
  readonly places: KeyPlace[];
  readonly byKey: Map<string, KeyPlace>;
}

export function emptyShape(prefix: string): ObjectShape {
  return { prefix, places: [], byKey: new Map() };
}

/** The place of a key, adding it when it is new. Throws RangeError beyond `mostColumns`. */
export function placeOf(shape: ObjectShape, key: string): KeyPlace {
  let place = shape.byKey.get(key);
  if (place === undefined) {
    if (shape.places.length >= mostColumns) throw new RangeError('too many distinct keys');
    const quoted = /^[ !#-[\]-~]*$/.test(key) ? Buffer.from(`${key}"`, 'latin1') : null;
    place = { key, quoted, order: shape.places.length, column: -1, child: undefined, metIn: 0 };
    shape.places.push(place);
    shape.byKey.set(key, place);
  }
  return place;
}
