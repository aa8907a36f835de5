import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { verifyCase } from '../../../engine/store/backup.ts';
import { preparedCase } from '../first-case.ts';
import { temporaryFolder, type RunningWindow } from '../launchers.ts';
import { openCase } from '../open-case.ts';

const reason = 'end of the retention period';

/** Old transactions go for good from the menu of the case: never before what would go was looked at. */
export function eraseStories(window: () => RunningWindow, home: () => string): void {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('says what an erasure by age would take, takes it only after that, and the history says why', async () => {
    const { page } = window();
    const path = join(folder.path, 'old.assay');
    copyFileSync(preparedCase(home()), path);
    const rowsBefore = rowsOf(path);
    await openCase(window(), path, /^old.*: choose a case$/u);
    await page.getByRole('button', { name: /choose a case$/u }).click();
    await page.getByRole('menuitem', { name: 'Erase by age…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Erase by age' });
    const [plan, erase] = [
      dialog.getByRole('button', { name: 'What would go' }),
      dialog.getByRole('button', { name: 'Erase for good' }),
    ];
    expect(await plan.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill(reason);
    await plan.click();
    await dialog.getByText('Nothing is so old.').waitFor();
    expect(await erase.count()).toBe(0);

    const days = dialog.getByLabel('Older than');
    await days.fill('10');
    await days.press('Enter');
    await plan.click();
    await dialog.getByText(/^Would go: [\d,]+ transactions/u).waitFor();
    expect(await erase.isDisabled()).toBe(true);
    await dialog.getByRole('checkbox', { name: /^I looked at it/u }).click();
    // Other days than those that were looked at are no answer.
    await days.fill('12');
    await days.press('Enter');
    await erase.waitFor({ state: 'detached' });
    expect(rowsOf(path)).toBe(rowsBefore);
    await plan.click();
    await dialog.getByRole('checkbox', { name: /^I looked at it/u }).click();
    await erase.click();
    await dialog.getByText(/^Erased: [\d,]+ transactions/u).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^old.*: choose a case$/u }).waitFor();

    expect(rowsOf(path)).toBeLessThan(rowsBefore);
    expect(verifyCase(path).problems).toEqual([]);
    const opened = openCaseReadOnly(path);
    expect(opened.decisions.auditPage({ limit: 5, text: reason }).rows.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^erased what is older than 12 days: \d+ rows/u),
    ]);
    opened.close();
    await openCase(window(), preparedCase(home()), /^payments-30-days.*: choose a case$/u);
  });
}

function rowsOf(path: string): number {
  const opened = openCaseReadOnly(path);
  try {
    return opened.counts().rows;
  } finally {
    opened.close();
  }
}
