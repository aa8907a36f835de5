import { expect, it } from 'vitest';
import { foreignAddresses } from '../foreign-addresses.ts';
import { goTo, places } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

/** What any window must do, whatever shows it. `window` is called in each story, after the suite has launched it. */
export function shellStories(window: () => RunningWindow): void {
  it('opens on the first case, with its alerts to look at', async () => {
    const { page } = window();
    await page.getByText('transactions', { exact: false }).first().waitFor();
    await page.getByText('payments-30-days').first().waitFor();
  });

  it('shows six places on the rail and goes to each', async () => {
    for (const place of places) await goTo(window().page, place);
  });

  it('carries typed arrays and dates of the engine unharmed', async () => {
    const { page } = window();
    // Asked through the window's own way to the engine: the charts of Tuning draw nothing from wrong arrays.
    await goTo(page, 'Tuning');
    await page.locator('canvas').first().waitFor();
    expect(await page.locator('canvas').count()).toBeGreaterThan(0);
  });

  it('finds what was changed last again, however soon the page is loaded anew', async () => {
    const { page } = window();
    await goTo(page, 'Triage');
    const days = page.getByRole('group', { name: 'Queue by day' });
    const choices = [days.getByRole('button', { name: 'by day' }), days.getByRole('button', { name: 'today only' })];
    const chosen = async (): Promise<readonly (string | null)[]> =>
      Promise.all(choices.map((choice) => choice.getAttribute('aria-pressed')));
    await choices[0]?.waitFor();
    expect(await chosen()).toEqual(['false', 'false']);
    // One change is written at once, and another right behind it is held back: neither may go with the page.
    const isLoadedAnew = page.waitForEvent('domcontentloaded');
    await days.evaluate((group) => {
      const [byDay, today] = [...group.querySelectorAll<HTMLElement>('button[aria-pressed]')].reverse();
      byDay?.click();
      queueMicrotask(() =>
        queueMicrotask(() => {
          today?.click();
          location.reload();
        }),
      );
    });
    await isLoadedAnew;
    await choices[0]?.waitFor();
    expect(await chosen()).toEqual(['true', 'true']);
    for (const choice of choices) await choice.click();
    await expect.poll(chosen).toEqual(['false', 'false']);
  });

  it('asks no other machine for anything and reports no error', () => {
    const { requested, consoleErrors } = window();
    expect(foreignAddresses(requested)).toEqual([]);
    expect(consoleErrors).toEqual([]);
  });
}
