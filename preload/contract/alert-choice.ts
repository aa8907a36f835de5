import { z } from 'zod';
import { verdictKinds } from '../../engine/domain/verdict.ts';
import { leadingThemeSchema } from '../../engine/domain/window-feature.ts';
import { transactionFilterSchema } from './transactions.ts';

/* Which alerts of a model, and in which order: for a page of them and for all of them. */

const alertSorts = [
  'score',
  'amount',
  'time',
  /** On which it opens. */
  'day',
  'transactions',
  'entity',
  'counterpart',
  'topId',
  'verdict',
  /** By what the strongest feature is called. */
  'firstReason',
  /** By the theme that raises the score most, in the order of the themes. */
  'theme',
] as const;
/** A column of the recording by its name. */
const columnSort = z.templateLiteral(['column:', z.string()]);

export const alertSortSchema = z
  .array(z.object({ by: z.union([z.enum(alertSorts), columnSort]), descending: z.boolean() }))
  .min(1)
  .max(4)
  .default([{ by: 'score', descending: true }]);
export type AlertSort = z.infer<typeof alertSortSchema>[number];

export const alertFilterSchema = transactionFilterSchema.extend({
  verdict: z.array(z.enum([...verdictKinds, 'none', 'snoozed', 'suppressed'])).optional(),
  /** Start of the day of the stream on which the alert opens. */
  dayMs: z.number().optional(),
  /** Texts looked for in ids, entities and the rows as received. */
  search: z.string().max(20_000).optional(),
  /** Ids or entities, for example pasted ones; an alert passes if any of its rows has one of them. */
  anyOf: z.array(z.string()).max(5000).optional(),
  minimumScore: z.number().optional(),
  /** Least number of flagged transactions. */
  minimumFlagged: z.number().int().optional(),
  /** Names of features one of which is the strongest reason. Alerts that are not explained yet do not pass. */
  firstReasons: z.array(z.string()).optional(),
  /** Themes one of which raises the score most. Alerts that are not explained yet do not pass. */
  themes: z.array(leadingThemeSchema).optional(),
});
export type AlertFilter = z.infer<typeof alertFilterSchema>;
