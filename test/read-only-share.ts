import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountSmallDisk } from './e2e/small-disk.ts';

/** A folder that can be filled, and then be made read-only. */
export interface Share {
  readonly folder: string;
  close(): void;
  remove(): void;
}

/** Null where neither a disk can be mounted nor permissions bind this user. */
export function openShare(): Share | null {
  const around = mkdtempSync(join(tmpdir(), 'assay-share-'));
  const folder = join(around, 'share');
  const removeAll = (): void => rmSync(around, { recursive: true, force: true });
  const disk = mountSmallDisk(folder, 64);
  if (disk !== null)
    return {
      folder,
      close: () => disk.makeReadOnly(),
      remove() {
        disk.remove();
        removeAll();
      },
    };
  if (process.getuid?.() === 0 || process.platform === 'win32') {
    removeAll();
    return null;
  }
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    close() {
      for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444);
      chmodSync(folder, 0o555);
    },
    remove() {
      chmodSync(folder, 0o755);
      removeAll();
    },
  };
}
