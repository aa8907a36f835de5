import { z } from 'zod';

/** What a person may set for themselves; kept beside the cases, never in one. */
export const settingsSchema = z.object({
  analyst: z.string().max(200),
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['dense', 'comfortable']),
  /** Times are shown in the case's zone, in UTC, or both. */
  times: z.enum(['case', 'utc', 'both']),
  analysts: z.number().int().min(1).max(1000),
  alertsPerAnalystPerDay: z.number().int().min(1).max(100_000),
  /** Whether the window backs a case up while it is worked on. */
  scheduledBackups: z.boolean(),
  /** Command name to key, for keys that were rebound. */
  keys: z.record(z.string(), z.string()),
  /** Whatever the window must find again: place, filters, selection, column widths. */
  windowState: z.record(z.string(), z.unknown()),
});
export type Settings = z.infer<typeof settingsSchema>;

export const defaultSettings: Settings = {
  analyst: '',
  theme: 'system',
  density: 'dense',
  times: 'both',
  analysts: 3,
  alertsPerAnalystPerDay: 40,
  scheduledBackups: true,
  keys: {},
  windowState: {},
};
