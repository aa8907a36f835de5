import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { AssayError, type ErrorCode } from '../domain/error.ts';

const FULL_DISK_BYTES = 1024 * 1024; // SQLite reports some full disks as a bare I/O error

const nothingLost = 'What was stored before is kept.';

/** A stored block that no Assay writes; it comes out as CASE_CORRUPT of its case. */
export class DamagedBlock extends Error {}

/** Runs a piece of work on a case; what SQLite or the file system throws comes out as an `AssayError`. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(error, path);
  }
}

/** The `AssayError` for a failure of SQLite, the file system or a damaged blob; other errors are returned as they are. */
export function storeError(error: unknown, path: string): unknown {
  if (error instanceof AssayError || !(error instanceof Error)) return error;
  if (error instanceof DamagedBlock) return corrupt(path, error.message, error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const failure = (assayCode: ErrorCode, message: string, nextStep: string): AssayError =>
    new AssayError(assayCode, 'failure', message, { nextStep, cause: error });
  const refusal = (assayCode: ErrorCode, message: string, nextStep: string): AssayError =>
    new AssayError(assayCode, 'usage', message, { nextStep, cause: error });

  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || (code.startsWith('SQLITE_IOERR') && diskIsFull(path)))
    return failure('DISK_FULL', `The disk that holds ${path} is full.`, `Free some space and repeat. ${nothingLost}`);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return failure(
      'CASE_BUSY',
      `Another process is using ${path}.`,
      `Wait until it has finished, then repeat. ${nothingLost}`,
    );
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS')
    return refusal('CASE_READ_ONLY', `${path} cannot be written.`, 'Copy the case to a folder that can be written.');
  if (code.startsWith('SQLITE_CANTOPEN'))
    return refusal(
      'CASE_READ_ONLY',
      `${path} cannot be opened in its folder.`,
      'Check the permissions of the folder, or copy the case to one that can be written.',
    );
  if (code.startsWith('SQLITE_NOTADB')) return corrupt(path, 'its header is damaged', error);
  // A header of a schema format that no SQLite writes has no code of its own.
  if (code === 'SQLITE_ERROR' && error.message === 'unsupported file format')
    return corrupt(path, 'its header is damaged', error);
  if (code.startsWith('SQLITE_CORRUPT')) return corrupt(path, error.message, error);
  // Statements are Assay's own: what they name is there in every case of this layout.
  if (code === 'SQLITE_ERROR' && error.message.startsWith('no such '))
    return corrupt(path, `a part of it has gone (${error.message})`, error);
  if (code.startsWith('ZSTD_') || code.startsWith('ERR_ZSTD'))
    return corrupt(path, 'a compressed block does not match its checksum', error);
  if (code.startsWith('SQLITE_IOERR'))
    return failure(
      'INTERNAL',
      `The disk that holds ${path} reported an error (${code}).`,
      `Check the disk. ${nothingLost}`,
    );
  if (code === 'ENAMETOOLONG')
    return refusal('WRONG_USE', `The case path ${path} is too long.`, 'Choose a shorter name.');
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new AssayError('CASE_NOT_FOUND', 'usage', `There is no case at ${path}.`, {
      nextStep: 'Check the path, or read a recording into a new case.',
      missingPath: path,
    });
  if (code === 'EACCES' || code === 'EPERM')
    return refusal(
      'PERMISSION_DENIED',
      `${path} may not be opened by this user.`,
      'Check the permissions of the file and its folder.',
    );
  // Blobs and numbers of a case that do not fit together end in these, wherever they are taken apart.
  if (error instanceof RangeError || error instanceof SyntaxError)
    return corrupt(path, 'parts of it do not fit together', error);
  return error;
}

/** The failure for a case whose content is damaged, with what to do next. */
export function corrupt(path: string, what: string, cause?: unknown): AssayError {
  return new AssayError('CASE_CORRUPT', 'failure', `The case ${path} is damaged: ${what}.`, {
    nextStep: `Mend it: assay mend --case ${path}. It puts back what backups have or what was received gives.`,
    cause,
  });
}

function diskIsFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < FULL_DISK_BYTES;
  } catch {
    return false;
  }
}
