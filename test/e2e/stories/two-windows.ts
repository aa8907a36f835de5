import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { openAlerts, waitForOpenAlerts } from '../alerts.ts';
import { analystName, copyHome, preparedCase } from '../first-case.ts';
import { temporaryFolder, type LaunchOptions, type RunningWindow } from '../launchers.ts';
import { openCase } from '../open-case.ts';

const otherName = 'Bruno Weiss';

/** Two people at one case, each with a window and an engine of their own. */
export function twoWindowsStories(
  launch: (options: LaunchOptions) => Promise<RunningWindow>,
  prepared: () => string,
): void {
  it('shows in one window what was decided in the other, replaces it only when told to, and undoes only its own', async () => {
    const folder = temporaryFolder();
    const path = join(folder.path, 'shared.assay');
    copyFileSync(preparedCase(prepared()), path);
    const windows: RunningWindow[] = [];
    try {
      for (const name of [analystName, otherName]) {
        const home = join(folder.path, name);
        copyHome(prepared(), home);
        nameAnalyst(home, name);
        const window = await launch({ home });
        windows.push(window);
        await selected(window.page).getByRole('heading', { level: 2 }).waitFor();
        await openCase(window, path, 'shared: choose a case');
      }
      const [{ page }, { page: otherPage }] = windows;
      const open = await openAlerts(page);
      await waitForOpenAlerts(otherPage, open);
      const alert = await nameOfSelected(page);
      expect(await nameOfSelected(otherPage)).toBe(alert);

      await page.keyboard.press('f');
      await waitForOpenAlerts(page, open - 1);
      await waitForOpenAlerts(otherPage, open - 1);

      await showDecided(otherPage, 'fraud');
      await selected(otherPage).getByText(analystName).first().waitFor();
      await otherPage.keyboard.press('l');
      const refusal = messages(otherPage)
        .getByRole('alert')
        .filter({ hasText: `decided by ${analystName} as fraud` });
      await refusal.waitFor();
      await refusal.getByRole('button', { name: 'Replace it' }).click();

      await showDecided(page, 'legitimate');
      await selected(page).getByText(otherName).first().waitFor();
      expect(await nameOfSelected(page)).toBe(alert);

      // Ines takes back what is hers, and what Bruno decided stands.
      await page.keyboard.press('z');
      await messages(page).getByText('Undone').first().waitFor();
      expect(await openAlerts(page)).toBe(open - 1);
      await otherPage.keyboard.press('z');
      await waitForOpenAlerts(otherPage, open);
      await waitForOpenAlerts(page, open);
    } finally {
      for (const window of windows) await window.close();
      folder.remove();
    }
  });
}

function selected(page: Page): ReturnType<Page['locator']> {
  return page.getByLabel('Selected alert');
}

function messages(page: Page): ReturnType<Page['locator']> {
  return page.getByRole('region', { name: 'Messages' });
}

function nameOfSelected(page: Page): Promise<string> {
  return selected(page).getByRole('heading', { level: 2 }).innerText();
}

/** Lists the alerts with a verdict instead of the open ones, and selects the one there is. */
async function showDecided(page: Page, kind: string): Promise<void> {
  const verdicts = page.getByRole('group', { name: 'Verdict' });
  await verdicts.getByRole('button', { name: /^open/ }).click();
  await verdicts.getByRole('button', { name: new RegExp(`^${kind}`) }).click();
  await page.getByRole('status').getByText('1 alert', { exact: true }).waitFor();
  const grid = page.getByRole('grid', { name: 'Alerts' });
  await grid.getByRole('row').last().click();
  await grid.focus();
}

function nameAnalyst(home: string, analyst: string): void {
  const path = join(home, 'settings.json');
  const kept = JSON.parse(readFileSync(path, 'utf8')) as { readonly settings: object };
  writeFileSync(path, JSON.stringify({ ...kept, settings: { ...kept.settings, analyst } }));
}
