import { migrate, schemaVersion, type Migration } from './migrations/migrations.ts';
import { connect, type Connection } from './sqlite.ts';
import { corrupt } from './store-error.ts';

/** A table, index, view or trigger as SQLite keeps it (https://www.sqlite.org/schematab.html). */
interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string;
}

export type SchemaObjectName = Pick<SchemaObject, 'type' | 'name'>;

/** What SQLite makes by itself has no text, or is a statistic of `PRAGMA optimize`. */
const madeByAssay = `
  SELECT type, name, tbl_name, sql FROM sqlite_schema
  WHERE sql IS NOT NULL AND name NOT IN ('sqlite_stat1', 'sqlite_stat4') ORDER BY type, name`;

/** Of each layout, by the steps that lead to it: a process opens many cases of one. */
const expectedOf = new WeakMap<readonly Migration[], Map<number, readonly SchemaObject[]>>();

/**
 * What a case holds that no Assay makes, in words, such as `trigger "close"`. A trigger changes what is decided, a view
 * stands before a table, and an index may hide rows: a case that was mailed is data, and brings no program along.
 * @throws AssayError CASE_CORRUPT where something that Assay makes is missing, or is another than it was made.
 */
export function foreignObjects(
  connection: Connection,
  path: string,
  steps: readonly Migration[],
): readonly SchemaObjectName[] {
  const found = objectsOf(connection);
  const names = new Map(found.map((object) => [object.name, object]));
  const expected = expectedObjects(steps, schemaVersion(connection));
  for (const object of expected) {
    const there = names.get(object.name);
    if (there === undefined) throw corrupt(path, `its ${object.type} "${object.name}" is missing`);
    if (textOf(there) !== textOf(object))
      throw corrupt(path, `its ${there.type} "${there.name}" is not as Assay makes it`);
    names.delete(object.name);
  }
  // A layout number that is too small would have all that came later taken away as foreign.
  const later = expectedObjects(steps, steps.length).find(({ name }) => names.has(name));
  if (later !== undefined)
    throw corrupt(path, `its number of a layout is older than its ${later.type} "${later.name}"`);
  return [...names.values()];
}

/** Takes them away, triggers first: nothing of them runs. Call it in a transaction, before anything else is written. */
export function dropObjects(connection: Connection, objects: readonly SchemaObjectName[]): void {
  const order = ['trigger', 'view', 'index', 'table'];
  for (const { type, name } of objects.toSorted((left, right) => order.indexOf(left.type) - order.indexOf(right.type)))
    connection.exec(`DROP ${type.toUpperCase()} IF EXISTS "${name.replaceAll('"', '""')}"`);
}

/** `trigger "close" and view "alert"`. */
export function objectWords(objects: readonly SchemaObjectName[]): string {
  const words = objects.map(({ type, name }) => `${type} "${name}"`);
  return words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function expectedObjects(steps: readonly Migration[], version: number): readonly SchemaObject[] {
  const byVersion = expectedOf.get(steps) ?? new Map<number, readonly SchemaObject[]>();
  expectedOf.set(steps, byVersion);
  const known = byVersion.get(version);
  if (known !== undefined) return known;
  const empty = connect(':memory:', {});
  try {
    migrate(empty, 'a case in memory', steps.slice(0, version));
    const objects = objectsOf(empty);
    byVersion.set(version, objects);
    return objects;
  } finally {
    empty.close();
  }
}

function objectsOf(connection: Connection): readonly SchemaObject[] {
  return connection.prepare<[], SchemaObject>(madeByAssay).all();
}

/** White space and quotes around names differ between versions of SQLite, and mean nothing. */
function textOf({ type, tbl_name, sql }: SchemaObject): string {
  return [type, tbl_name, sql.replace(/\s+/g, ' ').replaceAll('"', '')].join(' ');
}
