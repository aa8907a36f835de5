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
      .poll(async () => (await reasons.allInnerTexts()).filter((text) => !/^[A-Z]/u.test(text)), { timeout: 20_000 })
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

  it('tells how many of the alerts another seed gives too', async () => {
    const { page } = window();
    await goTo(page, 'Models');
    const stability = page.getByRole('region', { name: 'Seed stability' });
    await stability.getByRole('button', { name: /Try 5 other seeds/ }).click();
    await stability.getByText(/flagged with another seed too/).waitFor({ timeout: 90_000 });
    expect(await stability.getByRole('row').count()).toBe(6);
  });
}
