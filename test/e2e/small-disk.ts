import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** A file system of its own that can be filled or made read-only without harm to anything else. */
export interface SmallDisk {
  makeReadOnly(): void;
  remove(): void;
}

/** Mounts one on a new folder, or answers null where that is not allowed: it takes Linux and its root. */
export function mountSmallDisk(folder: string, sizeMegabytes: number): SmallDisk | null {
  mkdirSync(folder);
  const run = (command: string, parameters: readonly string[]): boolean => spawnSync(command, parameters).status === 0;
  if (!run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMegabytes}m`, 'tmpfs', folder])) return null;
  return {
    makeReadOnly() {
      if (!run('mount', ['-o', 'remount,ro', folder])) throw new Error(`${folder} could not be made read-only.`);
    },
    remove: () => void run('umount', ['--lazy', folder]),
  };
}
