import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { goTo } from '../go-to.ts';
import type { RunningWindow } from '../launchers.ts';

const password = 'correct horse battery';
/** Nothing listens there, so that the story needs no broker. */
const nowhere = '127.0.0.1:1';

/** A password goes to the engine's memory, and (where there is one) to the keychain: nowhere else. */
export function kafkaLoginStories(window: () => RunningWindow, folders: () => Promise<readonly string[]>): void {
  it('says why a broker cannot be reached, and writes the password nowhere', async () => {
    const { page } = window();
    await goTo(page, 'Sources');
    await page.getByRole('button', { name: /Connect to a topic$/ }).click();
    await page.getByLabel('Brokers').fill(nowhere);
    await page.getByLabel('Login', { exact: true }).selectOption('plain');
    await page.getByLabel('User name').fill('analyst');
    await page.getByLabel('Password').fill(password);
    const keep = page.getByLabel(/keychain/);
    if ((await keep.count()) > 0) await keep.check();
    await page.getByRole('button', { name: /Test$/ }).click();
    const findings = page.getByLabel('What the test found');
    await findings.getByText(`Nothing listens at ${nowhere}.`).waitFor();
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    await page.getByPlaceholder('given before').waitFor();

    // Window state is written a moment after it changed.
    const written = await folders();
    const files = (): readonly string[] => written.flatMap(filesBelow);
    await expect.poll(() => files().some((file) => readFileSync(file).includes(nowhere))).toBe(true);
    for (const file of files()) expect(readFileSync(file).includes(password), file).toBe(false);
    await page.getByRole('radio', { name: /^Recordings/ }).click();
  });
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}
