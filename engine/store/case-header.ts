import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { AssayError, usageError } from '../domain/error.ts';
import { readLock } from './case-lock.ts';
import { readOnlyPlace } from './read-only-place.ts';
import { BUSY_TIMEOUT_MS, connect, type Connection } from './sqlite.ts';
import { corrupt, guarded } from './store-error.ts';
import { latestVersion, migrations, schemaVersion } from './migrations/migrations.ts';

/** "ASAY" in ASCII, at byte 68 of every case file. */
export const APPLICATION_ID = 0x41534159;

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';

/**
 * Reads the SQLite header (https://www.sqlite.org/fileformat2.html, section 1.3) without letting SQLite touch the
 * file, and returns the version of the case's layout. What a writer that was killed left half done is undone first. Of a locked
 * case a newer layout is told without its key; any other is read with it.
 * Errors: CASE_NOT_FOUND, NOT_A_CASE, CASE_CORRUPT, CASE_LOCKED, PERMISSION_DENIED.
 */
export function readLayoutVersion(path: string): number {
  return guarded(path, () => {
    // Asked before opening: to open a pipe would wait for its other end.
    const status = statSync(path);
    if (!status.isFile()) throw notACase(path, status.isDirectory() ? 'it is a folder' : 'it is not a regular file');
    const { size } = status;
    const header = Buffer.alloc(HEADER_BYTES);
    const file = openSync(path, 'r');
    try {
      readSync(file, header, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(file);
    }
    if (size === 0) throw notACase(path, 'it is empty');
    const lock = readLock(path);
    if (lock !== null && lock.layout > latestVersion(migrations)) return lock.layout;
    if (lock !== null) return versionBySqlite(path, hasBeside(path, '-journal'), size);
    if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) throw notACase(path, 'it is not an SQLite file');
    if (size < HEADER_BYTES) throw corrupt(path, `it ends after ${size} bytes`);
    if (header.readUInt32BE(68) !== APPLICATION_ID) throw notACase(path, 'it is an SQLite file of another program');
    const isHalfDone = hasBeside(path, '-journal');
    if (isHalfDone || hasBeside(path, '-wal')) return versionBySqlite(path, isHalfDone);
    const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
    const wholeSize = pageSize * header.readUInt32BE(28);
    // Asked again: a writer may have ended its transaction since, whose header was read.
    const sizeNow = statSync(path).size;
    if (sizeNow < wholeSize) throw corrupt(path, `it was cut off, ${sizeNow} of ${wholeSize} bytes are there`);
    return header.readUInt32BE(60);
  });
}

/** Throws CASE_FROM_FUTURE where the case was written by a newer Assay than this one. */
export function refuseNewerLayout(path: string, version: number, supported: number): void {
  if (version <= supported) return;
  throw new AssayError(
    'CASE_FROM_FUTURE',
    'failure',
    `The case ${path} has layout ${version}; this Assay knows layouts up to ${supported}.`,
    { nextStep: 'Open it with the newer Assay that wrote it. The file was not changed.' },
  );
}

/** True where changes wait in a log beside the file, or can be undone: another process is at work, or one was killed. */
function hasBeside(path: string, end: '-wal' | '-journal'): boolean {
  const beside = statSync(`${path}${end}`, { throwIfNoEntry: false });
  return beside !== undefined && beside.size > 0;
}

/** A connection that may not write cannot undo what was left half done, and says so. */
function versionBySqlite(path: string, isHalfDone: boolean, lockedSize: number | null = null): number {
  const connection = connect(path, { readonly: !isHalfDone || readOnlyPlace(path) !== null, timeout: BUSY_TIMEOUT_MS });
  try {
    if (lockedSize !== null) requireCase(connection, path, lockedSize);
    return schemaVersion(connection);
  } finally {
    connection.close();
  }
}

/** What the header of a plain case says before SQLite opens it, a locked one says when it is open. */
function requireCase(connection: Connection, path: string, size: number): void {
  const read = (name: string): number => Number(connection.pragma(name, { simple: true }));
  if (read('application_id') !== APPLICATION_ID) throw notACase(path, 'it is an SQLite file of another program');
  const wholeSize = read('page_size') * read('page_count');
  if (size < wholeSize && !hasBeside(path, '-wal') && statSync(path).size < wholeSize)
    throw corrupt(path, `it was cut off, ${size} of ${wholeSize} bytes are there`);
}

function notACase(path: string, why: string): AssayError {
  return usageError(
    'NOT_A_CASE',
    `${path} is not a case: ${why}.`,
    'Name a case file, or a new path to create one. The file was not changed.',
  );
}
