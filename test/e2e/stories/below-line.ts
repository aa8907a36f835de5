import { expect, it } from 'vitest';
import { openAlerts } from '../alerts.ts';
import { goTo } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

/** Below so many verdicts there is no estimate. */
const FEWEST_JUDGED = 30;

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
}
