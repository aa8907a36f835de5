import { accessSync, chmodSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AssayError, usageError } from '../domain/error.ts';
import { latestVersion, migrate, migrations, schemaVersion } from './migrations/migrations.ts';
import { connect } from './sqlite.ts';
import { guarded } from './store-error.ts';

/** Takes a copy away. Where the system holds on to a file that is open, call it again after closing. */
export type RemoveCopy = () => void;

/** What keeps a case from being written, the file or its folder; null where both may be written. */
export function readOnlyPlace(file: string): string | null {
  return [file, dirname(file)].find((place) => !mayBeWritten(place)) ?? null;
}

/** @throws AssayError CASE_READ_ONLY, naming the file or folder that cannot be written. */
export function refuseReadOnly(file: string): void {
  const place = readOnlyPlace(file);
  if (place !== null)
    throw usageError(
      'CASE_READ_ONLY',
      `${file} cannot be written: ${place} is read-only.`,
      'Copy the case to a folder that can be written, or change the permissions.',
    );
}

/**
 * Reads a case as it lies. Where that is refused, because SQLite would have to make files beside it or its layout is an
 * older one, and the case may not be written either, a copy in the temporary folder is read in its place: one file, with
 * the newest layout. `read` removes the copy when it is done with it; where `read` throws, it is removed.
 * Errors: those of `read`; DISK_FULL where the copy has no room.
 */
export function readWhereItCan<T>(file: string, read: (place: string, removeCopy: RemoveCopy) => T): T {
  try {
    return read(file, () => undefined);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'CASE_READ_ONLY' || readOnlyPlace(file) === null) throw error;
  }
  const folder = guarded(tmpdir(), () => mkdtempSync(join(tmpdir(), 'assay-read-only-')));
  const removeCopy = (): void => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Windows keeps a file that is open.
    }
  };
  try {
    return read(copyCase(file, join(folder, basename(file))), removeCopy);
  } catch (error) {
    removeCopy();
    throw error;
  }
}

function mayBeWritten(place: string): boolean {
  try {
    accessSync(place, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** What waits in a log beside the case is in the copy too. */
function copyCase(file: string, copy: string): string {
  for (const part of ['', '-wal', '-journal'].filter((each) => existsSync(`${file}${each}`))) {
    guarded(file, () => accessSync(`${file}${part}`, constants.R_OK));
    guarded(copy, () => copyFileSync(`${file}${part}`, `${copy}${part}`, constants.COPYFILE_FICLONE));
    chmodSync(`${copy}${part}`, 0o600);
  }
  guarded(copy, () => {
    const connection = connect(copy, { fileMustExist: true });
    try {
      connection.pragma('journal_mode = DELETE');
      if (schemaVersion(connection) < latestVersion(migrations)) migrate(connection, file, migrations);
    } finally {
      connection.close();
    }
  });
  return copy;
}
