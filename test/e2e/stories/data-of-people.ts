import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { textOfPdf } from '../../pdf-text.ts';
import { everythingUnder, foundIn, recordingOfPeople, secrets } from '../../people-recording.ts';
import { openAlerts, waitForOpenAlerts } from '../alerts.ts';
import { goTo, places } from '../go-to.ts';
import { temporaryFolder, type LaunchOptions, type RunningWindow } from '../launchers.ts';
import { pasted } from '../pasted.ts';

/** Who the people of a recording are, looked for in all that a window shows, draws, copies and writes, from reading to report. */
export function dataOfPeopleStories(
  launch: (options: LaunchOptions) => Promise<RunningWindow>,
  { prints }: { readonly prints: boolean },
): void {
  it('shows, copies, prints and saves nothing of who the people of a recording are', async () => {
    const folder = temporaryFolder();
    const source = join(folder.path, 'people.csv');
    writeFileSync(source, recordingOfPeople());
    const window = await launch({ home: join(folder.path, 'home') });
    try {
      const { page } = window;
      const seen = await watch(page);
      await goTo(page, 'Sources');
      await window.chooseFile(source, () =>
        page
          .getByRole('button', { name: /^Open a recording/ })
          .first()
          .click(),
      );
      const read = page.getByRole('button', { name: /^Read/ });
      await read.waitFor();
      await seen.look('the columns before they are read');
      await read.click();
      await page.getByRole('button', { name: 'people: choose a case' }).waitFor();
      await goTo(page, 'Triage');
      const detail = page.getByLabel('Selected alert');
      await detail.getByRole('heading', { level: 2 }).waitFor();
      for (const place of places) {
        await goTo(page, place);
        await seen.look(place);
      }
      await goTo(page, 'Triage');
      await detail.getByRole('region', { name: 'Facts' }).waitFor();
      expect(await page.getByRole('grid', { name: 'Alerts' }).innerText()).toMatch(/516739-[0-9a-z]{8}-\d{4}/u);
      await page.getByRole('grid', { name: 'Alerts' }).focus();
      await page.keyboard.press('c');
      await page.getByText('The alert is copied as text').waitFor();
      seen.add('the clipboard: an alert', await pasted(page));
      await page.getByRole('grid', { name: 'Alerts' }).focus();
      const alert = await detail.getByRole('heading', { level: 2 }).innerText();
      const before = await openAlerts(page);
      await page.keyboard.press('f');
      await page.getByRole('dialog', { name: 'Who decides?' }).getByLabel('Your name').fill('Ruth Amsel');
      await page.keyboard.press('Enter');
      await waitForOpenAlerts(page, before - 1);
      await page.keyboard.press('k');
      await detail.getByRole('heading', { level: 2, name: alert, exact: true }).waitFor();
      const narrative = detail.getByRole('region', { name: 'Narrative' });
      await narrative.waitFor();
      await page.keyboard.press('w');
      await narrative.getByRole('button', { name: 'Copy', exact: true }).click();
      await page.getByText('The narrative is copied as text').waitFor();
      await seen.look('an alert with its narrative');
      seen.add('the clipboard: a narrative', await pasted(page));
      const draft = join(folder.path, 'narrative.md');
      await window.chooseNewFile(draft, () => narrative.getByRole('button', { name: /^Save as a file/ }).click());
      await page.getByText('Written: narrative.md').waitFor();

      await page.getByRole('button', { name: 'people: choose a case' }).click();
      await page.getByRole('menuitem', { name: 'Report…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Report' });
      const report = join(folder.path, 'report.html');
      await window.chooseNewFile(report, () => dialog.getByRole('button', { name: 'Write the report…' }).click());
      await dialog.getByText(report).waitFor();
      const print = dialog.getByRole('button', { name: 'Save as PDF…' });
      if (prints) {
        const pdf = join(folder.path, 'report.pdf');
        await window.chooseNewFile(pdf, () => print.click());
        await dialog.getByText(pdf, { exact: true }).waitFor();
        const printed = textOfPdf(readFileSync(pdf));
        expect(printed).toMatch(/516739-[0-9a-z]{8}-\d{4}/u);
        seen.add('the report as PDF', printed);
      }
      await page.keyboard.press('Escape');
      expect(readFileSync(report, 'utf8')).toMatch(/516739-[0-9a-z]{8}-\d{4}/u);
      expect(seen.contents().length).toBeGreaterThan(10);
      expect(foundIn(secrets, seen.contents())).toEqual([]);
      seen.add('the console', window.consoleErrors.join('\n'));
    } finally {
      await window.close();
      rmSync(source);
      const files = everythingUnder(folder.path);
      folder.remove();
      expect(files.length).toBeGreaterThan(5);
      expect(foundIn(secrets, files)).toEqual([]);
    }
  });
}

interface Watched {
  /** Keeps what stands on the screen and behind it, and what was drawn as a picture since. */
  readonly look: (what: string) => Promise<void>;
  readonly add: (what: string, text: string) => void;
  readonly contents: () => readonly (readonly [what: string, content: Buffer])[];
}

/** Text within pictures is none that can be read from them: it is kept where it is drawn. */
async function watch(page: Page): Promise<Watched> {
  const contents: (readonly [string, Buffer])[] = [];
  // Card numbers are written in groups, too.
  const add = (what: string, text: string): void =>
    void contents.push([what, Buffer.from(`${text}\n${text.replace(/(?<=\d)[\s\u00A0](?=\d)/gu, '')}`)]);
  await page.evaluate(() => {
    const drawn: string[] = [];
    Object.assign(globalThis, { drawnTexts: drawn });
    for (const name of ['fillText', 'strokeText'] as const) {
      const draw = CanvasRenderingContext2D.prototype[name];
      CanvasRenderingContext2D.prototype[name] = function (...parameters) {
        drawn.push(parameters[0]);
        draw.apply(this, parameters);
      };
    }
  });
  return {
    add,
    contents: () => contents,
    look: async (what) => {
      add(what, await page.locator('body').innerText());
      add(`${what}, with what is not shown`, await page.content());
      const drawn = await page.evaluate(() => (globalThis as unknown as { drawnTexts: string[] }).drawnTexts.splice(0));
      add(`${what}, in pictures`, drawn.join('\n'));
    },
  };
}
