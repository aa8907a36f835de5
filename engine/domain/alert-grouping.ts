import { z } from 'zod';

const HOUR_MS = 3_600_000;

/** The gap between flagged transactions up to which they are one alert, unless the case says otherwise. */
export const USUAL_GAP_MS = 24 * HOUR_MS;
const LEAST_GAP_MS = HOUR_MS;
const GREATEST_GAP_MS = 7 * 24 * HOUR_MS;

/** Roles whose equal values may make one alert; the first that a case has is taken. */
export const alertEntityRoles = ['card', 'customer', 'account'] as const;
export type AlertEntityRole = (typeof alertEntityRoles)[number];

/** How flagged transactions become alerts: a gap in milliseconds, each its own, or all of an entity. */
export const alertGapSchema = z.union([
  z.number().min(LEAST_GAP_MS).max(GREATEST_GAP_MS),
  z.enum(['each-transaction', 'whole-recording']),
]);
export type AlertGap = z.infer<typeof alertGapSchema>;

export const alertGroupingSchema = z.object({
  gap: alertGapSchema.default(USUAL_GAP_MS),
  /** Null takes the card, else the customer, else the account. */
  entity: z.enum(alertEntityRoles).nullable().default(null),
});
/** What of it a person changes. */
export const alertGroupingChoiceSchema = z.object({
  gap: alertGapSchema.optional(),
  entity: z.enum(alertEntityRoles).nullable().optional(),
});

export type AlertGrouping = z.infer<typeof alertGroupingSchema>;

/** The gap as the sweep takes it: infinite for a whole recording, negative for each transaction. */
export function gapInMs(gap: AlertGap): number {
  if (gap === 'each-transaction') return -1;
  return gap === 'whole-recording' ? Infinity : gap;
}
