import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AssayError } from '../domain/error.ts';
import { synchronise } from './backup.ts';
import { refuseWhereOpen, requireWhole, listBackups } from './backups.ts';
import { readLayoutVersion } from './case-header.ts';
import { FORM_PLACE, readLock, type LockKey } from './case-lock.ts';
import { schemaVersion } from './migrations/migrations.ts';
import { connectToCopy, type Connection } from './sqlite.ts';
import { guarded } from './store-error.ts';

const PAGE_BYTES = 16_384;

/** A file beside a case that is written under its lock, too: `write` makes it anew under another name. */
export interface FileBeside {
  readonly path: string;
  readonly write: (target: string, key: LockKey | null) => void;
}

export interface Relocked {
  readonly backups: number;
  /** A sentence for each backup that stays as it was: damaged, or under the lock of another passphrase. */
  readonly left: readonly string[];
}

/**
 * Writes a case, its backups and what else lies beside it anew, under another lock or none, and puts all of it in place: the case
 * first. What is killed before that is as it was; what is killed after it is finished at the next opening. Each copy is read to
 * its end first. Nobody may have the case open.
 * Errors: CASE_BUSY; CASE_CORRUPT where the case is damaged; CASE_LOCKED; DISK_FULL.
 * @param file without symbolic links
 */
export function relockCase(file: string, key: LockKey | null, beside: readonly FileBeside[]): Relocked {
  refuseWhereOpen(file);
  finishRelock(file);
  const done: { readonly from: string; readonly to: string }[] = [];
  const left: string[] = [];
  const unfinished = (path: string): string => path + unfinishedEnding(key);
  try {
    for (const { path } of listBackups(file)) {
      const to = unfinished(path);
      try {
        copyUnder(path, to, key);
        done.push({ from: path, to });
      } catch (error) {
        for (const part of ['', '-journal']) rmSync(`${to}${part}`, { force: true });
        left.push(whyLeft(path, error));
      }
    }
    const backups = done.length;
    for (const { path, write } of beside) {
      const to = unfinished(path);
      done.push({ from: path, to });
      guarded(path, () => write(to, key));
    }
    const copy = unfinished(file);
    done.unshift({ from: file, to: copy });
    copyUnder(file, copy, key);
    requireWhole(copy);
    for (const { from, to } of done) guarded(from, () => putInPlace(to, from));
    return { backups, left };
  } finally {
    for (const { to } of done)
      for (const part of ['', '-wal', '-shm', '-journal']) rmSync(`${to}${part}`, { force: true });
  }
}

/** How files end that are to be put in place once the case has this lock: by the salt, which is another one each time. */
function unfinishedEnding(lock: Pick<LockKey, 'salt'> | null): string {
  return lock === null ? '.unlocking' : `.locking-${Buffer.from(lock.salt).toString('hex')}`;
}

function putInPlace(from: string, to: string): void {
  renameSync(from, to);
  for (const part of ['-wal', '-shm', '-journal']) rmSync(`${to}${part}`, { force: true });
}

/**
 * What a process left that was killed while it locked or unlocked, of which a part may be in the clear: put in place where the case
 * has that lock already, removed where it has not. Errors: those of `readLock`.
 */
export function finishRelock(file: string): void {
  const wanted = unfinishedEnding(readLock(file));
  const stem = basename(file).replace(/\.assay$/u, '');
  for (const name of guarded(file, () => readdirSync(dirname(file)))) {
    const ending = /\.(?:locking-[0-9a-f]+|unlocking)(?:-wal|-shm|-journal)?$/u.exec(name)?.[0];
    if (ending === undefined || !name.startsWith(`${stem}.`)) continue;
    const path = join(dirname(file), name);
    if (ending === wanted) guarded(file, () => putInPlace(path, path.slice(0, -ending.length)));
    else rmSync(path, { force: true });
  }
}

/** Writes one file of a case anew under a lock, or none: table by table, each row under its number. */
export function copyUnder(file: string, target: string, key: LockKey | null): void {
  const layout = readLayoutVersion(file);
  guarded(file, () => {
    const connection = connectToCopy(file, target, key, layout);
    try {
      connection.pragma('foreign_keys = OFF');
      connection.pragma(`copy.page_size = ${PAGE_BYTES}`);
      connection.pragma('copy.journal_mode = OFF');
      connection.transaction(() => copyTables(connection))();
      connection.pragma(`copy.application_id = ${Number(connection.pragma('main.application_id', { simple: true }))}`);
      connection.pragma(`copy.user_version = ${schemaVersion(connection)}`);
    } finally {
      connection.close();
    }
    synchronise(target);
  });
}

/** After a migration: lets the first bytes of a locked case say its layout. Call it when nobody has the case open. */
export function writeLayout(file: string, layout: number): void {
  if (readLock(file) === null) return;
  guarded(file, () => {
    const opened = openSync(file, 'r+');
    try {
      writeSync(opened, Buffer.from([layout, layout ^ 0xff]), 0, 2, FORM_PLACE + 1);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
  });
}

interface MadeObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

function copyTables(connection: Connection): void {
  const made = connection
    .prepare<[], MadeObject>(
      `SELECT type, name, sql FROM main.sqlite_schema
       WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`,
    )
    .all();
  const tables = made.filter(({ type }) => type === 'table');
  for (const { sql } of tables) connection.exec(inCopy(sql, 'TABLE'));
  for (const { name } of tables) copyRows(connection, name);
  for (const { sql } of made.filter(({ type }) => type === 'index')) connection.exec(inCopy(sql, 'INDEX'));
  if (hasSequences(connection)) copyRows(connection, 'sqlite_sequence');
}

/** Indexes name each row by its number, so rows keep theirs. */
function copyRows(connection: Connection, table: string): void {
  const columns = connection
    .prepare<[string], { name: string }>(`SELECT name FROM pragma_table_info(?, 'main')`)
    .all(table)
    .map(({ name }) => quoted(name));
  const { isWithoutNumbers } = connection
    .prepare<[string], { isWithoutNumbers: number }>(
      `SELECT wr AS isWithoutNumbers FROM pragma_table_list WHERE schema = 'main' AND name = ?`,
    )
    .get(table) ?? { isWithoutNumbers: 0 };
  const list = [...(isWithoutNumbers === 1 ? [] : ['rowid']), ...columns].join(', ');
  connection.exec(
    `${table === 'sqlite_sequence' ? 'DELETE FROM copy.sqlite_sequence;' : ''}
     INSERT INTO copy.${quoted(table)} (${list}) SELECT ${list} FROM main.${quoted(table)}`,
  );
}

function hasSequences(connection: Connection): boolean {
  return connection.prepare(`SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'`).get() !== undefined;
}

/** SQLite keeps the text of a statement as it was given, without the name of a database. */
function inCopy(sql: string, type: 'TABLE' | 'INDEX'): string {
  return sql.replace(new RegExp(`^CREATE\\s+(UNIQUE\\s+)?${type}\\s+`, 'iu'), (start) => `${start}copy.`);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function whyLeft(path: string, error: unknown): string {
  if (!(error instanceof AssayError)) throw error;
  if (error.code === 'CASE_LOCKED') return `${basename(path)} stays under the lock of another passphrase.`;
  if (error.code === 'CASE_CORRUPT' || error.code === 'NOT_A_CASE')
    return `${basename(path)} is damaged and stays as it is: delete it where nobody may read it.`;
  throw error;
}
