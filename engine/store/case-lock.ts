import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { AssayError, usageError } from '../domain/error.ts';
import { dropKey, heldKey, holdKey } from './key-ring.ts';

/*
 * A locked case is an SQLite file whose pages are encrypted and authenticated one by one (AEGIS-256). The first 16 bytes of the file
 * belong to the cipher's salt, which a key that is given whole does not need; Assay says there what it must know without the key:
 *
 *   0  "ASL"     3  form (1)     4  layout     5  layout, bits turned over     6  check of the key (2)     8  salt (8)
 *
 * The eight bytes after them SQLite leaves readable: page size and the like, the same in every case.
 */

const MAGIC = Buffer.from('ASL', 'latin1');
const FORM = 1;
/** Where the form stands; the layout follows, twice. */
export const FORM_PLACE = MAGIC.length;
const HEADER_BYTES = 16;
const READABLE_BYTES = 24;
/** Pages of 16,384 bytes with 64 reserved in each; byte 18 and 19 tell the log, which may be either. */
const readableRest = Buffer.from([0x40, 0x00, 0, 0, 0x40, 0x40, 0x20, 0x20]);

/** Cost of a guess: 128 MiB of memory each (N = 2^17, r = 8, p = 1: OWASP's first choice for scrypt). */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const KEY_BYTES = 32;
const SALT_BYTES = 8;
export const SHORTEST_PASSPHRASE = 12;

const LOG_PLACES = [18, 19];
const WITH_LOG = 2;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What the first bytes of a locked case say. */
export interface CaseLock {
  /** Layout of the case when it was locked or brought up to date last; never larger than that of what is inside. */
  readonly layout: number;
  readonly salt: Uint8Array;
  readonly check: Uint8Array;
}

/** A key with the salt that it was made with: a lock that a case can be written under. */
export interface LockKey {
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

/**
 * The lock of a case; null where the file is not there, or not a locked case.
 * Errors: CASE_CORRUPT where it begins as none that Assay writes; CASE_FROM_FUTURE for a form of locks that is newer than this Assay.
 */
export function readLock(path: string): CaseLock | null {
  const bytes = firstBytes(path);
  if (bytes === null) return null;
  const isNamed = bytes.subarray(0, MAGIC.length).equals(MAGIC);
  if (!isNamed && !(hasRest(bytes) && bytes.toString('latin1', 0, 6) !== 'SQLite')) return null;
  const [form = 0, layout = 0, turned = 0] = bytes.subarray(MAGIC.length);
  if (isNamed && form > FORM && hasRest(bytes))
    throw new AssayError('CASE_FROM_FUTURE', 'failure', `The case ${path} is locked in a way of a newer Assay.`, {
      nextStep: 'Open it with the newer Assay that wrote it. The file was not changed.',
    });
  if (!isNamed || form !== FORM || (layout ^ turned) !== 0xff || !hasRest(bytes)) throw damagedStart(path);
  return { layout, check: bytes.subarray(6, 8), salt: bytes.subarray(8, HEADER_BYTES) };
}

/** Whether a file is a locked case, or was one before it was damaged. */
export function isLocked(path: string): boolean {
  try {
    return readLock(path) !== null;
  } catch (error) {
    if (error instanceof AssayError) return true;
    throw error;
  }
}

/**
 * The key of a locked case, from the passphrases that were given in this process.
 * Errors: CASE_LOCKED where none of them is its; CASE_CORRUPT where the first bytes do not fit the key.
 */
export function keyOf(path: string, lock: CaseLock): LockKey {
  const key = heldKey(lock.salt);
  if (key === null) throw lockedCase(path);
  if (!checkOf(key, lock.salt).equals(lock.check)) throw damagedStart(path);
  return { salt: lock.salt, key };
}

/** What is said where the passphrase of a locked case is needed, and nobody gave it. */
export function lockedCase(path: string): AssayError {
  return usageError(
    'CASE_LOCKED',
    `The case ${path} is locked with a passphrase.`,
    'Set ASSAY_PASSPHRASE, or ASSAY_PASSPHRASE_FILE to a file that holds it, or run the command at a terminal, which asks.',
  );
}

/** The key that a case is locked with; null for a plain one. Errors: those of `readLock` and `keyOf`. */
export function lockKeyOf(path: string): LockKey | null {
  const lock = readLock(path);
  return lock === null ? null : keyOf(path, lock);
}

/** Forgets the passphrase of a case in this process: whoever opens the case next is asked. */
export function forgetKey(path: string): void {
  const lock = readLock(path);
  if (lock !== null) dropKey(lock.salt);
}

/**
 * Makes the key of a locked case from its passphrase, and holds it until this process ends. A plain case needs none. About 0.4 s
 * of processor time and 128 MiB, so that guessing is slow.
 * Errors: WRONG_PASSPHRASE; those of `readLock`.
 */
export async function giveKey(path: string, passphrase: string): Promise<void> {
  const lock = readLock(path);
  if (lock === null || heldKey(lock.salt) !== null) return;
  const key = await derive(passphrase, lock.salt);
  if (!checkOf(key, lock.salt).equals(lock.check))
    throw usageError(
      'WRONG_PASSPHRASE',
      `That is not the passphrase of ${path}, or the first bytes of the file are damaged.`,
      'Try again. Nobody can open a case whose passphrase is forgotten; a backup under an older passphrase opens with that one.',
    );
  holdKey(lock.salt, key);
}

/**
 * A new lock for a passphrase, held from now on. Errors: WRONG_USE for a passphrase that is too short.
 */
export async function newLock(passphrase: string): Promise<LockKey> {
  if ([...normal(passphrase)].length < SHORTEST_PASSPHRASE)
    throw usageError(
      'WRONG_USE',
      `The passphrase is shorter than ${SHORTEST_PASSPHRASE} characters.`,
      'Take four or five words that do not belong together. Write it down where only you find it: nobody can bring it back.',
    );
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(passphrase, salt);
  holdKey(salt, key);
  return { salt, key };
}

/** How SQLite is given a key: the key whole, and the first 16 bytes of a file that is made with it. */
export function rawKeyOf({ key, salt }: LockKey, layout: number): string {
  const header = Buffer.concat([
    MAGIC,
    Buffer.from([FORM, layout, layout ^ 0xff]),
    checkOf(key, salt),
    Buffer.from(salt),
  ]);
  return `raw:${Buffer.from(key).toString('hex')}${header.toString('hex')}`;
}

/** The first bytes of a locked case as they were written, out of those of a backup under the same lock. */
export function firstBytesFrom(backup: string): Uint8Array | null {
  const bytes = readLock(backup) === null ? null : firstBytes(backup);
  for (const place of LOG_PLACES) bytes?.writeUInt8(WITH_LOG, place);
  return bytes;
}

/** Encrypts what lies outside of a locked case but tells of it. @param use what for: each has a key of its own */
export function sealUnder({ key, salt }: LockKey, use: string, bytes: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyFor(use, key, salt), nonce);
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** What was sealed; null where it was changed, or sealed under another lock or for another use. */
export function openSealed({ key, salt }: LockKey, use: string, sealed: Uint8Array): Uint8Array | null {
  if (sealed.byteLength < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', keyFor(use, key, salt), sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(sealed.byteLength - TAG_BYTES));
  try {
    const opened = decipher.update(sealed.subarray(NONCE_BYTES, sealed.byteLength - TAG_BYTES));
    return Buffer.concat([opened, decipher.final()]);
  } catch {
    return null;
  }
}

function keyFor(use: string, key: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, `assay ${use}`, KEY_BYTES));
}

