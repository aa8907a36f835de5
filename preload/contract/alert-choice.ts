import { z } from 'zod';
import { verdictKinds } from '../../engine/domain/verdict.ts';

/* Which alerts of a model, and in which order: for a page of them and for all of them. */

const alertSorts = ['score', 'amount', 'time', 'transactions', 'entity'] as const;

export const alertSortSchema = z
  .array(z.object({ by: z.enum(alertSorts), descending: z.boolean() }))
  .min(1)
  .max(4)
  .default([{ by: 'score', descending: true }]);

export const alertFilterSchema = z.object({
  verdict: z.array(z.enum([...verdictKinds, 'none', 'snoozed'])).optional(),
  /** Start of the day of the stream on which the alert opens. */
  dayMs: z.number().optional(),
  minimumAmount: z.number().optional(),
  maximumAmount: z.number().optional(),
  /** Texts looked for in ids, entities and the rows as received. */
  search: z.string().max(20_000).optional(),
  /** Ids or entities, for example pasted ones; an alert passes if any of its rows has one of them. */
  anyOf: z.array(z.string()).max(5000).optional(),
  /** Column name to the texts allowed in it. */
  columns: z.record(z.string(), z.array(z.string())).optional(),
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
});
export type AlertFilter = z.infer<typeof alertFilterSchema>;
