import type { ZoneClock } from '../domain/time-zone.ts';
import { zoneClock } from '../domain/time-zone.ts';

/** What the file and its other columns say about how its people write. */
export interface ReadingHints {
  readonly clock: ZoneClock;
  /** The decimal character: that of a column which can be read in one way only, else a semicolon file's comma. */
  readonly decimal?: { readonly character: '.' | ','; readonly evidence: string };
  /** The order of day and month in a column which can be read in one way only, else that of people who write decimal commas. */
  readonly dayOrder?: { readonly order: 'day-first' | 'month-first'; readonly evidence: string };
}

export const noHints: ReadingHints = { clock: zoneClock('UTC') };
