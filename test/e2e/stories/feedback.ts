import { expect, it } from 'vitest';
import { goTo } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

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
}
