import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { goTo } from '../go-to.ts';
import { temporaryFolder, type LaunchOptions, type RunningWindow } from '../launchers.ts';

const header = 'txn_id,txn_time,amount,card,merchant,is_fraud';

/** 240 payments of eight days, whose times begin with the year in two digits. */
function payments(merchant: string): string {
  const rows = Array.from({ length: 240 }, (_, row) => {
    const time = new Date(Date.UTC(2024, 9, 20, 8) + row * 2_820_000).toISOString();
    const written = `${time.slice(2, 10).replaceAll('-', '/')} ${time.slice(11, 16)}`;
    return `T${row},${written},${row + 0.5},C${row % 30},${merchant},${row % 40 === 7 ? 1 : 0}`;
  });
  return `${[header, ...rows].join('\n')}\n`;
}

/** Looks at a recording in a window of its own. */
export function readingRightlyStories(launch: (options: LaunchOptions) => Promise<RunningWindow>): void {
  const looking = async (content: string | Buffer, look: (page: Page) => Promise<void>): Promise<void> => {
    const folder = temporaryFolder();
    const recording = join(folder.path, 'payments.csv');
    writeFileSync(recording, content);
    try {
      const window = await launch({ home: join(folder.path, 'home') });
      try {
        await goTo(window.page, 'Sources');
        await window.chooseFile(recording, () =>
          window.page
            .getByRole('button', { name: /^Open a recording/ })
            .first()
            .click(),
        );
        await look(window.page);
        expect(window.consoleErrors).toEqual([]);
      } finally {
        await window.close();
      }
    } finally {
      folder.remove();
    }
  };

  it('shows both readings of a doubtful column with what each gives, and settles it on one click', async () => {
    await looking(payments('Bakery'), async (page) => {
      const doubts = page.getByRole('list', { name: 'In doubt' });
      await doubts.getByText("Which number of 'txn_time' is the year?").waitFor();
      const readings = doubts.getByRole('button');
      expect(await readings.count()).toBe(2);
      expect(await readings.first().innerText()).toMatch(/2024-10-20T08:00:00Z to 2024-10-28[^]*taken/u);
      expect(await readings.last().innerText()).toMatch(/20[23]\d-10-24T/u);
      await readings.first().click();
      await doubts.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: /^Read and train/ }).waitFor();
    });
  });

  it('says that bytes were not understood, and reads them in the encoding that a person names', async () => {
    const windows1251 = Buffer.from(payments('\u00CC\u00E0\u00E3\u00E0\u00E7\u00E8\u00ED'), 'latin1');
    await looking(windows1251, async (page) => {
      await page.getByText(/is not in UTF-8/).waitFor();
      const cells = page.getByRole('grid', { name: 'First rows' });
      await cells.getByText('Магазин').first().waitFor({ state: 'detached' });
      await page.getByText('The text looks wrong?').click();
      await page.getByLabel('Encoding').fill('windows-1251');
      await page.getByRole('button', { name: 'Read it so' }).click();
      await cells.getByText('Магазин').first().waitFor();
    });
  });
}
