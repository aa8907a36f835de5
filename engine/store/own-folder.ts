import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/* The folder of this user on this computer for what must lie outside of any case: heads of histories, and keys. */

const KEY_BYTES = 32;

/** Of this thread; null where nobody named a folder, and nothing is kept. */
let folder: string | null = null;
const keys = new Map<string, Buffer>();

/** From now on what is kept outside of cases lies in this folder, which others may not look into. */
export function keepOutsideIn(chosen: string): void {
  folder = chosen;
  keys.clear();
  narrowToOwner(chosen);
}

/** The folder that was named last; null where none was. */
export function outsideFolder(): string | null {
  return folder;
}

/** Replaces a file that is kept outside, whole or not at all. What cannot be written is not kept: no case depends on it. */
export function writeOutside(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(unfinished, text, { mode: 0o600 });
    renameSync(unfinished, path);
  } catch {
    rmSync(unfinished, { force: true });
  }
}

/**
 * A secret of this user on this computer, made at first use. Where it cannot be kept it is one of this process alone, so that
 * what it signs is accepted until the process ends.
 */
export function ownKey(name: string): Buffer {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = keptKey(name) ?? randomBytes(KEY_BYTES);
  keys.set(name, key);
  return key;
}

/** Two processes that start together make one key: a link never replaces. Null where it cannot be kept. */
function keptKey(name: string): Buffer | null {
  if (folder === null) return null;
  const path = join(folder, 'keys', `${name}.key`);
  const made = `${path}.${process.pid}.part`;
  try {
    const found = readKey(path);
    if (found !== null) return found;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(made, randomBytes(KEY_BYTES).toString('hex'), { mode: 0o600 });
    try {
      linkSync(made, path);
    } catch {
      if (readKey(path) === null) renameSync(made, path);
    }
    return readKey(path);
  } catch {
    return null;
  } finally {
    rmSync(made, { force: true });
  }
}

function readKey(path: string): Buffer | null {
  try {
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
    narrowToOwner(path);
    return key.byteLength === KEY_BYTES ? key : null;
  } catch {
    return null;
  }
}

/** Takes a file or folder that is ours away from everybody else of this computer; Windows has no such rights. */
export function narrowToOwner(path: string): void {
  if (process.getuid === undefined) return;
  try {
    const { mode, uid } = statSync(path);
    if (uid === process.getuid() && (mode & 0o077) !== 0) chmodSync(path, mode & 0o700);
  } catch {
    // Not there, or on a file system without rights: what is made later is made for the owner alone.
  }
}
