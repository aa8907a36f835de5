import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AssayError } from '../../domain/error.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';

/**
 * One folder of this machine, the home folder by default; folders first, hidden entries left out.
 * A remembered one that is gone gives the nearest above it.
 * Errors: FILE_NOT_FOUND, PERMISSION_DENIED.
 */
export function listFolder(input: ParsedRequestInput<'folder.list'>): RequestOutput<'folder.list'> {
  const isRemembered = input.isRemembered || input.folder === undefined;
  const folder = (isRemembered ? nearestReadable : resolve)(resolve(input.folder ?? homedir()));
  const parent = dirname(folder);
  const entries = namesIn(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => entryOf(join(folder, name), name))
    .sort((left, right) => Number(right.isFolder) - Number(left.isFolder) || left.name.localeCompare(right.name));
  return { folder, parent: parent === folder ? null : parent, entries };
}

function nearestReadable(folder: string): string {
  try {
    readdirSync(folder);
    return folder;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : nearestReadable(parent);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const isAbsent = code === 'ENOENT' || code === 'ENOTDIR';
    throw new AssayError(
      isAbsent ? 'FILE_NOT_FOUND' : 'PERMISSION_DENIED',
      'usage',
      isAbsent ? `There is no folder ${folder}.` : `The folder ${folder} may not be read by this user.`,
      { nextStep: 'Choose another folder.', cause, ...(isAbsent ? { missingPath: folder } : {}) },
    );
  }
}

/** Nothing for an entry that is gone, or that leads nowhere. */
function entryOf(path: string, name: string): RequestOutput<'folder.list'>['entries'] {
  try {
    const status = statSync(path);
    return [{ name, path, isFolder: status.isDirectory(), sizeBytes: status.isDirectory() ? 0 : status.size }];
  } catch {
    return [];
  }
}
