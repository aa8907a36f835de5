import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledNode } from '../../scripts/runtime.mjs';
import { runAssayHere } from '../command-line/run-assay.ts';

const script = resolve(import.meta.dirname, '../../scripts/assay.mjs');
/** Makes this Node look like one that cannot run TypeScript, so that the launcher hands over to the bundled one. */
const old = '--no-experimental-strip-types';

describe('the launcher', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-launch-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs from any folder and through a symbolic link', () => {
    const link = join(folder, 'assay');
    symlinkSync(script, link);
    const { status, stdout } = spawnSync(process.execPath, [link, '--version'], { cwd: folder, encoding: 'utf8' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(status).toBe(0);
  });

  it('says the version that the command line itself says', async () => {
    const { stdout } = spawnSync(process.execPath, [script, '--version'], { encoding: 'utf8' });
    expect(await runAssayHere(['--version'], folder)).toMatchObject({ code: 0, stdout });
  });

  describe.skipIf(bundledNode() === null)('on a Node that is too old', () => {
    it('hands over to the bundled one, with its output and exit code', () => {
      const good = spawnSync(process.execPath, [old, script, '--version'], { encoding: 'utf8' });
      expect(good.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
      expect(good.status).toBe(0);
      const bad = spawnSync(process.execPath, [old, script, 'run', join(folder, 'none.csv')], { encoding: 'utf8' });
      expect(bad.stderr).toContain('none.csv');
      expect(bad.status).toBe(2);
    });

    it.skipIf(process.platform === 'win32')('passes an interruption on, and ends with 130', async () => {
      const { child, isWriting } = await startLongSimulation(join(folder, 'interrupted'));
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number | null];
      expect(code).toBe(130);
      expect(isWriting()).toBe(false);
    });

    it.skipIf(process.platform === 'win32')('does not leave the work running when it is killed', async () => {
      const { child, isWriting } = await startLongSimulation(join(folder, 'orphaned'));
      child.kill('SIGKILL');
      await once(child, 'exit');
      // The work that goes on would take minutes; it removes its partial file when it stops.
      await waitUntil(() => !isWriting());
    });
  });
});

/** A simulation into a folder of its own; it writes under another name until it is done. */
async function startLongSimulation(into: string) {
  mkdirSync(into);
  const size = ['--customers', '2000', '--days', '3000'];
  const child = spawn(process.execPath, [old, script, 'simulate', '--out', join(into, 'payments.csv'), ...size], {
    stdio: 'ignore',
  });
  const isWriting = (): boolean => readdirSync(into).some((name) => name.endsWith('.part'));
  await waitUntil(isWriting);
  return { child, isWriting };
}

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(50);
}
