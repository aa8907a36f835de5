import { execFile } from 'node:child_process';
import { appendFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { benchOfFile } from '../../../engine/case/bench-of-file.test-support.ts';
import type { Bench } from '../../../engine/case/small-recording.test-support.ts';
import { pythonEnvironment } from '../python-environment.ts';

const modelSigning = pythonEnvironment('model-signing');

let bench: Bench;
benchOfFile((made) => (bench = made));

/** What OpenSSF's own program says of a folder and the `model.sig` in it. */
async function verified(folder: string, publicKey: string): Promise<'verified' | string> {
  const signature = ['--signature', join(folder, 'model.sig'), '--public_key', publicKey];
  try {
    await promisify(execFile)(modelSigning.program('model_signing'), ['verify', 'key', ...signature, folder]);
    return 'verified';
  } catch (error) {
    return String(error);
  }
}

describe.skipIf(modelSigning.isSkipped)('a signed export, by `model_signing verify key`', () => {
  const exports = {
    mlflow: (output: string) => bench.done('exportMlflow', { casePath: bench.casePath, output }),
    kserve: (output: string) => bench.done('exportKserve', { casePath: bench.casePath, output }),
    service: (output: string) =>
      bench.done('exportService', { casePath: bench.casePath, output, image: 'registry.example/assay:1' }),
  };

  it.each(['mlflow', 'kserve', 'service'] as const)(
    'passes as it was signed (%s), and not with a file that is another, came, went or has another name',
    async (kind) => {
      const { keys } = await bench.done('makeSealingKey', {});
      const publicKey = keys.find(({ use }) => use === 'model')?.publicKeyPath ?? '';
      const folder = join(bench.folder, `${kind}-model`);
      await exports[kind](folder);
      const signed = await bench.done('signModel', { folder });
      expect(signed.files).toBeGreaterThan(2);
      expect(await verified(folder, publicKey)).toBe('verified');

      const names = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'model.sig')
        .map((entry) => join(entry.parentPath, entry.name));
      const [some = ''] = names;
      writeFileSync(join(folder, 'came'), 'later');
      expect(await verified(folder, publicKey)).toContain('mismatch');
      rmSync(join(folder, 'came'));
      renameSync(some, `${some}.other`);
      expect(await verified(folder, publicKey)).toContain('mismatch');
      renameSync(`${some}.other`, some);
      expect(await verified(folder, publicKey)).toBe('verified');
      appendFileSync(some, ' ');
      expect(await verified(folder, publicKey)).toContain('mismatch');
      rmSync(some);
      expect(await verified(folder, publicKey)).toContain('mismatch');
    },
  );

  it('takes a folder that `model_signing sign key` signed with the same key, and names what is another there', async () => {
    const { keys } = await bench.done('makeSealingKey', {});
    const publicKey = keys.find(({ use }) => use === 'model')?.publicKeyPath ?? '';
    const folder = join(bench.folder, 'signed-there');
    await exports.mlflow(folder);
    const key = ['--private_key', publicKey.replace(/\.pub$/u, '.key'), '--signature', join(folder, 'model.sig')];
    await promisify(execFile)(modelSigning.program('model_signing'), ['sign', 'key', ...key, folder]);
    expect(await bench.done('verifyModel', { folder })).toMatchObject({ isSigned: true, differences: [] });
    appendFileSync(join(folder, 'MLmodel'), ' ');
    expect((await bench.done('verifyModel', { folder })).differences).toEqual(['MLmodel is not what was signed.']);
  });
});
