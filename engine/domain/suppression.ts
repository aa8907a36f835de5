import { z } from 'zod';

/**
 * A pattern of transactions that make no alert: those of one of the entities, at one of the counterparts, whose features lie
 * within the ranges, all at once, where something is said of them.
 */
export const suppressionPatternSchema = z.object({
  entities: z.array(z.string().min(1)).max(500).default([]),
  counterparts: z.array(z.string().min(1)).max(500).default([]),
  features: z
    .array(z.object({ name: z.string().min(1), from: z.number().nullable(), to: z.number().nullable() }))
    .max(20)
    .default([]),
});
export type SuppressionPattern = z.infer<typeof suppressionPatternSchema>;

/** A pattern that somebody silenced, for which events, why, and whether it was lifted. */
export const suppressionSchema = suppressionPatternSchema.extend({
  id: z.number().int(),
  /** Event times from `fromMs` on and before `untilMs`. */
  fromMs: z.number(),
  untilMs: z.number(),
  /** The feature set that the ranges speak of; null where there are none. */
  featureSetId: z.number().int().nullable(),
  reason: z.string(),
  owner: z.string(),
  madeAtMs: z.number(),
  lifted: z.object({ atMs: z.number(), by: z.string() }).nullable(),
});
export type Suppression = z.infer<typeof suppressionSchema>;
