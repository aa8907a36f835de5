import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AssayError } from '../../domain/error.ts';

/** Writes beside the target and renames, so that a half-written file is never found under the name. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const partial = `${path}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(partial, content);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    throw new AssayError(
      isFull ? 'DISK_FULL' : 'PERMISSION_DENIED',
      isFull ? 'failure' : 'usage',
      `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
      { nextStep: 'Name a folder that you may write to, with room for the file.', cause: error },
    );
  }
}

/** Writes the files of a folder one after the other, each whole. Other files there are left alone. */
export async function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  for (const [path, content] of files) await writeWhole(join(folder, ...path.split('/')), content);
}
