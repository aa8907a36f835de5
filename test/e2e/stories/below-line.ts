import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openAlerts, waitForOpenAlerts } from '../alerts.ts';
import { goTo, setNumber } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

/** Below so many verdicts there is no estimate. */
const FEWEST_JUDGED = 30;
/** Where half of the queue is drawn, none of so many alerts is only where the mark is missing. */
const MOST_JUDGED = 12;

/** What is missed is measured: a random sample below the line, judged without knowing what the model thinks of it. */
export function belowLineStories(window: () => RunningWindow): void {
  it('judges a sample below the line blind and by keyboard, undoes, and tells the missed fraud with its interval', async () => {
    const { page } = window();
    await goTo(page, 'Tuning');
    const missed = page.getByRole('region', { name: 'How much fraud is missed?' });
    await missed.getByText(`after ${FEWEST_JUDGED} more verdicts`).waitFor();
    await goTo(page, 'Triage');
    await page.getByRole('grid', { name: 'Alerts' }).waitFor();
    const open = await openAlerts(page);

    await page.keyboard.press('b');
    const grid = page.getByRole('grid', { name: 'Below the line' });
    await grid.getByRole('row').nth(1).waitFor();
    const first = await grid.getByRole('row').nth(1).innerText();
    const facts = page.getByRole('region', { name: 'Facts' });
    await facts.waitFor();
    const cells = page.getByRole('region', { name: 'Transaction', exact: true });
    const shown = `${await grid.innerText()} ${await facts.innerText()} ${await cells.innerText()}`;
    expect(shown).not.toMatch(/score|reason|rank|flagged|is_fraud|label/iu);

    const decided = (count: number): Promise<void> =>
      page
        .getByRole('status')
        .getByText(new RegExp(`^${count} of \\d+ decided$`, 'u'))
        .waitFor();
    await page.keyboard.press('f');
    await decided(1);
    for (let verdict = 1; verdict < FEWEST_JUDGED + 1; verdict++) await page.keyboard.press('l');
    await decided(FEWEST_JUDGED + 1);
    await page.keyboard.press('z');
    await decided(FEWEST_JUDGED);
    expect(await openAlerts(page)).toBe(open);

    await page.getByRole('button', { name: 'Estimate in Tuning' }).click();
    await missed.getByText(/30 of \d+ sampled are judged, 1 of them fraud/u).waitFor();
    await missed.getByText(/\d a week/u).waitFor();
    await missed.getByText(/more verdicts? would halve the interval/u).waitFor();

    await missed.getByRole('button', { name: 'Judge the sample' }).click();
    await decided(FEWEST_JUDGED);
    expect(await grid.getByRole('row').nth(1).innerText()).toBe(`${first}\n▲ fraud`.replace(/\n+/gu, '\n'));
    await page.keyboard.press('b');
    await page.getByRole('grid', { name: 'Alerts' }).waitFor();
  });

  it('mixes a share from below the line into the queue, marked by the verdict alone, and estimates what is missed by it', async () => {
    const { page } = window();
    const estimate = page.getByRole('region', { name: 'How much fraud is missed?' }).getByRole('paragraph').first();
    await goTo(page, 'Triage');
    const grid = page.getByRole('grid', { name: 'Alerts' });
    await grid.waitFor();
    await sortByScore(grid);
    const above = await openAlerts(page);
    await setShare(page, 50);
    await expect.poll(() => openAlerts(page)).toBeGreaterThan(1.3 * above);
    const mixed = await openAlerts(page);
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(`${mixed + 1}`);
    expect(await grid.innerText()).not.toMatch(/↓|below the line|random|explor/iu);

    // Half of the queue is drawn: of the first alerts some are, and the verdict marks just those.
    const marked = grid.getByRole('row').filter({ hasText: 'drawn from below the line' });
    await grid.getByRole('row').nth(1).click();
    let judged = 0;
    while (judged < MOST_JUDGED && (await marked.count()) === 0) {
      await page.keyboard.press('l');
      await waitForOpenAlerts(page, mixed - ++judged);
    }
    await marked.first().waitFor();
    const drawn = (await marked.first().getAttribute('aria-rowindex')) ?? expect.fail('the row has no place');
    for (let undone = 1; undone <= judged; undone++) {
      await page.keyboard.press('z');
      await waitForOpenAlerts(page, mixed - judged + undone);
    }
    await expect.poll(() => marked.count()).toBe(0);

    await goTo(page, 'Tuning');
    const before = await estimate.innerText();
    await goTo(page, 'Triage');
    await grid.locator(`[aria-rowindex="${drawn}"]`).click();
    await page.keyboard.press('f');
    await marked.first().waitFor();
    expect(await marked.count()).toBe(1);
    await goTo(page, 'Tuning');
    await expect.poll(() => estimate.innerText()).not.toBe(before);
    await goTo(page, 'Triage');
    await grid.waitFor();
    await page.keyboard.press('z');
    await waitForOpenAlerts(page, mixed);
    await setShare(page, 0);
    await waitForOpenAlerts(page, above);
  });
}

/** The most anomalous first, however the list was sorted before: what was drawn has a single transaction, and may come last otherwise. */
async function sortByScore(grid: Locator): Promise<void> {
  const head = grid.getByRole('columnheader', { name: /^Score/u });
  const button = head.getByRole('button', { name: 'Score', exact: true });
  const direction = (): Promise<string | null> => head.getAttribute('aria-sort');
  if ((await direction()) === null) await button.click();
  await expect.poll(direction).not.toBeNull();
  if ((await direction()) === 'ascending') await button.click();
  await expect.poll(direction).toBe('descending');
}

/** Chooses in Settings how much of the queue is drawn from below the line. */
async function setShare(page: Page, percent: number): Promise<void> {
  await page.keyboard.press('Control+,');
  await setNumber(page, 'From below the line', percent);
  await page
    .getByRole('dialog', { name: 'Settings' })
    .getByText(percent === 0 ? /^Every alert is above the line/u : new RegExp(`^${percent} % of the alerts`, 'u'))
    .waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}
