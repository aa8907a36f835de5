/** What a verdict does to later flags of its alert: they open it again, or not before a date. */
export type Closing =
  | { readonly kind: 'reopens' }
  | { readonly kind: 'days'; readonly days: number }
  | { readonly kind: 'date'; readonly date: string };

export const REOPENS: Closing = { kind: 'reopens' };

const DAY_MS = 86_400_000;

/**
 * The event time until which new flags leave an alert closed; null where any opens it again, or the date is none.
 * @param lastEventMs the newest event of the case, from which days are counted
 */
export function closedUntil(closing: Closing, lastEventMs: number | null, timeZone: string): number | null {
  if (closing.kind === 'reopens' || lastEventMs === null) return null;
  return closing.kind === 'days' ? lastEventMs + closing.days * DAY_MS : startOfDay(closing.date, timeZone);
}

/** The instant at which `2026-03-12` begins in a zone; null where that is no date. */
export function startOfDay(date: string, timeZone: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(date)) return null;
  const utcMs = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(utcMs)) return null;
  // Once more from the first guess: the offset may be another one there.
  const guessMs = utcMs - offsetMsAt(utcMs, timeZone);
  return utcMs - offsetMsAt(guessMs, timeZone);
}

/** The calendar day of an instant in a zone, as `2026-03-12`. */
export function dayIn(timeZone: string, instantMs: number): string {
  return new Date(instantMs + offsetMsAt(instantMs, timeZone)).toISOString().slice(0, 10);
}

function offsetMsAt(instantMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(instantMs);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((other) => other.type === type)?.value ?? '';
  const day = `${part('year')}-${part('month')}-${part('day')}`;
  return Date.parse(`${day}T${part('hour')}:${part('minute')}:${part('second')}Z`) - instantMs;
}
