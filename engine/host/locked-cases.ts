import { AssayError } from '../domain/error.ts';
import { giveKey, isLocked, lockedCase } from '../store/case-lock.ts';
import { listBackups } from '../store/backups.ts';

export { lockedCase };

/** Those of some paths that are locked cases; a path of nothing, or of a folder, is none. */
export function lockedAmong(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)].filter(isLocked);
}

/**
 * Gives the passphrase of a locked case to this process; of its backups, too, where it is theirs. Where the first bytes of the case
 * are damaged, the passphrase of a backup does, which mends it.
 * Errors: WRONG_PASSPHRASE, CASE_CORRUPT, CASE_FROM_FUTURE.
 */
export async function giveKeys(path: string, passphrase: string): Promise<void> {
  const refusal = await refusalOf(path, passphrase);
  let hasOpened = false;
  // A backup of another passphrase, or a damaged one, stays closed.
  for (const backup of listBackups(path).filter((each) => isLocked(each.path)))
    if ((await refusalOf(backup.path, passphrase)) === null) hasOpened = true;
  if (refusal !== null && !hasOpened) throw refusal;
}

async function refusalOf(path: string, passphrase: string): Promise<AssayError | null> {
  try {
    await giveKey(path, passphrase);
    return null;
  } catch (error) {
    if (error instanceof AssayError) return error;
    throw error;
  }
}
