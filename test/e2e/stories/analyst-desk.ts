import { expect, it } from 'vitest';
import { goTo } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

/** What an analyst does besides deciding: looks at others of the same place, and asks whether the alerts are firm. */
export function analystDeskStories(window: () => RunningWindow): void {
  it('gives every alert in view its first reason, in words', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    const reasons = page.getByRole('grid', { name: 'Alerts' }).locator('[data-column="firstReason"]');
    await reasons.first().waitFor();
    await expect
      .poll(async () => (await reasons.allInnerTexts()).filter((text) => !/^[A-Z0-9]/u.test(text)))
      .toEqual([]);
  });

  it('shows the alerts of the same terminal on one key, and all again without the condition', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    await page.getByRole('button', { name: 'Same terminal' }).waitFor();
    const all = await page
      .getByRole('status')
      .getByText(/alerts$/u)
      .innerText();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: /^Remove terminal_id/ }).waitFor();
    await expect
      .poll(() =>
        page
          .getByRole('status')
          .getByText(/alerts?$/u)
          .innerText(),
      )
      .not.toBe(all);
    await page.getByRole('button', { name: /^Remove terminal_id/ }).click();
    await page.getByRole('group', { name: 'Verdict' }).getByRole('button', { name: /^open/ }).click();
    await page.getByRole('status').getByText(all, { exact: true }).waitFor();
  });

  it('lists the queue by day, filters by a cell with one key, and shows and sorts a column of the recording', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    await page.getByRole('button', { name: 'Same terminal' }).waitFor();
    const grid = page.getByRole('grid', { name: 'Alerts' });
    const days = page.getByRole('group', { name: 'Queue by day' });
    await days.getByText(/^\d\d [A-Z][a-z]{2}: \d+ alerts?, \d+ decided, \d+ left$/u).waitFor();
    await days.getByText(/of the budget of 120/u).waitFor();
    await page.keyboard.press('g');
    await grid
      .getByText(/^\d\d [A-Z][a-z]{2}: \d+ alerts?, \d+ decided/u)
      .first()
      .waitFor();
    await page.keyboard.press('[');
    await page.getByRole('button', { name: /^Remove day/ }).click();
    await page.keyboard.press('g');

    await page.getByRole('button', { name: 'List', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name: 'channel' }).click();
    await page.keyboard.press('Escape');
    await grid.getByRole('button', { name: 'channel', exact: true }).click();
    await expect
      .poll(() => grid.getByRole('columnheader', { name: 'channel' }).getAttribute('aria-sort'))
      .toBe('descending');
    const channels = grid.locator('[data-column="column:channel"]');
    await expect.poll(() => channels.first().innerText()).not.toBe('');
    await channels.first().click();
    await page.keyboard.press('=');
    await page.getByRole('button', { name: /^Remove channel/ }).waitFor();
    await page.keyboard.press('=');
    await page.getByRole('button', { name: /^Remove channel/ }).waitFor({ state: 'detached' });
    await grid.getByRole('button', { name: /^Score/ }).click();
    await page.getByRole('button', { name: 'List', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name: 'channel' }).click();
    await page.keyboard.press('Escape');
  });

  it('judges on the page of the entity, pivots to a terminal and back, and filters by a value', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    await page.getByRole('button', { name: 'Same terminal' }).waitFor();
    await page.keyboard.press('e');
    const alerts = page.getByRole('region', { name: /^Alerts of this card/ }).first();
    await alerts.getByRole('row', { name: /open/u }).first().waitFor();
    const [card] = await page.getByLabel('Entity', { exact: true }).getByRole('heading', { level: 2 }).allInnerTexts();
    await page.keyboard.press('u');
    await alerts
      .getByRole('row', { name: /unsure/u })
      .first()
      .waitFor();
    await page.keyboard.press('z');
    await alerts
      .getByRole('row', { name: /unsure/u })
      .first()
      .waitFor({ state: 'detached' });

    const counterparts = page.getByRole('region', { name: 'Counterparts, table' });
    await counterparts.getByRole('button').nth(1).click();
    await page.getByRole('button', { name: /^Remove terminal_id/ }).click();
    const transactions = page.getByRole('region', { name: 'Transactions', exact: true });
    await page.getByLabel('First day').fill('3');
    await page.getByRole('button', { name: /^Remove time/ }).click();
    await transactions.getByTitle('Only from this amount up').first().click();
    await page.getByRole('button', { name: /^Remove amount/ }).click();

    // The last line is one of the second ring, which a mouse alone could point at.
    await page.getByLabel('Line', { exact: true }).press('End');
    await page
      .getByRole('region', { name: /^Card .* and terminal / })
      .first()
      .waitFor();
    // The busiest counterpart stands right above the entity: between the two is their line. Names need room at the right.
    const picture = page.getByRole('figure', { name: 'Who else deals with them?' }).locator('canvas');
    const box = (await picture.boundingBox()) ?? expect.fail('the links are not drawn');
    await picture.click({ position: { x: box.width / 2 - 16, y: box.height * 0.38 } });
    await page
      .getByRole('region', { name: /^Card .* and terminal / })
      .first()
      .waitFor();

    await counterparts.getByRole('button').first().click();
    await page.getByRole('heading', { name: /^Terminal / }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Entity', { exact: true }).getByRole('heading', { name: card }).waitFor();
    await page.keyboard.press('e');
    await page.getByRole('grid', { name: 'Alerts' }).waitFor();
  });

  it('takes a decision back in the list too when undo is chosen from the palette', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    await page.getByRole('button', { name: 'Same terminal' }).waitFor();
    const verdicts = page.getByRole('grid', { name: 'Alerts' }).locator('[data-column="verdict"]');
    const unsure = async (): Promise<number> =>
      (await verdicts.allInnerTexts()).filter((text) => text.includes('unsure')).length;
    const before = await unsure();
    await page.keyboard.press('u');
    await expect.poll(unsure).toBe(before + 1);
    await page.keyboard.press('Control+K');
    const palette = page.getByRole('combobox', { name: 'Command' });
    await palette.fill('Undo the last decision');
    await palette.press('Enter');
    await expect.poll(unsure).toBe(before);
  });

  it('tells how many of the alerts another seed gives too', async () => {
    const { page } = window();
    await goTo(page, 'Models');
    const stability = page.getByRole('region', { name: 'Seed stability' });
    await stability.getByRole('button', { name: /Try 5 other seeds/ }).click();
    await stability.getByText(/flagged with another seed too/).waitFor();
    expect(await stability.getByRole('row').count()).toBe(6);
  });
}
