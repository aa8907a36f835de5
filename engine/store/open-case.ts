import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AssayError, usageError } from '../domain/error.ts';
import { backupCase } from './backup.ts';
import { readLock } from './case-lock.ts';
import { APPLICATION_ID, readLayoutVersion, refuseNewerLayout } from './case-header.ts';
import { DecisionLog } from './decision-log.ts';
import { evidenceProblems, gatherEvidence, hasEvidence, isSealed, keepEvidence } from './evidence.ts';
import { forgetHead, knownHead } from './known-heads.ts';
import { addChecksumFunctions } from './block-checksum.ts';
import { changedSinceLeft, forgetLeftBehind, hasLeftBehind } from './left-behind.ts';
import { latestVersion, migrate, migrations, type Migration } from './migrations/migrations.ts';
import { narrowToOwner } from './own-folder.ts';
import { readWhereItCan, refuseReadOnly } from './read-only-place.ts';
import { ReadableCase } from './readable-case.ts';
import { finishRelock, writeLayout } from './relock.ts';
import { dropObjects, foreignObjects, objectWords, type SchemaObjectName } from './schema.ts';
import { removeAbandonedParts } from './part-files.ts';
import { beginSession, byAssay, endSession, hasAbandonedSession, hasSessions } from './session.ts';
import { BUSY_TIMEOUT_MS, connect, type Connection } from './sqlite.ts';
import { corrupt, guarded } from './store-error.ts';
import { WritableCase } from './writable-case.ts';

const PAGE_BYTES = 16_384; // blobs of 16 to 500 KB: fewer overflow pages than the default 4096, measured
const CHECKPOINT_BYTES = 64 * 1024 * 1024; // the write-ahead log is folded into the file at this size
const CACHE_KIB = 32 * 1024; // holds one transaction of segments without spilling
const QUICK_CHECK_LIMIT_BYTES = 1024 * 1024 * 1024; // about 3 s; larger cases are checked by `verifyCase` on demand

export interface OpenOptions {
  /** Makes the case, and its folder, where there is none. */
  readonly create?: boolean;
}

export interface ReadOptions {
  /** Opens a case that is not as it was left, too, and gives what stands there unchecked: to say what was changed, and to mend it. */
  readonly asItIs?: boolean;
}

/**
 * Opens a case for writing; what killed exports left half written beside it goes. An older layout is brought up to date after a backup beside the file
 * (`NAME.backup-v1-TIME`). A case whose last writer was killed is checked first.
 * Errors: CASE_NOT_FOUND, NOT_A_CASE, CASE_CORRUPT, CASE_FROM_FUTURE, CASE_READ_ONLY, CASE_BUSY, DISK_FULL,
 * MIGRATION_FAILED, PERMISSION_DENIED, WRONG_RUNTIME.
 */
export function openCase(path: string, options: OpenOptions = {}): WritableCase {
  return openCaseWithMigrations(path, options, migrations);
}

/** As `openCase`, with another list of layouts; the way in for tests of migrations. */
export function openCaseWithMigrations(path: string, options: OpenOptions, steps: readonly Migration[]): WritableCase {
  const file = casePath(path);
  const latest = latestVersion(steps);
  if (options.create === true && !existsSync(file)) {
    guarded(file, () => createCaseFile(file, steps));
    forgetHead(file);
  }
  const version = readLayoutVersion(file);
  refuseNewerLayout(file, version, latest);
  refuseReadOnly(file);
  for (const part of ['', '-wal', '-shm', '-journal']) narrowToOwner(`${file}${part}`);
  if (version < latest) backupCase(file, `${file}.backup-v${version}-${Date.now()}`);
  const isOlderLock = version < latest && readLock(file) !== null;
  finishRelock(file);
  const openedCase = guarded(file, () => {
    const connection = connect(file, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true });
    let session: number | null = null;
    try {
      prepareForWriting(connection, file);
      const wasAbandoned = hasAbandonedSession(connection);
      const removed = removeForeignObjects(connection, file, steps);
      const surprises = removed.length === 0 ? [] : [`removed ${objectWords(removed)}: not made by Assay`];
      if (version < latest) {
        if (hasEvidence(connection)) surprises.push(...evidenceProblems(connection));
        // Killed in between, a case of the new layout without digests, or that nobody is at, would look like one that was forged.
        migrate(connection, file, steps, () => {
          if (hasEvidence(connection)) gatherEvidence(connection);
          session = beginSession(connection);
        });
        connection.pragma('optimize');
      } else if (hasEvidence(connection) && !hasSessions(connection) && !isLeftAlone(connection, file))
        surprises.push('opened after a change by another program than Assay');
      if (wasAbandoned) quickCheck(connection, file);
      else if (version === latest) requireAsLeft(connection, file);
      const evidenceChanges = hasEvidence(connection) ? keepEvidence(connection) : null;
      addChecksumFunctions(connection);
      const opened = new WritableCase(connection, file, session ?? beginSession(connection), evidenceChanges);
      if (hasLeftBehind(connection)) forgetLeftBehind(connection);
      const known = knownHead(file);
      if (known !== null && !opened.decisions.holds(known))
        surprises.push(
          `the history is not the one that this computer knew, with entry ${known.entry} of ${new Date(known.atMs).toISOString()}: ` +
            'restored from a backup, replaced, cut off or written anew',
        );
      for (const what of surprises) opened.decisions.addAudit(byAssay(), what, {});
      removeAbandonedParts(dirname(file));
      return opened;
    } catch (error) {
      if (session !== null) endSession(connection, session);
      connection.close();
      throw error;
    }
  });
  if (!isOlderLock) return openedCase;
  // A connection writes the first bytes as it found them: it is closed before they say the new layout.
  openedCase.close();
  writeLayout(file, latest);
  return openCaseWithMigrations(file, options, steps);
}

