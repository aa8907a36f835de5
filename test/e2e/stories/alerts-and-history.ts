import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openAlerts, waitForOpenAlerts } from '../alerts.ts';
import { analystName } from '../first-case.ts';
import { goTo, setNumber } from '../go-to.ts';
import { isOpensslSkipped, TimeStampAuthority } from '../../services/time-stamp-authority.ts';
import { temporaryFolder, type RunningWindow } from '../launchers.ts';

/** A seal that an authority stamps, asked for in the window; without OpenSSL there is no authority. */
async function stampInWindow(
  { chooseFile, chooseNewFile }: RunningWindow,
  history: Locator,
  folder: string,
): Promise<void> {
  if (isOpensslSkipped) return;
  const authority = new TimeStampAuthority(folder, 'Clockhouse');
  await authority.start();
  try {
    await history.getByRole('button', { name: 'Time-stamp…' }).click();
    await history.getByLabel('Time-stamp server (RFC 3161)').fill(authority.address);
    const certificates = history.getByLabel('Certificates of its authority');
    await chooseFile(authority.rootPath, () => history.getByRole('button', { name: 'Choose…' }).click());
    expect(await certificates.inputValue()).toBe(authority.rootPath);
    await chooseNewFile(join(folder, 'stamped.seal.json'), () =>
      history.getByRole('button', { name: 'Seal…' }).click(),
    );
    await history.getByText(/^Sealed: .* Stamped .* by O=Clockhouse, CN=Time-stamps\./u).waitFor();
    expect(authority.requests).toHaveLength(1);
  } finally {
    await authority.stop();
  }
}

