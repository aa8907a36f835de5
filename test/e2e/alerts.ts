import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Alerts without a verdict, as the rail counts them. */
export async function openAlerts(page: Page): Promise<number> {
  const words = page
    .getByRole('navigation', { name: 'Places' })
    .getByText(/alerts without a verdict/)
    .locator('..');
  return Number((await words.innerText()).replace(/\D/gu, ''));
}

export function waitForOpenAlerts(page: Page, count: number): Promise<void> {
  return expect.poll(() => openAlerts(page)).toBe(count);
}
