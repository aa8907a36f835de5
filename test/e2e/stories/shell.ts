import { expect, it } from 'vitest';
import type { RunningWindow } from '../launchers.ts';

const places = ['Sources', 'Tuning', 'Triage', 'Explore', 'Models', 'Exports'];

/** What any window must do, whatever shows it. `window` is called in each story, after the suite has launched it. */
export function shellStories(window: () => RunningWindow): void {
  it('opens on the first case, with its alerts to look at', async () => {
    const { page } = window();
    await page.getByText('transactions', { exact: false }).first().waitFor();
    expect(await page.locator('header, body').first().innerText()).toContain('payments-30-days');
  });

  it('shows six places on the rail and goes to each', async () => {
    const { page } = window();
    const rail = page.getByRole('navigation', { name: 'Places' });
    for (const place of places) {
      await rail.getByText(place, { exact: true }).click();
      await page.getByRole('main', { name: place }).waitFor();
    }
  });

  it('carries typed arrays and dates of the engine unharmed', async () => {
    const { page } = window();
    // Asked through the window's own way to the engine: the charts of Tuning draw nothing from wrong arrays.
    await page.getByRole('navigation', { name: 'Places' }).getByText('Tuning', { exact: true }).click();
    await page.locator('canvas').first().waitFor();
    expect(await page.locator('canvas').count()).toBeGreaterThan(0);
  });

  it('asks no other machine for anything and reports no error', () => {
    const { requested, consoleErrors } = window();
    const foreign = requested.filter(
      (address) =>
        !/^(https:\/\/assay\.app\.standin|app:\/\/assay|(http|ws):\/\/127\.0\.0\.1:\d+|data:|blob:)/.test(address),
    );
    expect(foreign).toEqual([]);
    expect(consoleErrors).toEqual([]);
  });
}
