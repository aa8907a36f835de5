import type { RunningWindow } from './launchers.ts';
import { goTo } from './go-to.ts';

/** Opens a case by the keyboard and waits for its first alert in Triage. */
export async function openCase(window: RunningWindow, path: string, name: string | RegExp): Promise<void> {
  const { page } = window;
  await window.chooseFile(path, () => page.keyboard.press('Control+o'));
  await page.getByRole('button', { name }).waitFor();
  await goTo(page, 'Triage');
  await page.getByLabel('Selected alert').getByRole('heading', { level: 2 }).waitFor();
}
