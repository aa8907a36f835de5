import { z } from 'zod';

/** How long transactions stay in a case; null sets no limit. What either says may go, goes. */
export const retentionSchema = z.object({
  /** Days before the newest event of the case. */
  olderThanDays: z.number().positive().max(36_500).nullable(),
  /** The newest rows that stay whatever their age. */
  keepRows: z.number().int().positive().nullable(),
});
export type Retention = z.infer<typeof retentionSchema>;

/** True where nothing is ever to go. */
export function keepsAll({ olderThanDays, keepRows }: Retention): boolean {
  return olderThanDays === null && keepRows === null;
}
