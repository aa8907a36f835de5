import type { Page } from 'playwright-core';

export const places = ['Sources', 'Tuning', 'Triage', 'Explore', 'Models', 'Exports'] as const;
export type Place = (typeof places)[number];

/** Goes to a place by the rail, and waits until it is on the screen. */
export async function goTo(page: Page, place: Place): Promise<void> {
  await page.getByRole('navigation', { name: 'Places' }).getByText(place, { exact: true }).click();
  await page.getByRole('main', { name: place }).waitFor();
}

/** Types a number into the field of this name and keeps it. */
export async function setNumber(page: Page, label: string, value: number): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await field.fill(String(value));
  await field.press('Enter');
}
