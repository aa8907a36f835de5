import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { goTo, places } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

const dialogs = [
  { name: 'Commands', key: 'Control+k' },
  { name: 'Keyboard shortcuts', key: '?' },
  { name: 'Settings', key: 'Control+,' },
  { name: 'Messages', key: 'Alt+m' },
  { name: 'Network', key: 'Alt+n' },
  { name: 'History', key: 'Alt+h' },
  { name: 'Learn from verdicts', key: 'Alt+l' },
];

/** What axe-core finds serious or critical in what is shown now. */
export async function seriousFaultsOf(page: Page, where: string): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  const results = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as AxeResults;
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${where}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** Every place and dialog, in these colours: axe-core finds nothing serious or critical. */
export function accessibilityStories(window: () => RunningWindow, colorSchemes: readonly ('light' | 'dark')[]): void {
  const seriousFaults = (where: string): Promise<readonly string[]> => seriousFaultsOf(window().page, where);

  for (const colorScheme of colorSchemes) {
    it(`can be read and reached by everybody, in ${colorScheme}`, async () => {
      const { page } = window();
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-theme="${colorScheme}"]`).waitFor();
      const faults: string[] = [];
      for (const place of places) {
        await goTo(page, place);
        await page.getByText('Loading', { exact: true }).waitFor({ state: 'detached' });
        faults.push(...(await seriousFaults(place)));
      }
      await goTo(page, 'Sources');
      for (const tab of [/^Columns/u, /^Rows/u]) {
        await page.getByRole('radiogroup', { name: 'What the case holds' }).getByText(tab).click();
        await page.getByRole('row').nth(1).waitFor();
        faults.push(...(await seriousFaults(`Sources, ${tab.source}`)));
      }
      await page.getByRole('button', { name: /^Recent/u }).click();
      await page.getByRole('menuitem', { name: 'The bundled recording' }).click();
      await page.getByLabel('Train a model on it').waitFor();
      faults.push(...(await seriousFaults('A recording before it is read')));
      await page.keyboard.press('Escape');
      await goTo(page, 'Triage');
      await page.keyboard.press('b');
      await page.getByRole('grid', { name: 'Below the line' }).waitFor();
      faults.push(...(await seriousFaults('Below the line')));
      await page.keyboard.press('b');
      // The key speaks of the selected alert.
      await page.getByLabel('Selected alert').getByRole('heading', { level: 2 }).waitFor();
      await page.keyboard.press('e');
      await page.getByRole('region', { name: 'Counterparts, table' }).waitFor();
      faults.push(...(await seriousFaults('Entity')));
      await page.keyboard.press('e');
      await page.getByRole('grid', { name: 'Alerts' }).waitFor();
      for (const { name, key } of dialogs) {
        await page.keyboard.press(key);
        await page.getByRole('dialog', { name }).waitFor();
        faults.push(...(await seriousFaults(name)));
        // A person begins in what a dialog is for, not at the cross that closes it.
        const begun = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
        if (begun === 'Close') faults.push(`${name}: begins at the button that closes it`);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog', { name }).waitFor({ state: 'detached' });
      }
      expect(faults).toEqual([]);
    });
  }
}
