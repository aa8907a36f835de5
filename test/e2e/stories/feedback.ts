import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openAlerts, waitForOpenAlerts } from '../alerts.ts';
import { goTo, setNumber } from '../go-to.ts';
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
    const champion = models.getByRole('row').filter({ hasText: 'champion' }).getByRole('gridcell').first();
    const former = await champion.innerText();
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
    await expect.poll(() => champion.innerText()).not.toBe(former);
    await page.getByRole('button', { name: 'Roll back…' }).waitFor();
    await page.keyboard.press('b');
    await page.getByRole('button', { name: /^Take back the promotion of forest/u }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => champion.innerText()).toBe(former);
    await page.getByRole('button', { name: 'Retrain…' }).click();
    await panel.waitFor({ state: 'detached' });
  });

  it('says what a pattern would hide before it is suppressed, keeps that one click away, and lifts it', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    await page.getByLabel('Selected alert').getByRole('heading', { level: 2 }).waitFor();
    const open = await counted(page, 'open');
    await page.getByRole('button', { name: 'suppress…' }).waitFor();
    const dialog = page.getByRole('dialog', { name: 'Suppress a pattern' });
    const dryRun = dialog.getByRole('status').and(dialog.locator('[aria-busy="false"]'));
    const knownFraud = dryRun.getByText(/^▲ [1-9]\d* of them (is|are) known fraud: \S+ \S+, [\d,.]+/u);
    const heading = page.getByLabel('Selected alert').getByRole('heading', { level: 2 });
    // What would be hidden of known fraud is named, each with its amount: among the first alerts there is some.
    for (let step = 0; step < 10; step++) {
      await page.keyboard.press('q');
      await dialog.getByRole('checkbox', { name: /^terminal/u }).uncheck();
      await dryRun.getByText(/^The last 30 days: [1-9]/u).waitFor();
      if (await knownFraud.isVisible()) break;
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      const former = await heading.innerText();
      await page.keyboard.press('j');
      await expect.poll(() => heading.innerText()).not.toBe(former);
    }
    await knownFraud.waitFor();
    await dryRun.getByText(/^The last 30 days: [1-9]\d* alerts? .* [1-9]\d* would leave the queue/u).waitFor();
    const whole = Number(/(\d+) would leave/u.exec(await dryRun.innerText())?.[1]);
    const holdsUntil = async (): Promise<string> => /hold until (.+?)\./u.exec(await dryRun.innerText())?.[1] ?? '';
    const usually = await holdsUntil();
    await setNumber(page, 'Days from the newest event', 1);
    await expect.poll(holdsUntil).not.toBe(usually);
    await setNumber(page, 'Days from the newest event', 30);
    await expect.poll(holdsUntil).toBe(usually);
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

  it('shows the open alerts with the same reasons, decides them with one key, and takes all back with one', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    const grid = page.getByRole('grid', { name: 'Alerts' });
    const alike = page
      .getByRole('region', { name: 'Similar alerts' })
      .getByRole('button', { name: /^Show and select/u });
    await grid.getByRole('row').nth(1).click();
    const open = await openAlerts(page);
    const heading = page.getByLabel('Selected alert').getByRole('heading', { level: 2 });
    // Not every alert is like another one.
    for (let step = 0; step < 30 && !(await alike.isVisible()); step++) {
      const former = await heading.innerText();
      await page.keyboard.press('j');
      await expect.poll(() => heading.innerText()).not.toBe(former);
      await page.getByRole('region', { name: 'Facts' }).waitFor();
    }
    const count = Number(/(\d+) open alert/u.exec(await alike.innerText())?.[1]);
    await page.keyboard.press('Shift+Y');
    await page.getByText(`${count} ${count === 1 ? 'alert' : 'alerts'} selected`).waitFor();
    // What it would reach is listed before anything is decided.
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(`${count + 1}`);
    expect(await page.getByText(/pasted/u).count()).toBe(0);
    await page.keyboard.press('l');
    await waitForOpenAlerts(page, open - count);
    await page.keyboard.press('z');
    await waitForOpenAlerts(page, open);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Remove (alerts|id) / }).click();
    await page.getByRole('button', { name: /^open [\d,]+$/u }).click();
  });

  it('lists what a theme leads alone, says what each theme is worth, and trains a challenger without one', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    const grid = page.getByRole('grid', { name: 'Alerts' });
    await grid.getByRole('row').nth(1).waitFor();
    const listed = (): Promise<number> => grid.getAttribute('aria-rowcount').then((rows) => Number(rows) - 1);
    const all = await listed();
    await page.getByRole('button', { name: '+ filter' }).click();
    const chips = page.getByRole('group', { name: 'Leading theme' }).getByRole('button');
    await chips.first().waitFor();
    let led = 0;
    for (const chip of await chips.all()) {
      await chip.click();
      await expect.poll(listed).toBeLessThan(all);
      await expect.poll(() => page.getByText(/not explained yet/u).count(), { timeout: 30_000 }).toBe(0);
      led += await listed();
      await chip.click();
      await expect.poll(listed).toBe(all);
    }
    // Every alert is led by one theme, and by no other.
    expect(led).toBe(all);
    await page.getByRole('button', { name: '+ filter' }).click();

    await goTo(page, 'Models');
    const models = page.getByRole('grid', { name: 'Models' });
    const champion = models.getByRole('row').filter({ hasText: 'champion' });
    await champion.click();
    const before = await models.getByRole('row').count();
    const worth = page.getByRole('region', { name: 'Worth of themes' });
    await worth.getByRole('button', { name: 'Leave out each in turn' }).click();
    await worth.getByText(/are fraud with all themes/u).waitFor({ timeout: 90_000 });
    expect(await worth.getByRole('table').getByRole('row').count()).toBeGreaterThan(3);
    await worth
      .getByRole('button', { name: /^Train without / })
      .first()
      .click();
    await expect.poll(() => models.getByRole('row').count(), { timeout: 60_000 }).toBe(before + 1);
    await champion.click();
  });
}
