import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { goTo } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

/** One filter for all places, drawn by hand: what is brushed is what is counted, listed and triaged. */
export function exploreStories(window: () => RunningWindow): void {
  it('filters every picture and the alerts while a brush is dragged, holds in Triage and Tuning through a search, and clears everywhere', async () => {
    const { page } = window();
    await goTo(page, 'Explore');
    await page.getByRole('radio', { name: 'Overview' }).check();
    const status = page.getByRole('status').getByText(/in the selection/u);
    const scores = page.getByRole('figure', { name: 'Score', exact: true }).getByText(/of [\d,]+ flagged$/u);
    const all = { alerts: await alertsIn(page), scores: await scores.innerText() };

    const map = page.locator('.chart-brush');
    await map.scrollIntoViewIfNeeded();
    const box = await map.boundingBox();
    if (box === null) throw new Error('The map has no place.');
    const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y];
    await page.mouse.move(...at(0.3, 0.05));
    await page.mouse.down();
    await page.mouse.move(...at(0.5, 0.4), { steps: 4 });
    await page.mouse.move(...at(0.6, 0.5), { steps: 4 });
    // The button is still held.
    await expect.poll(() => alertsIn(page)).toBeLessThan(all.alerts);
    await expect.poll(() => scores.innerText()).not.toBe(all.scores);
    await page.mouse.up();
    await expect.poll(() => status.isVisible()).toBe(true);
    await page.getByRole('button', { name: /^Remove time/u }).waitFor();
    const brushed = await settledAlerts(page);
    expect(brushed).toBeGreaterThan(0);

    await page.getByRole('button', { name: /Triage these/u }).click();
    await page.getByRole('main', { name: 'Triage' }).waitFor();
    const total = page.getByRole('status').getByText(/^[\d,]+ alerts?$/u);
    await expect.poll(() => total.innerText()).toBe(`${brushed.toLocaleString('en')} alerts`);
    const search = page.getByLabel('Search alerts, or paste ids');
    await search.fill('no such text');
    await page.getByText('No alert passes the filter').waitFor();
    await search.fill('');
    await expect.poll(() => total.innerText()).toBe(`${brushed.toLocaleString('en')} alerts`);

    await goTo(page, 'Tuning');
    const held = page.getByRole('group', { name: 'Filter' }).getByRole('status');
    await expect
      .poll(() => held.innerText())
      .toMatch(new RegExp(`^${brushed} alerts? at the line in force; [\\d,]+ of [\\d,]+ transactions? flagged$`, 'u'));
    const follows = page.getByText('within the filter', { exact: true });
    for (const figure of ['Where does the line fall?', 'What would we catch?'])
      await page.getByRole('figure', { name: figure }).getByText('within the filter', { exact: true }).waitFor();
    await page
      .getByRole('figure', { name: 'Which days go over budget?' })
      .getByText('of all transactions', { exact: true })
      .waitFor();

    await goTo(page, 'Explore');
    await page.getByRole('button', { name: /^Remove time/u }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => alertsIn(page)).toBe(all.alerts);
    await goTo(page, 'Tuning');
    await page.getByRole('figure', { name: 'Where does the line fall?' }).waitFor();
    expect(await follows.count()).toBe(0);
    await goTo(page, 'Triage');
    await expect.poll(() => total.innerText()).toBe(`${all.alerts.toLocaleString('en')} alerts`);
  });
}

async function alertsIn(page: Page): Promise<number> {
  const words = await page.getByText(/[\d,]+ alerts? in the selection/u).innerText();
  return Number((/^[\d,]+/u.exec(words)?.[0] ?? '').replaceAll(',', ''));
}

/** Once the number in the list and the one on the button are of the same selection. */
async function settledAlerts(page: Page): Promise<number> {
  const button = page.getByRole('button', { name: /Triage these/u });
  await expect.poll(async () => (await button.innerText()).includes(`${await alertsIn(page)} alert`)).toBe(true);
  return alertsIn(page);
}
