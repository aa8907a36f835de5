import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import type { Page } from 'playwright-core';
import { openAlerts, waitForOpenAlerts } from '../alerts.ts';
import { projectFolder } from '../build.ts';
import { preparedCase } from '../first-case.ts';
import { temporaryFolder, type RunningWindow } from '../launchers.ts';
import { goTo } from '../go-to.ts';
import { openCase } from '../open-case.ts';
import { mountSmallDisk } from '../small-disk.ts';

/** A case that cannot be written, from the start or from one moment to the next: said in words, and nothing is lost. */
export function failingDiskStories(window: () => RunningWindow, prepared: () => string, ownHome: () => string): void {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  const backToFirstCase = (): Promise<void> =>
    openCase(window(), preparedCase(ownHome()), /^payments-30-days.*: choose a case$/);
  const caseOnSmallDisk = (name: string) => {
    const place = join(folder.path, name);
    const disk = mountSmallDisk(place, 200);
    if (disk !== null) onTestFinished(() => disk.remove());
    const path = join(place, `${name}.assay`);
    copyFileSync(preparedCase(prepared()), path);
    return { disk, path, place };
  };

  it('shows a case that cannot be written, with the keys that would change it off, and says why', async ({ skip }) => {
    const { disk, path } = caseOnSmallDisk('unwritable');
    if (disk === null) return skip('no file system can be mounted here');
    disk.makeReadOnly();
    const before = readFileSync(path);
    const { page } = window();
    await openCase(window(), path, 'unwritable: choose a case');
    await page.getByText('read-only').first().waitFor();
    await waitForOpenAlerts(page, allAlertsOf(path));
    const why = 'open for reading only';
    const open = await openAlerts(page);
    const messages = page.getByRole('region', { name: 'Messages' });
    for (const key of ['f', 'n', 's', 'z']) {
      await page.keyboard.press(key);
      const toast = messages.getByRole('status').filter({ hasText: why });
      await toast.waitFor();
      await toast.getByRole('button', { name: 'Close message' }).click();
      await toast.waitFor({ state: 'detached' });
    }
    for (const name of ['fraud', 'legitimate', 'note', 'snooze', 'undo']) {
      const button = page.getByLabel('Selected alert').getByRole('button', { name, exact: false }).first();
      expect(await button.isDisabled(), name).toBe(true);
      expect(await button.getAttribute('title')).toContain(why);
    }
    await page.keyboard.press('j');
    await goTo(page, 'Tuning');
    expect(await page.getByRole('button', { name: 'Train' }).isDisabled()).toBe(true);
    await page.keyboard.press('b');
    await messages.getByText('The line is shown there and not kept.').waitFor();
    await goTo(page, 'Triage');
    await waitForOpenAlerts(page, open);
    expect(readFileSync(path).equals(before)).toBe(true);
    await backToFirstCase();
  });

  it('takes a verdict back when the disk is full, keeps the note being typed, and goes on when there is room', async ({
    skip,
  }) => {
    const { disk, path, place } = caseOnSmallDisk('full');
    if (disk === null) return skip('no file system can be mounted here');
    const { page } = window();
    await openCase(window(), path, 'full: choose a case');
    await waitForOpenAlerts(page, allAlertsOf(path));
    const filler = join(place, 'filler');
    const { bavail, bsize } = statfsSync(place);
    writeFileSync(filler, Buffer.alloc(bavail * bsize));

    await refuses(page, 'is full. Free some space and repeat.', async () => page.keyboard.press('f'));
    await page.keyboard.press('n');
    await page.keyboard.type('Typed while the disk was full.');
    await refuses(page, 'its text is kept here', async () => page.keyboard.press('Control+Enter'));

    rmSync(filler);
    const note = page.getByRole('textbox', { name: 'Note' });
    expect(await note.inputValue()).toBe('Typed while the disk was full.');
    await note.press('Control+Enter');
    await page.getByText('Note added to').waitFor();
    const open = await openAlerts(page);
    await page.getByRole('grid', { name: 'Alerts' }).press('f');
    await waitForOpenAlerts(page, open - 1);
    await backToFirstCase();
  });
}

/** How many alerts a case has, as the command line says; nobody has decided any of these. */
function allAlertsOf(path: string): number {
  const command = ['scripts/assay.mjs', 'alerts', '--case', path, '--limit', '1', '--json'];
  const printed = execFileSync(process.execPath, command, { cwd: projectFolder, encoding: 'utf8' });
  return (JSON.parse(printed) as { readonly allAlerts: number }).allAlerts;
}

/** Does what must be refused, reads the message, and sees that no alert counts as decided. */
async function refuses(page: Page, words: string, act: () => Promise<void>): Promise<void> {
  const open = await openAlerts(page);
  await act();
  const toast = page.getByRole('region', { name: 'Messages' }).getByRole('alert').filter({ hasText: words });
  await toast.waitFor();
  await toast.getByRole('button', { name: 'Close message' }).click();
  await waitForOpenAlerts(page, open);
}