async function derive(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  return asyncScrypt(normal(passphrase), salt, KEY_BYTES, SCRYPT);
}

const asyncScrypt = promisify<string, Uint8Array, number, typeof SCRYPT, Buffer>(scrypt);

/** The same keys give other bytes on other systems; compatibility forms make them one. */
function normal(passphrase: string): string {
  return passphrase.normalize('NFKC');
}

/** Of a key that fits no more often than one in 65,536: what does not open then is damaged and not locked. */
function checkOf(key: Uint8Array, salt: Uint8Array): Buffer {
  return createHmac('sha256', key).update(salt).digest().subarray(0, 2);
}

function hasRest(bytes: Buffer): boolean {
  const [write = 0, read = 0] = bytes.subarray(18, 20);
  const rest = bytes.subarray(HEADER_BYTES);
  return (
    write === read &&
    (read === 1 || read === 2) &&
    readableRest.every((byte, place) => byte === rest[place] || place === 2 || place === 3)
  );
}

function firstBytes(path: string): Buffer | null {
  let file: number;
  try {
    // To open a pipe would wait for its other end.
    if (!statSync(path).isFile()) return null;
    file = openSync(path, 'r');
  } catch {
    // Not there, or closed to us: whoever opens it says so.
    return null;
  }
  try {
    const bytes = Buffer.alloc(READABLE_BYTES);
    return readSync(file, bytes, 0, READABLE_BYTES, 0) === READABLE_BYTES ? bytes : null;
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

function damagedStart(path: string): AssayError {
  return new AssayError('CASE_CORRUPT', 'failure', `The case ${path} is damaged: its first bytes are not as written.`, {
    nextStep: `Mend it: assay mend --case ${path}. It takes the bytes from a backup of the case.`,
  });
}
