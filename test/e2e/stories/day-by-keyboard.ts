import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openAlerts, waitForOpenAlerts } from '../alerts.ts';
import { projectFolder } from '../build.ts';
import { preparedCase } from '../first-case.ts';
import { goTo } from '../go-to.ts';
import { seriousFaultsOf } from './accessibility.ts';
import { temporaryFolder, type RunningWindow } from '../launchers.ts';

const recording = join(projectFolder, 'datasets', 'payments-30-days.csv.gz');
const rows = 1200;

/** From the first screen to the end of a day without a pointer; and what Sources says of what does not fit. */
export function dayByKeyboardStories(window: () => RunningWindow, home: () => string): void {
  it('is done by the keyboard alone: first screen, recording, columns, alerts, rows, replay, export, network', async () => {
    const { page } = window();
    const folder = temporaryFolder();
    const prepared = preparedCase(home());
    const faults: string[] = [];
    const before = new Set(readdirSync(home()));
    const text = gunzipSync(readFileSync(recording)).toString().split('\n');
    const [shift, next, other] = ['shift.csv', 'next.csv', 'other.csv'].map((name) => join(folder.path, name));
    if (shift === undefined || next === undefined || other === undefined) throw new Error('Three files were named.');
    writeFileSync(shift, `${text.slice(0, rows + 1).join('\n')}\n`);
    writeFileSync(next, `${[text[0], ...text.slice(rows + 1, rows + 301)].join('\n')}\n`);
    writeFileSync(other, 'a,b\n1,2\n3,4\n');
    try {
      await closeCase(page);
      await page.keyboard.press('Alt+1');
      // What is this, and what do I do first?
      await page.getByText('Assay finds the payments that are unlike all others').waitFor();
      expect(await page.getByRole('list', { name: 'What to do first' }).getByRole('listitem').count()).toBe(3);

      faults.push(...(await seriousFaultsOf(page, 'The first screen')));
      await openRecording(page, shift);
      await chooseMeaning(page, 'country', 'ignored');
      await expect.poll(() => meaningOf(page, 'country')).toBe('ignored');
      // A wrong role is one message beside its column; the event time stays, and so does what was said before.
      await chooseMeaning(page, 'channel', 'event time');
      const table = page.getByRole('grid', { name: 'Columns and their meaning' });
      await table.getByRole('row').filter({ hasText: 'channel' }).getByText('not taken, stays feature').waitFor();
      await page.getByRole('alert').filter({ hasText: "The column 'channel' is to be the event time" }).waitFor();
      expect(await meaningOf(page, 'event_time')).toBe('event_time');
      expect(await meaningOf(page, 'country')).toBe('ignored');
      await blur(page);
      await page.keyboard.press('r');

      // A case opens on Triage, with the most suspicious alert explained.
      await page.getByRole('main', { name: 'Triage' }).waitFor();
      const detail = page.getByLabel('Selected alert');
      await detail.getByRole('heading', { level: 2 }).waitFor();
      await detail.getByText('What pushed the score up or down').waitFor();
      const open = await openAlerts(page);
      await page.keyboard.press('f');
      await waitForOpenAlerts(page, open - 1);
      await page.keyboard.press('z');
      await waitForOpenAlerts(page, open);
      // In one line of the status bar, with the list behind it.
      await page
        .getByRole('contentinfo')
        .getByText(/^Undone: /u)
        .waitFor();
      await page.keyboard.press('Alt+m');
      const messages = page.getByRole('dialog', { name: 'Messages' });
      await messages.getByText(/^1,200 transactions scored in/u).waitFor();
      await page.keyboard.press('Escape');

      await searchRows(page);
      await replay(page, next, other);

      await page.keyboard.press('Alt+6');
      await page.getByRole('button', { name: /Save CSV/ }).waitFor();
      await page.keyboard.press('a');
      const save = page.getByRole('dialog', { name: 'Save as' });
      await save.waitFor();
      faults.push(...(await seriousFaultsOf(page, 'Save as')));
      await expect
        .poll(() => save.getByLabel('File name').evaluate((field) => field === document.activeElement))
        .toBe(true);
      await typeFolder(page, folder.path);
      await page.keyboard.press('Tab');
      await tabTo(page, 'Save here');
      await page.keyboard.press('Enter');
      await save.waitFor({ state: 'detached' });
      await page.getByText(/^\d+ alerts in .*alerts\.csv$/u).waitFor();

      await page.keyboard.press('Alt+n');
      await page.getByRole('dialog', { name: 'Network' }).getByText('Nothing left this machine').waitFor();
      await page.keyboard.press('Escape');

      // A mistyped path is asked about, and what is open stays.
      await page.keyboard.press('Control+o');
      await page.getByRole('dialog', { name: 'Open a case' }).waitFor();
      await typeFolder(page, prepared.replace(/\.assay$/u, 'x.assay'));
      const question = page.getByRole('dialog', { name: 'There is no such case' });
      await question.getByRole('button', { name: /^Open payments-30-days/u }).waitFor();
      faults.push(...(await seriousFaultsOf(page, 'A path that is not there')));
      await page.getByRole('button', { name: 'shift: choose a case' }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: /^payments-30-days.*: choose a case$/u }).waitFor();
      await goTo(page, 'Triage');
      expect(faults).toEqual([]);
    } finally {
      folder.remove();
      // Other stories begin on the one case that lies there.
      for (const name of readdirSync(home()))
        if (!before.has(name)) rmSync(join(home(), name), { recursive: true, force: true });
    }
  });
}

