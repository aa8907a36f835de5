import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openAlerts, waitForOpenAlerts } from '../alerts.ts';
import { analystName } from '../first-case.ts';
import { goTo } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

const otherName = 'Bruno Weiss';

/** What the menu of the case offers: a way back, and a second pair of eyes. */
export function caseMenuStories(window: () => RunningWindow): void {
  it('backs a case up, restores it, and undoes that by restoring what was put aside', async () => {
    const { page } = window();
    const grid = await alertsOf(page);
    const open = await openAlerts(page);
    // A backup without any verdict would get those of the journal beside the case.
    await judge(page, 'u', open - 1);
    const dialog = await fromCaseMenu(page, 'Backups and mending');
    await dialog.getByRole('button', { name: 'Back up now' }).click();
    const backups = dialog.getByRole('listitem');
    await backups.filter({ hasText: 'by hand' }).waitFor();
    await close(page);
    await judge(page, 'u', open - 2);

    await fromCaseMenu(page, 'Backups and mending');
    await backups.filter({ hasText: 'by hand' }).getByRole('button', { name: 'Restore' }).click();
    await dialog.getByText(/^Restored\. Before it: /u).waitFor();
    await waitForOpenAlerts(page, open - 1);
    await dialog.getByRole('button', { name: 'Check and mend' }).click();
    await dialog.getByText(/^✓ The case is whole/u).waitFor();
    // What was copied while the case was open holds no mark of that: it can be put aside in its turn.
    await backups.filter({ hasText: 'put aside' }).getByRole('button', { name: 'Restore' }).click();
    await dialog.getByText(/^Restored\. Before it: /u).waitFor();
    await waitForOpenAlerts(page, open - 2);
    await close(page);

    await grid.waitFor();
    for (const left of [open - 1, open]) await judge(page, 'z', left);
  });

  it('lets one person recommend and another decide where an outcome needs two, and takes all of it back', async () => {
    const { page } = window();
    const grid = await alertsOf(page);
    const open = await openAlerts(page);
    const dialog = await fromCaseMenu(page, 'Second person');
    const rule = dialog.getByRole('group', { name: 'Needs two people' }).getByRole('checkbox', { name: 'Fraud' });
    await rule.click();
    await expect.poll(() => rule.isChecked()).toBe(true);
    await close(page);
    await page.keyboard.press('f');
    await page
      .getByText(/^Recommended fraud: /u)
      .first()
      .waitFor();

    await actAs(page, otherName);
    await fromCaseMenu(page, 'Second person');
    const waiting = dialog.getByRole('listitem').filter({ hasText: `fraud ${analystName}` });
    await waiting.getByTitle('Shows the alert in Triage').click();
    await page
      .getByLabel('Selected alert')
      .getByText(/waits for a second person/u)
      .waitFor();
    await judge(page, 'f', open - 1);
    await judge(page, 'z', open);

    await actAs(page, analystName);
    await fromCaseMenu(page, 'Second person');
    await waiting.getByRole('button', { name: 'Withdraw mine' }).click();
    await waiting.waitFor({ state: 'detached' });
    await rule.click();
    await expect.poll(() => rule.isChecked()).toBe(false);
    await close(page);
    await page.getByRole('button', { name: /^Remove (alerts|id) / }).click();
    await page.getByRole('button', { name: /^open [\d,]+$/u }).click();
    await grid.getByRole('row').nth(1).waitFor();
  });
}

async function alertsOf(page: Page) {
  await goTo(page, 'Triage');
  const grid = page.getByRole('grid', { name: 'Alerts' });
  await grid.getByRole('row').nth(1).click();
  return grid;
}

/** Presses the key of a decision, and waits until so many alerts are open. */
async function judge(page: Page, key: string, left: number): Promise<void> {
  await page.keyboard.press(key);
  await waitForOpenAlerts(page, left);
}

async function fromCaseMenu(page: Page, title: string) {
  await page.getByRole('button', { name: /choose a case$/u }).click();
  await page.getByRole('menuitem', { name: `${title}…` }).click();
  const dialog = page.getByRole('dialog', { name: title });
  await dialog.waitFor();
  return dialog;
}

async function close(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Gives a name in Settings, as somebody else at the same laptop would. */
async function actAs(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+,');
  const field = page.getByRole('dialog', { name: 'Settings' }).getByLabel('Name', { exact: true });
  await field.fill(name);
  await field.press('Enter');
  await close(page);
  await page.getByRole('banner').getByText(name, { exact: true }).waitFor();
}
