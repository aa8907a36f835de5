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
  /** True where a key of another object has the same dotted name: `{"a.b": 1}` beside `{"a": {"b": 1}}`. */
  isShared: boolean;
}

/** What all objects of one shape know together. */
interface Met {
  /** Keys met; those of empty objects are no columns. */
  keys: number;
  readonly byName: Map<string, KeyPlace>;
  /** Keys that were found to share a name. */
  shared: number;
  /** Shared names that the present record has given so far. */
  readonly given: Set<string>;
  /** True where a name that stands twice is no fault. */
  readonly takesRepeats: boolean;
}

/** The keys met so far in the objects at one place; records mostly repeat them in the same order. */
export interface ObjectShape {
  readonly prefix: string;
  /** Objects around it. */
  readonly depth: number;
  /** Of this object and of all that lie around, beside and in it. */
  readonly met: Met;
  readonly places: KeyPlace[];
  readonly byKey: Map<string, KeyPlace>;
}

export function emptyShape(takesRepeats = false): ObjectShape {
  const met = { keys: 0, shared: 0, byName: new Map<string, KeyPlace>(), given: new Set<string>(), takesRepeats };
  return { prefix: '', depth: 0, met, places: [], byKey: new Map() };
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
    place = { key, quoted, order: shape.places.length, column: -1, child: undefined, metIn: 0, isShared: false };
    const name = shape.prefix + key;
    const other = shape.met.byName.get(name);
    if (other === undefined) shape.met.byName.set(name, place);
    else {
      shape.met.shared++;
      other.isShared = true;
      place.isShared = true;
    }
    shape.places.push(place);
    shape.byKey.set(key, place);
  }
  return place;
}