/** An alert is an episode that people judge, split, join and see again; who did what can be read and taken along. */
export function alertsAndHistoryStories(window: () => RunningWindow): void {
  it('judges one transaction, splits an alert and joins two, each taken back by one key', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    const grid = page.getByRole('grid', { name: 'Alerts' });
    const heading = page.getByLabel('Selected alert').getByRole('heading', { level: 2 });
    expect(await isSortedByFlagged(grid)).toBe(false);
    await grid
      .getByRole('button', { name: /^Flagged/ })
      .first()
      .click();
    // The detail may be of the same alert before and after the sort, so the order itself is waited for.
    await expect.poll(() => isSortedByFlagged(grid)).toBe(true);
    const before = await openAlerts(page);
    const transactions = page.getByRole('region', { name: 'Transactions of the alert' });
    const flagged = transactions.getByRole('row').filter({ hasText: '▲ flagged' });
    const most = grid.locator('[data-column="transactions"]').first();
    // The list, the detail and the key all come in their own time: until they speak of one alert, there is nothing to count.
    await expect
      .poll(async () => {
        await grid.press('Home');
        const said = /(\d+) flagged$/u.exec(await heading.innerText())?.[1];
        return (await most.innerText()).startsWith(`${said} `) && String(await flagged.count()) === said;
      })
      .toBe(true);
    const count = await flagged.count();
    expect(count).toBeGreaterThan(2);

    await flagged.first().getByRole('checkbox').check();
    await page.keyboard.press('d');
    await waitForOpenAlerts(page, before + 1);
    await page.keyboard.press('z');
    await waitForOpenAlerts(page, before);
    await expect.poll(() => flagged.count()).toBe(count);

    const silent = transactions
      .getByRole('row')
      .filter({ has: page.getByRole('checkbox') })
      .last();
    await silent.getByRole('checkbox').check();
    await page.getByText('A verdict judges only the 1 transaction chosen.').waitFor();
    await page.keyboard.press('f');
    await transactions.getByText('fraud').waitFor();
    expect(await openAlerts(page)).toBe(before);
    await page.keyboard.press('z');
    await expect.poll(() => transactions.getByText('fraud').count()).toBe(0);

    for (const key of ['x', 'j', 'x', 'm']) await page.keyboard.press(key);
    await waitForOpenAlerts(page, before - 1);
    await page.keyboard.press('z');
    await waitForOpenAlerts(page, before);
  });

  it('opens an alert again by flags that nobody was shown, extends its verdict on one key, and tells all in the history', async () => {
    const { page } = window();
    const folder = temporaryFolder();
    try {
      await goTo(page, 'Tuning');
      await setLine(page, 1);
      await goTo(page, 'Triage');
      await page.getByRole('grid', { name: 'Alerts' }).waitFor();
      const before = await openAlerts(page);
      // The list may be read anew once more after the line was moved.
      await expect
        .poll(async () => {
          await page.keyboard.press('X');
          return page.getByText(`${before} alerts selected`, { exact: true }).count();
        })
        .toBe(1);
      await page.keyboard.press('l');
      await waitForOpenAlerts(page, 0);

      await goTo(page, 'Tuning');
      await setLine(page, 4);
      await goTo(page, 'Triage');
      const reopened = page.getByRole('gridcell', { name: /^\d+ new$/u });
      await reopened.first().click();
      const detail = page.getByLabel('Selected alert');
      await detail.getByText(/legitimate on \d\d \w{3}; \d+ new since/u).waitFor();
      const open = await openAlerts(page);
      await page.keyboard.press('a');
      await waitForOpenAlerts(page, open - 1);

      await page.keyboard.press('k');
      await page.keyboard.press('h');
      const history = page.getByRole('dialog', { name: 'History' });
      await history.getByText('The chain is whole').waitFor();
      await history.getByRole('radio', { name: 'The whole case' }).click();
      await history.getByRole('gridcell', { name: 'verdict legitimate' }).nth(1).waitFor();
      expect(await history.getByRole('gridcell', { name: analystName }).count()).toBeGreaterThan(1);
      await history.getByLabel('Search the history').fill('threshold');
      await expect.poll(() => history.getByRole('gridcell', { name: 'verdict legitimate' }).count()).toBe(0);
      const file = join(folder.path, 'history.jsonl');
      await window().chooseNewFile(file, () => history.getByRole('button', { name: /^Save as a file/ }).click());
      await history.getByText(`in ${file}`).waitFor();
      const sealFile = join(folder.path, 'alerts.seal.json');
      await window().chooseNewFile(sealFile, () => history.getByRole('button', { name: 'Seal…' }).click());
      await history.getByText(/^Sealed: .* and the history up to entry \d+/u).waitFor();
      expect(existsSync(sealFile)).toBe(true);
      await stampInWindow(window(), history, folder.path);
      expect(
        readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .every((line) => line.includes('threshold')),
      ).toBe(true);
      await page.keyboard.press('Escape');

      await page.getByRole('grid', { name: 'Alerts' }).focus();
      await page.keyboard.press('z');
      await waitForOpenAlerts(page, open);
      await page.keyboard.press('z');
      await goTo(page, 'Tuning');
      await setLine(page, 1);
      await waitForOpenAlerts(page, before);
    } finally {
      folder.remove();
    }
  });

  it('makes another model the champion for a reason, compares at the same budget, and rolls back', async () => {
    const { page } = window();
    await goTo(page, 'Models');
    const models = page.getByRole('grid', { name: 'Models' });
    await models.getByText('champion').waitFor();
    const former = await models.getByRole('row').filter({ hasText: 'champion' }).innerText();
    await page.keyboard.press('t');
    await page.getByLabel('Train again').getByLabel('Seed', { exact: true }).fill('7');
    await page.getByLabel('Train again').getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: /Make champion…$/u }).waitFor();
    expect(await models.getByRole('row').filter({ hasText: 'champion' }).innerText()).toBe(former);

    await page.getByLabel('Compare with').selectOption({ index: 1 });
    const overlap = page.getByText(/of the [\d,]+ alerts of .* too, which has/u).last();
    const numbers = [...(await overlap.innerText()).matchAll(/(?:of the|which has) ([\d,]+)/gu)];
    const [first, second] = numbers.map(([, digits]) => Number(digits.replaceAll(',', '')));
    // Alerts of equal scores come together or not at all.
    expect(second).toBeLessThanOrEqual(first);
    expect(second).toBeGreaterThan(0.9 * first);
    // The alerts that only the first one has are those that are not alerts of both, each with its reason.
    const both = Number((/^[\d,]+/u.exec(await overlap.locator('..').innerText())?.[0] ?? '').replaceAll(',', ''));
    const onlyFirst = page.getByRole('region', { name: /^Only / }).first();
    await onlyFirst
      .getByRole('heading')
      .getByText(`: ${(first - both).toLocaleString('en')} alert`)
      .waitFor();
    if (first > both) await onlyFirst.getByRole('row').nth(1).getByRole('button').waitFor();

    await page.getByRole('grid', { name: 'Models' }).focus();
    await page.keyboard.press('c');
    await page.getByLabel('Why').fill('another seed');
    await page.keyboard.press('Enter');
    await page.getByText(/ is the champion now/u).waitFor();
    await page.getByRole('button', { name: /Roll back…$/u }).click();
    await page.getByLabel('Why').fill('it was only a seed');
    await page.keyboard.press('Enter');
    await expect.poll(() => models.getByRole('row').filter({ hasText: 'champion' }).innerText()).toBe(former);
    await page.keyboard.press('Alt+H');
    const history = page.getByRole('dialog', { name: 'History' });
    await history.getByText(/reason it was only a seed/u).waitFor();
    await page.keyboard.press('Escape');
  });

  it('makes alerts by another gap, and counts follow', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    await page.getByRole('grid', { name: 'Alerts' }).waitFor();
    const before = await openAlerts(page);
    await page.keyboard.press('Control+,');
    const settings = page.getByRole('dialog', { name: 'Settings' });
    await settings.getByRole('radio', { name: 'The whole recording' }).click();
    await settings.getByText(/^All flagged transactions of one card are one alert/u).waitFor();
    await expect.poll(() => openAlerts(page)).toBeLessThan(before);
    await settings.getByRole('radio', { name: 'An episode' }).click();
    await waitForOpenAlerts(page, before);
    await page.keyboard.press('Escape');
  });
}

/** Whether the list says that it is sorted by flagged transactions, most first, and what is in view of its top is so. */
async function isSortedByFlagged(grid: Locator): Promise<boolean> {
  const head = grid
    .getByRole('columnheader')
    .filter({ hasText: /^Flagged/u })
    .first();
  if ((await head.getAttribute('aria-sort')) !== 'descending') return false;
  const counts = (await grid.locator('[data-column="transactions"]').allInnerTexts()).map((words) =>
    Number(words.split(' of ')[0].replaceAll(',', '')),
  );
  return counts.length > 1 && counts.every((count, index) => index === 0 || count <= counts[index - 1]);
}

/** Moves the line to flag so many percent, and waits until the case says so. */
async function setLine(page: Page, percent: number): Promise<void> {
  await setNumber(page, 'Contamination', percent);
  await page.getByText(`The line flags ${percent} % of the transactions.`).waitFor();
}
