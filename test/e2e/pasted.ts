import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What lies on the clipboard, pasted where a note is written, and taken away again. */
export async function pasted(page: Page): Promise<string> {
  const note = page.getByLabel('Selected alert').getByRole('textbox');
  await note.fill('');
  await note.press('Control+v');
  await expect.poll(() => note.inputValue()).not.toBe('');
  const text = await note.inputValue();
  await note.fill('');
  return text;
}
