import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Answer } from '../preload/contract/envelope.ts';
import type { Call } from '../preload/contract/wire/frames.ts';
import type { EngineSupervisor } from './engine-supervisor.ts';
import { KeptPassphrases, withKeptPassphrases } from './kept-passphrases.ts';
import type { Keychain } from './sealed-texts.ts';

const path = '/cases/spring.assay';
const passphrase = 'four words nobody knows';
/** Turns every bit over: what it sealed is not the text. */
const keychain: Keychain = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text).map((byte) => byte ^ 0xff) as Buffer,
  decryptString: (sealed) => Buffer.from(sealed.map((byte) => byte ^ 0xff)).toString(),
};
const noKeychain: Keychain = { ...keychain, getSelectedStorageBackend: () => 'basic_text' };

function fileOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-kept-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'case-passphrases.json');
}

/** An engine with one locked case. */
function engineWith(right: string): { readonly engine: EngineSupervisor; readonly asked: string[] } {
  const asked: string[] = [];
  let isOpen = false;
  const call = ({ name, input }: Extract<Call, { door: 'request' }>): Answer<unknown> => {
    asked.push(name);
    if (name === 'case.unlock') isOpen = (input as { passphrase: string }).passphrase === right;
    return isOpen
      ? { ok: true, data: 'done' }
      : {
          ok: false,
          error: { code: name === 'case.open' ? 'CASE_LOCKED' : 'WRONG_PASSPHRASE', kind: 'usage', message: '' },
        };
  };
  return { engine: { call: (each: Call) => Promise.resolve(call(each as never)) } as EngineSupervisor, asked };
}
const open: Call = { door: 'request', name: 'case.open', input: { path } };

it('keeps a passphrase sealed, opens the case with it, and forgets it', async () => {
  const file = fileOf();
  const kept = new KeptPassphrases(file, keychain);
  expect(kept.answerFor('case.unlock', { path, passphrase, keep: true }, null)).toEqual({ kept: true });
  expect(readFileSync(file, 'utf8')).not.toContain(passphrase);
  expect(kept.answerFor('case.keptPassphrase', { path }, null)).toEqual({ kept: true, isPossible: true });
  const { engine, asked } = engineWith(passphrase);
  expect(await withKeptPassphrases(engine, new KeptPassphrases(file, keychain)).call(open)).toMatchObject({ ok: true });
  expect(asked).toEqual(['case.open', 'case.unlock', 'case.open']);
  kept.answerFor('case.forgetPassphrase', { path }, null);
  expect(kept.of(path)).toBeUndefined();
  expect(kept.answerFor('case.keptPassphrase', { path }, null)).toEqual({ kept: false, isPossible: true });
});

it('asks where the passphrase was changed elsewhere, and where none was to be kept', async () => {
  const kept = new KeptPassphrases(fileOf(), keychain);
  expect(kept.answerFor('case.unlock', { path, passphrase }, null)).toEqual({ kept: false });
  const never = engineWith(passphrase);
  expect(await withKeptPassphrases(never.engine, kept).call(open)).toMatchObject({ error: { code: 'CASE_LOCKED' } });
  expect(never.asked).toEqual(['case.open']);
  kept.answerFor('case.unlock', { path, passphrase, keep: true }, null);
  const changed = engineWith('another four words');
  expect(await withKeptPassphrases(changed.engine, kept).call(open)).toMatchObject({ error: { code: 'CASE_LOCKED' } });
});

it('keeps nothing where the system has no keychain that would keep it, and says so', () => {
  const kept = new KeptPassphrases(fileOf(), noKeychain);
  expect(kept.answerFor('case.unlock', { path, passphrase, keep: true }, null)).toEqual({ kept: false });
  expect(kept.answerFor('case.keptPassphrase', { path }, null)).toEqual({ kept: false, isPossible: false });
  expect(kept.of(path)).toBeUndefined();
});
