import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { goTo } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

/** How many alerts the queue has, as its filter says. */
async function counted(page: Page, words: string): Promise<number> {
  const chip = page.getByRole('button', { name: new RegExp(`^${words} [\\d,]+$`, 'u') });
  return Number((await chip.innerText()).replace(/\D/gu, ''));
}

/** Verdicts and labels improve the queue, and the window says by how much. */
export function feedbackStories(window: () => RunningWindow): void {
  it('refuses to learn from a few verdicts, learns from labels, shows the queue before and after, promotes, and rolls back', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    await page.getByRole('button', { name: 'Learn…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Learn from verdicts' });
    await dialog.getByRole('button', { name: 'Learn', exact: true }).click();
    await dialog.getByText(/are too few to learn from/u).waitFor();

    await dialog.getByText('Label column').click();
    await dialog.getByRole('button', { name: 'Learn', exact: true }).click();
    await dialog
      .getByRole('status')
      .getByText(/^(Better|No better): /u)
      .waitFor();
    const figures = dialog.getByRole('table', { name: 'Average precision before and after' });
    expect(await figures.getByRole('row').allInnerTexts()).toEqual([
      expect.stringMatching(/^Before: the forest\s+0\.\d{3} 0\.\d{3} to 0\.\d{3}$/u),
      expect.stringMatching(/^After: with what was learned\s+0\.\d{3} 0\.\d{3} to 0\.\d{3}$/u),
    ]);
    await dialog.getByRole('button', { name: 'Compare it with the champion' }).click();

    const models = page.getByRole('grid', { name: 'Models' });
    const champion = models.getByRole('row').filter({ hasText: 'champion' });
    await page.getByRole('heading', { name: 'Do they flag the same?' }).waitFor();
    await page.getByRole('button', { name: 'Make champion…' }).waitFor();
    await page.keyboard.press('c');
    await page.getByRole('button', { name: /^Make learned \w+ the champion/u }).waitFor();
    await page.keyboard.press('Enter');
    await champion.filter({ hasText: 'learned' }).waitFor();
    await page.getByRole('button', { name: 'Roll back…' }).waitFor();
    await page.keyboard.press('b');
    await page.getByRole('button', { name: /^Take back the promotion of learned/u }).waitFor();
    await page.keyboard.press('Enter');
    await champion.filter({ hasText: 'forest' }).waitFor();
  });

  it('makes a challenger of recent transactions, shows what the gate says of both, and promotes it by hand', async () => {
    const { page } = window();
    await goTo(page, 'Models');
    const models = page.getByRole('grid', { name: 'Models' });
    await models.getByRole('row').filter({ hasText: 'champion' }).waitFor();
    const before = await models.getByRole('row').count();
    await page.getByRole('button', { name: 'Retrain…' }).click();
    const panel = page.getByRole('region', { name: 'Retrain' });
    await panel.getByRole('button', { name: 'Retrain', exact: true }).click();
    await panel.getByText(/^The gate (is passed|holds it back)$/u).waitFor();
    const told = await panel.getByRole('table').getByRole('row').allInnerTexts();
    expect(told[1]).toMatch(/^Flagged\s+[\d.]+\s?%\s+[\d.]+\s?%\s+(✓ passed|▲ held back)$/u);
    expect(told.length).toBeGreaterThanOrEqual(5);
    await expect.poll(() => models.getByRole('row').count()).toBe(before + 1);
    await panel.getByRole('button', { name: 'Make it the champion…' }).click();
    await page.getByRole('button', { name: /^Make forest \w+ the champion/u }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Roll back…' }).waitFor();
    await page.keyboard.press('b');
    await page.getByRole('button', { name: /^Take back the promotion of forest/u }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Retrain…' }).click();
    await panel.waitFor({ state: 'detached' });
  });

  it('says what a pattern would hide before it is suppressed, keeps that one click away, and lifts it', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    await page.getByLabel('Selected alert').getByRole('heading', { level: 2 }).waitFor();
    const open = await counted(page, 'open');
    await page.getByRole('button', { name: 'suppress…' }).waitFor();
    await page.keyboard.press('q');
    const dialog = page.getByRole('dialog', { name: 'Suppress a pattern' });
    await dialog.getByRole('checkbox', { name: /^terminal/u }).uncheck();
    const dryRun = dialog.getByRole('status').and(dialog.locator('[aria-busy="false"]'));
    await dryRun.getByText(/^The last 30 days: [1-9]\d* alerts? .* [1-9]\d* would leave the queue/u).waitFor();
    const whole = Number(/(\d+) would leave/u.exec(await dryRun.innerText())?.[1]);
    // A bound that nothing meets hides nothing, one that all meet leaves the pattern as it is.
    const bound = dialog.locator('.triage-suppress-bound').first();
    await bound.getByRole('checkbox').check();
    await bound.getByRole('combobox').selectOption('at-least');
    await bound.getByRole('textbox').fill('999999999');
    await bound.getByRole('textbox').press('Tab');
    await dryRun.getByText(/ 0 would leave the queue/u).waitFor();
    await bound.getByRole('combobox').selectOption('at-most');
    await dryRun.getByText(new RegExp(` ${whole} would leave the queue`, 'u')).waitFor();
    await bound.getByRole('checkbox').uncheck();
    await dryRun.getByText(new RegExp(` ${whole} would leave the queue`, 'u')).waitFor();
    const leaving = whole;
    await dialog.getByLabel('Why').fill('known tester');
    await page.keyboard.press('Enter');
    await dialog.getByText(/known tester.*until .*hides \d+ alerts?, \d+ known fraud/u).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => counted(page, 'open')).toBe(open - leaving);
    expect(await counted(page, 'suppressed')).toBe(leaving);

    await page.getByRole('button', { name: /^open [\d,]+$/u }).click();
    await page.getByRole('button', { name: /^suppressed [\d,]+$/u }).click();
    const grid = page.getByRole('grid', { name: 'Alerts' });
    await expect.poll(() => grid.getByText('⌀ suppressed').count()).toBe(leaving);
    await page.keyboard.press('q');
    await dialog.getByRole('button', { name: 'Lift' }).click();
    await dialog.getByText(/lifted by/u).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^suppressed 0$/u }).click();
    await page.getByRole('button', { name: /^open [\d,]+$/u }).click();
    await expect.poll(() => counted(page, 'open')).toBe(open);
  });
}
