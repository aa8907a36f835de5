import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { getCurrentFuseWire, FuseState } from '@electron/fuses';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { shippedFuses } from '../../../scripts/set-fuses.mjs';
import { openAlerts, waitForOpenAlerts } from '../../e2e/alerts.ts';
import { copyHome } from '../../e2e/first-case.ts';
import { foreignAddresses } from '../../e2e/foreign-addresses.ts';
import { goTo, places } from '../../e2e/go-to.ts';
import { temporaryFolder } from '../../e2e/launchers.ts';
import { shippedProgram } from '../electron.ts';

/** The packaged program with the fuses it is shipped with, held only by its page. */
export function shippedStories(prepared: () => string): void {
  it('has every fuse as it was decided', async () => {
    const fuses: Readonly<Record<string, unknown>> = { ...(await getCurrentFuseWire(shippedProgram())) };
    for (const [fuse, isOn] of Object.entries(shippedFuses))
      if (fuse in fuses) expect(fuses[fuse], fuse).toBe(isOn ? FuseState.ENABLE : FuseState.DISABLE);
  });

  it('starts, is used and is closed, and asks no other machine for anything', async () => {
    const folder = temporaryFolder();
    const home = join(folder.path, 'home');
    const netLog = join(folder.path, 'net-log.json');
    copyHome(prepared(), home);
    const program = spawn(
      shippedProgram(),
      ['--remote-debugging-port=0', `--user-data-dir=${join(folder.path, 'electron')}`, `--log-net-log=${netLog}`],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ASSAY_HOME: home } },
    );
    const exitCode = new Promise<number | null>((resolve) => program.on('exit', resolve));
    try {
      const browser = await chromium.connectOverCDP(await debuggerAddress(program.stderr));
      const context = browser.contexts()[0];
      const page = context?.pages()[0] ?? (await context?.waitForEvent('page'));
      if (page === undefined) throw new Error('The program shows no page.');
      await page.getByRole('button', { name: /^payments-30-days.*: choose a case$/ }).waitFor();
      for (const place of places) await goTo(page, place);
      await goTo(page, 'Triage');
      await page.getByLabel('Selected alert').getByRole('heading', { level: 2 }).waitFor();
      const open = await openAlerts(page);
      await page.keyboard.press('f');
      await waitForOpenAlerts(page, open - 1);
      await page.close({ runBeforeUnload: true });
      expect(await exitCode).toBe(0);
      expect(foreignAddresses(addressesIn(netLog))).toEqual([]);
    } finally {
      program.kill();
      await exitCode;
      folder.remove();
    }
  });
}

function debuggerAddress(errors: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface(errors);
    lines.on('line', (line) => {
      const address = /^DevTools listening on (ws:\S+)$/u.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    lines.on('close', () => reject(new Error('The program ended before it had an address for its page.')));
  });
}

/** Every address that Chromium began to ask for, as its own log of the network tells. */
function addressesIn(path: string): readonly string[] {
  return [...readFileSync(path, 'utf8').matchAll(/"url":"([^"]+)"/gu)].map(([, address]) => address ?? '');
}
