import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { KeptLogins } from './kept-logins.ts';
import type { Keychain } from './sealed-texts.ts';

/** A keychain that seals by turning the bytes over; it only has to be no plain text. */
const keychain: Keychain = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text).map((byte) => byte ^ 0xa5) as Buffer,
  decryptString: (sealed) => Buffer.from(sealed.map((byte) => byte ^ 0xa5)).toString('utf8'),
};

function fileOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-logins-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'logins.json');
}

const login = { mechanism: 'plain', username: 'analyst', password: 'correct horse' } as const;
const entry = { kind: 'stated', tls: false, login } as const;
const { password: _password, ...withoutPassword } = login;

it('keeps a login sealed, gives it to the next engine, and forgets it when it is not to be kept any more', () => {
  const path = fileOf();
  const kept = new KeptLogins(path, keychain);
  expect(kept.note({ brokers: 'a:1', entry, keep: true })).toBe(true);
  expect(readFileSync(path, 'utf8')).not.toContain('horse');
  const [signIn] = new KeptLogins(path, keychain).all();
  expect(signIn).toMatchObject({ brokers: 'a:1', entry: { login: { password: 'correct horse' } } });

  expect(kept.note({ brokers: 'a:1', entry: { ...entry, login: withoutPassword }, keep: true })).toBe(true);
  expect(kept.all()).toHaveLength(1);
  expect(kept.note({ brokers: 'a:1', entry, keep: false })).toBe(false);
  expect(existsSync(path)).toBe(false);
});

it('keeps nothing where the system has no keychain, and passes over what it cannot open', () => {
  for (const none of [
    { ...keychain, isEncryptionAvailable: () => false },
    { ...keychain, getSelectedStorageBackend: () => 'basic_text' },
  ]) {
    const path = fileOf();
    expect(new KeptLogins(path, none).note({ brokers: 'a:1', entry, keep: true })).toBe(false);
    expect(existsSync(path)).toBe(false);
  }
  const path = fileOf();
  new KeptLogins(path, keychain).note({ brokers: 'a:1', entry, keep: true });
  const locked = new KeptLogins(path, {
    ...keychain,
    decryptString: () => {
      throw new Error('locked');
    },
  });
  expect(locked.all()).toEqual([]);
});
