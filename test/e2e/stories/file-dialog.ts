import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { enginePids } from '../engine-process.ts';
import { temporaryFolder, type RunningWindow } from '../launchers.ts';

/** The page's own dialog for files, which is there where the host has none. */
export function fileDialogStories(window: () => RunningWindow): void {
  it('opens beside the folder of last time where that is gone', async () => {
    const folder = temporaryFolder();
    const gone = join(folder.path, 'gone');
    mkdirSync(gone);
    const { page } = window();
    const dialog = page.getByRole('dialog', { name: 'Open a case' });
    const field = dialog.getByLabel('Folder', { exact: true });
    try {
      await page.keyboard.press('Control+o');
      await field.fill(gone);
      await field.press('Enter');
      await expect.poll(() => field.getAttribute('title')).toBe(gone);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      rmdirSync(gone);
      await page.keyboard.press('Control+o');
      await expect.poll(() => field.getAttribute('title')).toBe(folder.path);
    } finally {
      await page.keyboard.press('Escape');
      folder.remove();
    }
  });

  it('leaves the folder that is being typed alone when the listing of another one arrives late', async () => {
    const folder = temporaryFolder();
    const [first, second] = [join(folder.path, 'first', 'inner'), join(folder.path, 'second')];
    for (const path of [first, second]) mkdirSync(path, { recursive: true });
    writeFileSync(join(second, 'late.assay'), '');
    const { page, hostPid } = window();
    const [engine] = enginePids(hostPid);
    if (engine === undefined) throw new Error('No engine process was found below the host.');
    const dialog = page.getByRole('dialog', { name: 'Open a case' });
    try {
      await page.keyboard.press('Control+o');
      const field = dialog.getByLabel('Folder', { exact: true });
      await expect.poll(() => field.getAttribute('title')).not.toBe('');
      await field.fill(first);
      await field.press('Enter');
      await expect.poll(() => field.getAttribute('title')).toBe(first);
      // The engine lists no folder until the field was made ready to be typed over.
      process.kill(engine, 'SIGSTOP');
      try {
        await dialog.getByRole('button', { name: 'Parent folder' }).click();
        await field.selectText();
      } finally {
        process.kill(engine, 'SIGCONT');
      }
      await expect.poll(() => field.getAttribute('title')).toBe(dirname(first));
      await page.keyboard.insertText(second);
      await page.keyboard.press('Enter');
      await dialog.getByRole('button', { name: 'late.assay' }).waitFor();
    } finally {
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      folder.remove();
    }
  });
}
