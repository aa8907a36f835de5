import { expect, it } from 'vitest';
import { budgetWords, dayAfter, dayStart, dayWords } from './day-words.ts';

const dayMs = 86_400_000;
const day = (number: number, alerts: number, decided = 0, snoozed = 0) => ({
  dayMs: number * dayMs,
  alerts,
  decided,
  snoozed,
});

it('heads a day with what opens, what is decided and what is left of it and of the budget', () => {
  const written = (): string => '12 Mar 2026';
  expect(dayWords(day(1, 20, 14), written)).toBe('12 Mar: 20 alerts, 14 decided, 6 left');
  expect(dayWords(day(1, 1, 0, 1), written)).toBe('12 Mar: 1 alert, 0 decided, 1 snoozed, 0 left');
  expect(budgetWords(day(1, 20, 14), 120)).toBe('106 of the budget of 120 left');
  expect(budgetWords(day(1, 200, 130), 120)).toBe('10 beyond the budget of 120');
});

it('steps from day to day over those without alerts, and stays at the ends', () => {
  const days = [day(9, 3), day(8, 0), day(7, 2), day(5, 1)];
  expect(dayAfter(days, undefined, 'older')).toBe(9 * dayMs);
  expect(dayAfter(days, 9 * dayMs, 'older')).toBe(7 * dayMs);
  // An instant within the day, as Tuning gives it.
  expect(dayAfter(days, 7 * dayMs + 5000, 'older')).toBe(5 * dayMs);
  expect(dayAfter(days, 7 * dayMs + 5000, 'newer')).toBe(9 * dayMs);
  expect([dayAfter(days, 5 * dayMs, 'older'), dayAfter(days, 9 * dayMs, 'newer')]).toEqual([null, null]);
  expect(dayStart(days, 7 * dayMs + 5000)).toBe(7 * dayMs);
});
