import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openAlerts, waitForOpenAlerts } from '../alerts.ts';
import { goTo } from '../go-to.ts';
import { temporaryFolder, type RunningWindow } from '../launchers.ts';
import { pasted } from '../pasted.ts';

/** From a verdict to a draft about it that somebody else can check. */
export function narrativeStories(window: () => RunningWindow): void {
  it('drafts a narrative of a decided alert, shows the row of each sentence, copies and saves it', async () => {
    const { page } = window();
    const folder = temporaryFolder();
    try {
      await goTo(page, 'Triage');
      const detail = page.getByLabel('Selected alert');
      const narrative = detail.getByRole('region', { name: 'Narrative' });
      await detail.getByRole('region', { name: 'Facts' }).waitFor();
      const alert = await detail.getByRole('heading', { level: 2 }).innerText();
      const before = await openAlerts(page);
      expect(await narrative.count()).toBe(0);

      await page.keyboard.press('f');
      await waitForOpenAlerts(page, before - 1);
      await page.keyboard.press('k');
      await detail.getByRole('heading', { level: 2, name: alert, exact: true }).waitFor();
      await narrative.waitFor();
      await page.keyboard.press('w');
      const decided = narrative.getByRole('button', { name: /decided fraud at \d{4}-/ });
      await decided.waitFor();
      const sentences = narrative.getByRole('listitem');
      expect(await sentences.count()).toBeGreaterThan(8);
      expect(await narrative.getByText(/decided (fraud|legitimate|valuable|unsure)/u).count()).toBe(1);

      const anomalous = narrative.getByRole('button', { name: /^The most anomalous is transaction/ });
      const id = /transaction ([^:]+):/u.exec(await anomalous.innerText())?.[1] ?? '';
      await anomalous.click();
      const marked = page.getByRole('grid', { name: 'Alerts' }).locator('tr[aria-current="true"]');
      await marked.getByText(id, { exact: true }).waitFor();
      expect(await marked.count()).toBe(1);

      await narrative.getByRole('button', { name: 'Copy', exact: true }).click();
      await page.getByText('The narrative is copied as text').waitFor();
      const copied = await pasted(page);
      expect(copied).toContain(`[transaction ${id}]`);
      expect(copied).toContain('\n\nDecision\n');

      const file = join(folder.path, 'narrative.md');
      await window().chooseNewFile(file, () => narrative.getByRole('button', { name: /^Save as a file/ }).click());
      await page.getByText('Written: narrative.md').waitFor();
      expect(readFileSync(file, 'utf8')).toContain('\n## Decision\n\n- ');

      await page.getByRole('grid', { name: 'Alerts' }).focus();
      await page.keyboard.press('c');
      await page.getByText('The alert is copied as text').waitFor();
      expect(await pasted(page)).toMatch(/\nHistory\n[^]*verdict fraud$/u);

      await page.getByRole('grid', { name: 'Alerts' }).focus();
      await page.keyboard.press('w');
      await page.keyboard.press('o');
      await page.keyboard.press('z');
      await waitForOpenAlerts(page, before);
      await expect.poll(() => narrative.count()).toBe(0);
    } finally {
      folder.remove();
    }
  });
}
