import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { projectFolder } from '../build.ts';
import { openAlerts, waitForOpenAlerts } from '../alerts.ts';
import { foreignAddresses } from '../foreign-addresses.ts';
import { goTo, setNumber } from '../go-to.ts';
import { temporaryFolder, type LaunchOptions, type RunningWindow } from '../launchers.ts';

const recording = join(projectFolder, 'datasets', 'payments-30-days.csv.gz');
const verdictKeys = ['f', 'l', 'v', 'u', 'f', 'f', 'l', 'f', 'u', 'l'];
const analyst = 'Ruth Amsel';
const note = 'Called the card holder: did not pay this.';

/** A day of work from the first recording on; nothing of it may be lost, and none of it needs another machine. */
export function workingDayStories(
  launch: (options: LaunchOptions) => Promise<RunningWindow>,
  isWitnessed: boolean,
): void {
  it('opens a recording, trains, budgets, triages by keyboard, writes a note, undoes, exports, quits, and finds all again', async () => {
    const folder = temporaryFolder();
    const options = { home: join(folder.path, 'home'), networkLog: join(folder.path, 'network.log') };
    const shift = join(folder.path, 'shift.csv.gz');
    copyFileSync(recording, shift);
    try {
      const left = await closing(await launch(options), async (window) => {
        await readRecording(window, shift);
        await trainForSixAlertsADay(window.page);
        const facts = await triageByKeyboard(window.page);
        await exportAlerts(window, folder.path, facts);
        const settings = join(options.home, 'settings.json');
        // Where the window is, is written a moment after it went there.
        await expect.poll(() => readFileSync(settings, 'utf8')).toMatch(/"place":\s*"triage"/);
        expect(foreignAddresses(window.requested)).toEqual([]);
        return facts;
      });
      await closing(await launch(options), async (window) => {
        await findAllAgain(window.page, left);
        expect(foreignAddresses(window.requested)).toEqual([]);
        expect(window.consoleErrors).toEqual([]);
      });
      // A packaged program loads no stranger's code, the witness included.
      expect(existsSync(options.networkLog)).toBe(isWitnessed);
      if (isWitnessed) hasUsedNoNetwork(options.networkLog);
    } finally {
      folder.remove();
    }
  });
}

function hasUsedNoNetwork(log: string): void {
  const network = readFileSync(log, 'utf8').trim().split('\n');
  // The host and its engine, twice each, and nothing but that they were watched.
  expect(network.filter((line) => line.startsWith('watching ')).length).toBeGreaterThanOrEqual(4);
  expect(network.filter((line) => !line.startsWith('watching '))).toEqual([]);
}

async function closing<T>(window: RunningWindow, work: (window: RunningWindow) => Promise<T>): Promise<T> {
  try {
    return await work(window);
  } finally {
    await window.close();
  }
}

async function readRecording(window: RunningWindow, path: string): Promise<void> {
  const { page } = window;
  await goTo(page, 'Sources');
  await window.chooseFile(path, () =>
    page
      .getByRole('button', { name: /^Open a recording/ })
      .first()
      .click(),
  );
  await page.getByLabel('Train a model on it').uncheck();
  await page.getByRole('button', { name: /^Read/ }).click();
  await page.getByRole('button', { name: 'shift: choose a case' }).waitFor();
}

async function trainForSixAlertsADay(page: Page): Promise<void> {
  await goTo(page, 'Tuning');
  await page.getByRole('heading', { name: 'No model yet' }).waitFor();
  await page.keyboard.press('t');
  await page.getByLabel('Analysts', { exact: true }).waitFor();
  await setNumber(page, 'Analysts', 1);
  await setNumber(page, 'Alerts a day for each analyst', 6);
  await page.getByText('The line keeps to a budget of 6 alerts a day.').waitFor();
  await budget(page).waitFor();
}

/** What was left behind at the end of the day. */
interface Left {
  readonly open: number;
  readonly alerts: number;
  readonly notedAlert: string;
}

async function triageByKeyboard(page: Page): Promise<Left> {
  await page.keyboard.press('Alt+3');
  await page.getByRole('main', { name: 'Triage' }).waitFor();
  const title = page.getByLabel('Selected alert').getByRole('heading', { level: 2 });
  await title.waitFor();
  const notedAlert = await title.innerText();
  const alerts = await openAlerts(page);

  await page.keyboard.press('n');
  await page.keyboard.type(note);
  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog', { name: 'Who decides?' }).getByLabel('Your name').fill(analyst);
  await page.keyboard.press('Enter');
  await page.getByText('Note added to').waitFor();
  for (const key of verdictKeys) await page.keyboard.press(key);
  await waitForOpenAlerts(page, alerts - 10);
  await page.keyboard.press('z');
  await waitForOpenAlerts(page, alerts - 9);
  await page.keyboard.press('z');
  await waitForOpenAlerts(page, alerts - 8);
  return { alerts, open: alerts - 8, notedAlert };
}

/** All alerts as CSV from Exports, and those listed as Parquet from Triage. */
async function exportAlerts(window: RunningWindow, folder: string, left: Left): Promise<void> {
  const { page } = window;
  const csv = join(folder, 'alerts.csv');
  await page.keyboard.press('Alt+6');
  // A place hears its keys once it was loaded.
  await page.getByRole('button', { name: /Save CSV/ }).waitFor();
  await window.chooseNewFile(csv, () => page.keyboard.press('a'));
  await page.getByText(`alerts in ${csv}`).waitFor();
  const lines = readFileSync(csv, 'utf8').trimEnd().split('\r\n');
  expect(lines).toHaveLength(left.alerts + 1);
  expect(lines.filter((line) => line.includes(',fraud,')).length).toBeGreaterThan(0);

  const parquet = join(folder, 'open.parquet');
  await page.keyboard.press('Alt+3');
  await page.getByRole('grid', { name: 'Alerts' }).waitFor();
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await window.chooseNewFile(parquet, () =>
    page.getByRole('menuitem', { name: 'Save these alerts as Parquet…' }).click(),
  );
  await page.getByText(`${left.open.toLocaleString('en')} alerts written: open.parquet`).waitFor();
  expect(readFileSync(parquet).subarray(0, 4).toString()).toBe('PAR1');
}

async function findAllAgain(page: Page, left: Left): Promise<void> {
  await page.getByRole('main', { name: 'Triage' }).waitFor();
  await page.getByRole('button', { name: 'shift: choose a case' }).waitFor();
  await budget(page).waitFor();
  await waitForOpenAlerts(page, left.open);
  // All alerts, the first of them first: it is the one that was decided with a note.
  await page.getByRole('group', { name: 'Verdict' }).getByRole('button', { name: /^open/ }).click();
  await page
    .getByRole('status')
    .getByText(`${left.alerts.toLocaleString('en')} alerts`)
    .waitFor();
  await page.getByRole('grid', { name: 'Alerts' }).press('Home');
  const detail = page.getByLabel('Selected alert');
  await detail.getByRole('heading', { level: 2, name: left.notedAlert, exact: true }).waitFor();
  await detail.getByLabel('Notes').getByText(note).waitFor();
  await detail.getByLabel('Notes').getByText(analyst).waitFor();
  await page.getByRole('banner').getByRole('button', { name: analyst }).waitFor();
  await detail.getByRole('heading', { name: 'History' }).waitFor();
}

function budget(page: Page): ReturnType<Page['locator']> {
  return page.getByRole('banner').getByText(/^[56](\.\d)? alerts a day$/u);
}
