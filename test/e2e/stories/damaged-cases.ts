import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { preparedCase } from '../first-case.ts';
import { goTo } from '../go-to.ts';
import { openCase } from '../open-case.ts';
import { temporaryFolder, type RunningWindow } from '../launchers.ts';

/** Where SQLite keeps `user_version` in a file's header, big-endian (sqlite.org/fileformat2.html, 1.3). */
const USER_VERSION_OFFSET = 60;

/** Files that cannot be opened: the window says why and what to do, closes the case before, and changes no byte of them. */
export function damagedCaseStories(window: () => RunningWindow, home: () => string): void {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  const copyOfCase = (name: string): string => {
    const path = join(folder.path, name);
    copyFileSync(preparedCase(home()), path);
    return path;
  };

  const open = async (path: string, message: string): Promise<void> => {
    const before = readFileSync(path);
    const { page } = window();
    await window().chooseFile(path, () => page.keyboard.press('Control+o'));
    const toast = page.getByRole('region', { name: 'Messages' }).getByRole('alert').filter({ hasText: message });
    await toast.waitFor();
    await toast.getByRole('button', { name: 'Close message' }).click();
    expect(readFileSync(path).equals(before)).toBe(true);
    // No key may land in the case before.
    await page.getByRole('button', { name: 'No case open: choose a case' }).waitFor();
    await goTo(page, 'Triage');
    await page.getByText('No case is open').waitFor();
    await openCase(window(), preparedCase(home()), /^payments-30-days.*: choose a case$/);
  };

  it('says that a case is damaged, and how to go on', async () => {
    const path = copyOfCase('damaged.assay');
    truncateSync(path, statSync(path).size - 20_000);
    await open(path, 'Mend it in the menu of cases: that puts back what backups have or what was received gives.');
  });

  it('says that a case comes from a newer version, and that it is unchanged', async () => {
    const path = copyOfCase('newer.assay');
    const bytes = readFileSync(path);
    bytes.writeUInt32BE(99, USER_VERSION_OFFSET);
    writeFileSync(path, bytes);
    await open(path, 'Open it with the newer Assay that wrote it. The file was not changed.');
  });
}
