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

  it('asks no other machine for anything and reports no error', () => {
    const { requested, consoleErrors } = window();
    expect(foreignAddresses(requested)).toEqual([]);
    expect(consoleErrors).toEqual([]);
  });
}
