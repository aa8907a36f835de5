import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../../domain/error.ts';
import { fingerprintOf } from '../../export/sealing/envelope.ts';
import { narrowToOwner, outsideFolder } from '../../store/own-folder.ts';

/** `case`: Ed25519, for seals of cases. `model`: ECDSA on P-256, the one kind that OpenSSF model-signing takes. */
export type KeyUse = 'case' | 'model';
const uses: readonly KeyUse[] = ['case', 'model'];

export interface SealingKey {
  readonly use: KeyUse;
  /** Of the public half, to be given to whoever is to check. */
  readonly publicKeyPath: string;
  readonly fingerprint: string;
}

/** Makes the keys of this user in their data folder, where there are none. @throws AssayError WRONG_USE without a data folder. */
export function makeSealingKeys(): { readonly keys: readonly SealingKey[]; readonly made: boolean } {
  const isMissing = uses.some((use) => !existsSync(pathOf(use, 'key')));
  for (const use of uses) {
    const path = pathOf(use, 'key');
    if (existsSync(path)) continue;
    const { privateKey, publicKey } =
      use === 'case' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    mkdirSync(keysFolder(), { recursive: true, mode: 0o700 });
    // Never over one that is there: what it signed could not be signed again.
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
    writeFileSync(pathOf(use, 'pub'), publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o600 });
  }
  return { keys: uses.map((use) => describe(use, ownKeys(use).publicKey)), made: isMissing };
}

/** The keys of this user. @throws AssayError MISSING_DEPENDENCY where none were made. */
export function ownKeys(use: KeyUse): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const path = pathOf(use, 'key');
  if (!existsSync(path))
    throw usageError('MISSING_DEPENDENCY', 'You have no key to seal with.', 'Make one: assay seal --make-key.');
  narrowToOwner(path);
  const privateKey = createPrivateKey(readFileSync(path));
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/**
 * The key to check with: of a file, else one's own.
 * @throws AssayError FILE_NOT_FOUND, WRONG_USE where the file holds none; MISSING_DEPENDENCY
 */
export function publicKeyOf(use: KeyUse, path: string | undefined): KeyObject {
  if (path === undefined) return ownKeys(use).publicKey;
  const text = readFileSync(path);
  try {
    return createPublicKey(text);
  } catch {
    throw usageError('WRONG_USE', `${path} holds no public key.`, 'Give the PEM file that came from whoever sealed.');
  }
}

function describe(use: KeyUse, publicKey: KeyObject): SealingKey {
  return { use, publicKeyPath: pathOf(use, 'pub'), fingerprint: fingerprintOf(publicKey) };
}

function pathOf(use: KeyUse, half: 'key' | 'pub'): string {
  return join(keysFolder(), half === 'key' ? `seal-${use}.key` : `seal-${use}.pub`);
}

function keysFolder(): string {
  const folder = outsideFolder();
  if (folder === null) throw usageError('WRONG_USE', 'There is no folder for keys.', 'Name one in ASSAY_HOME.');
  return join(folder, 'keys');
}