async function closeCase(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Close this case');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'No case open: choose a case' }).waitFor();
}

/** By its path, typed into the page's own dialog for files. */
async function openRecording(page: Page, path: string): Promise<void> {
  await page.keyboard.press('o');
  const dialog = page.getByRole('dialog', { name: 'Open a recording' });
  await dialog.waitFor();
  await typeFolder(page, path);
  await dialog.waitFor({ state: 'detached' });
  await page.getByLabel('Train a model on it').waitFor();
}

/** Into the field of the dialog that comes before the one where a person begins, or after it. */
async function typeFolder(page: Page, path: string): Promise<void> {
  await tabTo(page, 'Folder', 'Shift+Tab');
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(path);
  await page.keyboard.press('Enter');
}

/** Goes on by Tab until the control of this name has the focus. */
async function tabTo(page: Page, name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label =
        element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels?.[0] : null;
      return label?.textContent ?? element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
    if (focused === name) return;
    await page.keyboard.press(key);
  }
  throw new Error(`No control named ${name} was reached by ${key}.`);
}

/** By the keys of a list of choices: its first letters. */
async function chooseMeaning(page: Page, column: string, meaning: string): Promise<void> {
  await page.getByLabel(`Meaning of ${column}`, { exact: true }).focus();
  await page.keyboard.type(meaning);
}

function meaningOf(page: Page, column: string): Promise<string> {
  return page.getByLabel(`Meaning of ${column}`, { exact: true }).inputValue();
}

/** Letters mean commands again. */
function blur(page: Page): Promise<void> {
  return page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}

/** Search, sort and filter in the rows of Sources. */
async function searchRows(page: Page): Promise<void> {
  await page.keyboard.press('Alt+1');
  const tabs = page.getByRole('radiogroup', { name: 'What the case holds' });
  await tabs.getByRole('radio', { name: /^Rows/u }).focus();
  await page.keyboard.press('Space');
  const grid = page.getByRole('grid', { name: 'Transactions as received' });
  await grid.waitFor();
  await page.getByText(`${rows.toLocaleString('en')} of ${rows.toLocaleString('en')} rows`).waitFor();
  await blur(page);
  await page.keyboard.press('/');
  await page.keyboard.type('t00000017');
  await page.getByText('1 found').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('button', { name: 'Filter by a value of the selected row' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: /^merchant_category/u }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Remove merchant_category/u }).waitFor();
  await expect
    .poll(() => page.getByRole('status').filter({ hasText: 'of 1,200 rows' }).innerText())
    .not.toMatch(/^1,200/u);
  await page.getByRole('button', { name: /^Remove merchant_category/u }).focus();
  await page.keyboard.press('Enter');
  await blur(page);
}

/** A replay ends with a summary and a digest; one whose columns the model does not know is refused, with the choice. */
async function replay(page: Page, known: string, unknown: string): Promise<void> {
  await openRecording(page, unknown);
  await tabTo(page, 'Replay');
  await page.keyboard.press('Enter');
  await page.getByText('The model does not know this recording').waitFor();
  await page.getByRole('button', { name: 'Read and train on it instead' }).waitFor();
  await blur(page);
  await page.keyboard.press('Escape');
  await openRecording(page, known);
  await page.getByLabel('Replay speed').focus();
  await page.keyboard.type('maximum');
  await tabTo(page, 'Replay');
  await page.keyboard.press('Enter');
  const end = page.getByRole('region', { name: 'How the replay ended' });
  await end.getByText('300 rows in').waitFor();
  expect(await end.getByText(/^Digest of the flags [0-9a-f]{64}$/u).count()).toBe(1);
  await openCaseAgain(page);
}

/** The replay went into a case of its own, which was opened meanwhile: back to that of the day. */
async function openCaseAgain(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type('shift');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'shift: choose a case' }).waitFor();
}
