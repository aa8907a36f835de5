import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { AssayError } from '../domain/error.ts';
import { firstBytesFrom, isLocked, lockKeyOf } from './case-lock.ts';
import { readLayoutVersion } from './case-header.ts';
import { guarded } from './store-error.ts';

/** Whether a case is locked, and its first bytes, which no page protects, are not those that its key was made with. */
export function hasOtherFirstBytes(file: string): boolean {
  if (!isLocked(file)) return false;
  try {
    lockKeyOf(file);
    return false;
  } catch (error) {
    if (error instanceof AssayError && ['CASE_CORRUPT', 'CASE_LOCKED'].includes(error.code)) return true;
    throw error;
  }
}

/**
 * Puts the first bytes of a locked case back from a backup under the same lock. Returns whether the case opens then; else nothing
 * was changed.
 * @param former what stands there now, at least so much
 */
export function mendFirstBytes(file: string, backups: readonly string[], former: Uint8Array): boolean {
  for (const backup of backups) {
    const bytes = bytesOrNull(backup);
    if (bytes === null) continue;
    writeStart(file, bytes);
    if (opens(file)) return true;
    writeStart(file, former.subarray(0, bytes.byteLength));
  }
  return false;
}

function bytesOrNull(backup: string): Uint8Array | null {
  try {
    return firstBytesFrom(backup);
  } catch (error) {
    if (error instanceof AssayError) return null;
    throw error;
  }
}

function opens(file: string): boolean {
  try {
    readLayoutVersion(file);
    return true;
  } catch (error) {
    if (error instanceof AssayError) return false;
    throw error;
  }
}

function writeStart(file: string, bytes: Uint8Array): void {
  guarded(file, () => {
    const opened = openSync(file, 'r+');
    try {
      writeSync(opened, bytes, 0, bytes.byteLength, 0);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
  });
}