/**
 * Opens a case for reading, beside a writer if there is one. A case that may not be written, and that cannot be read as
 * it lies there, is read from a copy of what it holds now.
 * Errors: those of `openCase`; a case with an older layout that may be written must be opened for writing once.
 */
export function openCaseReadOnly(path: string, options: ReadOptions = {}): ReadableCase {
  const file = casePath(path);
  return readWhereItCan(file, (place, removeCopy) => {
    const latest = latestVersion(migrations);
    const version = readLayoutVersion(place);
    refuseNewerLayout(file, version, latest);
    if (version < latest)
      throw usageError(
        'CASE_READ_ONLY',
        `The case ${file} has the older layout ${version} and is opened for reading only.`,
        'Open it once for writing to bring it up to date.',
      );
    return guarded(file, () => {
      const connection = connect(place, { readonly: true, timeout: BUSY_TIMEOUT_MS });
      try {
        connection.pragma('query_only = ON');
        connection.pragma('trusted_schema = OFF');
        probe(connection);
        refuseForeignIndex(connection, file);
        if (options.asItIs !== true) requireAsLeft(connection, file);
        removeCopy();
        return new ReadableCase(connection, file, removeCopy, null, options.asItIs !== true);
      } catch (error) {
        connection.close();
        throw error;
      }
    });
  });
}

/**
 * The absolute path of a case, without symbolic links: SQLite keeps its log beside the real file. The binding would
 * silently cut blanks off the ends.
 */
function casePath(path: string): string {
  const named = resolve(path);
  const file = existsSync(named) ? realpathSync(named) : named;
  if (file.trim() !== file)
    throw usageError('WRONG_USE', `The case path "${file}" ends in a blank.`, 'Choose a name without it.');
  return file;
}

/** Builds the case under a temporary name, so that a case file is never seen half made. */
function createCaseFile(file: string, steps: readonly Migration[]): void {
  makeFolder(dirname(file));
  const temporary = `${file}.creating-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    const connection = connect(temporary, {});
    try {
      connection.pragma(`page_size = ${PAGE_BYTES}`);
      connection.pragma(`application_id = ${APPLICATION_ID}`);
      migrate(connection, file, steps);
    } finally {
      connection.close();
    }
    publish(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
    rmSync(`${temporary}-journal`, { force: true });
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
    throw usageError(
      'WRONG_USE',
      `The folder ${folder} cannot be made (${code}).`,
      'Choose another place for the case.',
    );
  }
}

/** A hard link never replaces a case that another process has just made; some file systems know only rename. */
function publish(temporary: string, file: string): void {
  try {
    linkSync(temporary, file);
  } catch {
    if (!existsSync(file)) renameSync(temporary, file);
  }
}

function prepareForWriting(connection: Connection, file: string): void {
  const mode = String(connection.pragma('journal_mode = WAL', { simple: true }));
  if (mode !== 'wal')
    throw new AssayError('CASE_READ_ONLY', 'failure', `${file} lies on a file system without shared memory.`, {
      nextStep: 'Copy the case to a local disk. Network folders cannot hold a case that is being written.',
    });
  // After journal_mode: the binding's default for WAL is lower, and takes effect at the switch.
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  connection.pragma('trusted_schema = OFF');
  connection.pragma(`cache_size = -${CACHE_KIB}`);
  connection.pragma(`wal_autocheckpoint = ${Math.round(CHECKPOINT_BYTES / PAGE_BYTES)}`);
  probe(connection);
}

function probe(connection: Connection): void {
  connection.prepare('SELECT count(*) FROM sqlite_schema').get();
}

/** A case that was mailed may bring triggers along: none of them runs, since nothing was written yet. */
function removeForeignObjects(
  connection: Connection,
  file: string,
  steps: readonly Migration[],
): readonly SchemaObjectName[] {
  const foreign = foreignObjects(connection, file, steps);
  if (foreign.length > 0) connection.transaction(() => dropObjects(connection, foreign)).immediate();
  return foreign;
}

/** To a reader a foreign trigger, view or table means nothing; an index may hide rows. */
function refuseForeignIndex(connection: Connection, file: string): void {
  const indexes = foreignObjects(connection, file, migrations).filter(({ type }) => type === 'index');
  if (indexes.length > 0)
    throw new AssayError(
      'CASE_CORRUPT',
      'failure',
      `${file} holds ${objectWords(indexes)}, which Assay did not make.`,
      {
        nextStep: 'Open the case, or a copy, for writing once: what is foreign is taken away, and the history says so.',
      },
    );
}

/** @throws AssayError CASE_CORRUPT where something small is not as the last writer left it. */
function requireAsLeft(connection: Connection, file: string): void {
  if (!hasLeftBehind(connection)) return;
  const changed = changedSinceLeft(connection);
  if (changed.length > 0) throw corrupt(file, `it was changed since Assay closed it: ${changed.join(', ')}`);
}

function isLeftAlone(connection: Connection, file: string): boolean {
  return isSealed(connection, new DecisionLog(connection, file, null).stateDigest());
}

function quickCheck(connection: Connection, file: string): void {
  if (statSync(file).size > QUICK_CHECK_LIMIT_BYTES) return;
  const reply = String(connection.pragma('quick_check(1)', { simple: true }));
  if (reply !== 'ok') throw corrupt(file, reply);
}
