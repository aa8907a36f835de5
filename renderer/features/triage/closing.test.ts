import fc from 'fast-check';
import { expect, it } from 'vitest';
import { closedUntil, dayIn, REOPENS, startOfDay } from './closing.ts';

it('counts days from the newest event, and reopens where nothing else was chosen or there are no times', () => {
  const last = Date.UTC(2026, 2, 12, 10);
  expect(closedUntil(REOPENS, last, 'UTC')).toBeNull();
  expect(closedUntil({ kind: 'days', days: 7 }, last, 'UTC')).toBe(Date.UTC(2026, 2, 19, 10));
  expect(closedUntil({ kind: 'days', days: 7 }, null, 'UTC')).toBeNull();
  expect(closedUntil({ kind: 'date', date: '' }, last, 'UTC')).toBeNull();
});

it('takes a date at its beginning in the zone of the case, also on days when clocks change', () => {
  expect(startOfDay('2026-04-01', 'Europe/Lisbon')).toBe(Date.UTC(2026, 2, 31, 23));
  expect(startOfDay('2026-03-29', 'Europe/Lisbon')).toBe(Date.UTC(2026, 2, 29, 0));
  expect(startOfDay('2026-01-01', 'America/New_York')).toBe(Date.UTC(2026, 0, 1, 5));
  expect(startOfDay('12 March', 'UTC')).toBeNull();
});

it('is midnight where it says it is', () => {
  const zones = fc.constantFrom('Europe/Berlin', 'Asia/Kolkata', 'America/Los_Angeles', 'Pacific/Auckland', 'UTC');
  const days = fc.integer({ min: 0, max: 20_000 });
  fc.assert(
    fc.property(zones, days, (timeZone, day) => {
      const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
      const written = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
      expect(written.format(startOfDay(date, timeZone) ?? NaN)).toBe(`${date} 00:00`);
    }),
  );
});

it('takes the day of an instant in the zone of the case, not in UTC', () => {
  // Half past midnight in Dhaka is still the day before in UTC; in New York it is, too.
  const instantMs = Date.UTC(2024, 9, 26, 18, 30);
  expect(dayIn('Asia/Dhaka', instantMs)).toBe('2024-10-27');
  expect(dayIn('America/New_York', instantMs)).toBe('2024-10-26');
});
