import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { projectFolder } from '../build.ts';
import { preparedCase } from '../first-case.ts';
import { openCase } from '../open-case.ts';
import { temporaryFolder, type RunningWindow } from '../launchers.ts';

const passphrase = 'four words nobody knows';

/** A case is locked in the window; one that was locked elsewhere is asked for its passphrase, and opens with it alone. */
export function lockedCaseStories(window: () => RunningWindow, home: () => string): void {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('locks the open case, after saying that nobody can bring a passphrase back', async () => {
    const path = join(folder.path, 'to-lock.assay');
    copyFileSync(preparedCase(home()), path);
    const { page } = window();
    await openCase(window(), path, 'to-lock: choose a case');
    await page.getByRole('button', { name: 'to-lock: choose a case' }).click();
    await page.getByRole('menuitem', { name: 'Lock with a passphrase…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Lock with a passphrase' });
    const lock = dialog.getByRole('button', { name: 'Lock to-lock.assay' });
    await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await dialog.getByLabel('The same once more').fill('four words');
    await dialog.getByText('The two are not the same yet.').waitFor();
    await dialog.getByLabel('The same once more').fill(passphrase);
    expect(await lock.isDisabled()).toBe(true);
    await dialog.getByLabel('I know that nobody can bring back').check();
    await lock.click();
    await page.getByText('The case is locked.').waitFor();
    expect(readFileSync(path).subarray(0, 3).toString()).toBe('ASL');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'to-lock: choose a case' }).getByText('locked').waitFor();
    await openCase(window(), preparedCase(home()), /^payments-30-days.*: choose a case$/);
  });

  it('asks for the passphrase of a case that was locked elsewhere, and opens it with that alone', async () => {
    const path = join(folder.path, 'elsewhere.assay');
    copyFileSync(preparedCase(home()), path);
    execFileSync(process.execPath, [join(projectFolder, 'scripts', 'assay.mjs'), 'lock', '--case', path], {
      env: { ...process.env, ASSAY_HOME: folder.path, ASSAY_PASSPHRASE: passphrase },
    });
    const { page } = window();
    await window().chooseFile(path, () => page.keyboard.press('Control+o'));
    const dialog = page.getByRole('dialog', { name: 'elsewhere.assay is locked' });
    await dialog.getByLabel('Passphrase').fill('four words nobody knew');
    await page.keyboard.press('Enter');
    await dialog.getByText('That is not the passphrase of').waitFor();
    await dialog.getByLabel('Passphrase').fill(passphrase);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'elsewhere: choose a case' }).getByText('locked').waitFor();
    await openCase(window(), preparedCase(home()), /^payments-30-days.*: choose a case$/);
  });
}
