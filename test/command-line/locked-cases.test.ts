import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createEngine } from '../../engine/host/engine.ts';
import { isLocked } from '../../engine/store/case-lock.ts';
import { jsonOf, runAssay, runAssayHere, temporaryFolder } from './run-assay.ts';
import { writeSmallRecording } from './small-recording.ts';

const passphrase = 'four words nobody knows';

beforeEach(() => {
  for (const name of ['ASSAY_PASSPHRASE', 'ASSAY_PASSPHRASE_FILE', 'ASSAY_NEW_PASSPHRASE']) vi.stubEnv(name, undefined);
});
afterEach(() => void vi.unstubAllEnvs());

/** A case of the small recording, locked by a process of its own, so that no key is known here. */
async function lockedCase(home: string): Promise<string> {
  const path = join(home, 'spring.assay');
  const recording = join(home, 'payments.csv');
  writeSmallRecording(recording, { rows: 2000 });
  vi.stubEnv('ASSAY_PASSPHRASE', passphrase);
  expect((await runAssay(['lock', '--case', path, '--json'], home)).code).toBe(0);
  expect((await runAssay(['run', recording, '--case', path, '--trees', '20', '--json'], home)).code).toBe(0);
  vi.stubEnv('ASSAY_PASSPHRASE', undefined);
  return path;
}

it('refuses a locked case by name where nobody gives the passphrase, and a wrong one; takes it from the environment or a file', async () => {
  const home = temporaryFolder();
  const path = await lockedCase(home);
  const refused = await runAssayHere(['alerts', '--case', path, '--json'], home);
  expect(refused.code).toBe(2);
  expect(jsonOf(refused)).toMatchObject({ error: { code: 'CASE_LOCKED' } });
  expect(refused.stderr).toContain('is locked with a passphrase.');
  vi.stubEnv('ASSAY_PASSPHRASE', 'four words nobody knew');
  const wrong = await runAssayHere(['audit', '--case', path], home);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('That is not the passphrase of')]);
  vi.stubEnv('ASSAY_PASSPHRASE', undefined);
  const file = join(home, 'passphrase.txt');
  writeFileSync(file, `${passphrase}\n`);
  vi.stubEnv('ASSAY_PASSPHRASE_FILE', file);
  expect((await runAssayHere(['audit', '--case', path, '--verify'], home)).code).toBe(0);
}, 600_000);

it('says at both doors that an export is in the clear, and gives a shared copy its own lock or none', async () => {
  const home = temporaryFolder();
  const path = await lockedCase(home);
  vi.stubEnv('ASSAY_PASSPHRASE', passphrase);
  const output = join(home, 'alerts.csv');
  const exported = await runAssayHere(['export', 'csv', '--case', path, '--out', output], home);
  expect([exported.code, exported.stderr]).toEqual([0, expect.stringContaining(`${output} is in the clear`)]);
  const engine = createEngine({ host: 'command-line', dataFolder: home });
  try {
    const ended = new Promise<unknown>((resolve) => engine.on('job.ended', ({ outcome }) => resolve(outcome)));
    engine.startJob('exportCsv', { casePath: path, output });
    expect(await ended).toMatchObject({ ok: true, notice: expect.stringContaining(`${output} is in the clear`) });
  } finally {
    await engine.close();
  }
  const plain = join(home, 'plain.assay');
  expect(jsonOf(await runAssayHere(['share', '--case', path, '--out', plain, '--json'], home))).toMatchObject({
    notice: expect.stringContaining(`${plain} is in the clear`),
  });
  vi.stubEnv('ASSAY_NEW_PASSPHRASE', 'another four words');
  const locked = join(home, 'locked.assay');
  const shared = jsonOf(await runAssayHere(['share', '--case', path, '--out', locked, '--lock', '--json'], home));
  expect(shared['notice']).toBeUndefined();
  expect([isLocked(plain), isLocked(locked)]).toEqual([false, true]);
  expect(readFileSync(locked).subarray(8, 16)).not.toEqual(readFileSync(path).subarray(8, 16));
}, 600_000);
