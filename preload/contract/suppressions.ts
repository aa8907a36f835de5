import { z } from 'zod';
import { suppressionPatternSchema, suppressionSchema } from '../../engine/domain/suppression.ts';
import { modelChoice, modelId, path, request } from './parts.ts';

/* Patterns that make no alert, for a time and a reason. */

const reach = {
  pattern: suppressionPatternSchema,
  /** Of transactions that are in the case already, those of so many days before the newest. */
  pastDays: z.number().int().min(0).max(3660).default(30),
  /** So many days after the newest event it expires. */
  forDays: z.number().int().min(1).max(366).default(30),
};
const suppressionChoiceSchema = z.object({ ...reach, reason: z.string().trim().min(1).max(500) });
export type SuppressionChoice = z.output<typeof suppressionChoiceSchema>;

const hiddenSchema = z.object({
  alerts: z.number().int(),
  transactions: z.number().int(),
  fraud: z.number().int().describe('alerts of them that are known to be fraud'),
  frauds: z
    .array(
      z.object({
        key: z.string(),
        entity: z.string(),
        id: z.string(),
        amount: z.number().nullable(),
        timeMs: z.number().nullable(),
        score: z.number(),
      }),
    )
    .describe('the first of these, most anomalous first'),
});
/** What is hidden of the alerts of a model. */
export type HiddenAlerts = z.output<typeof hiddenSchema>;

const previewSchema = hiddenSchema.extend({
  decided: z.number().int().describe('alerts of them that have a verdict; they stay where they are'),
  leaveTheQueue: z.number().int(),
  words: z.string(),
  fromMs: z.number(),
  untilMs: z.number(),
  fromDay: z.string().describe('in the time zone of the case'),
  untilDay: z.string(),
});
export type SuppressionPreview = z.output<typeof previewSchema>;

const listedSchema = suppressionSchema.extend({
  words: z.string(),
  untilDay: z.string().describe('in the time zone of the case'),
  isStanding: z.boolean().describe('neither lifted nor expired by the newest event'),
  hides: hiddenSchema,
});
/** A pattern with what it hides now. */
export type ListedSuppression = z.output<typeof listedSchema>;

export const suppressionJobs = {
  suppress: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      by: z.string().max(200).optional(),
      action: z.discriminatedUnion('kind', [
        suppressionChoiceSchema.extend({
          kind: z.literal('add'),
          dryRun: z.boolean().default(false).describe('say what it would hide, and change nothing'),
        }),
        z.object({ kind: z.literal('list') }),
        z.object({ kind: z.literal('lift'), id: z.number().int().positive() }),
      ]),
    }),
    result: z.object({
      preview: previewSchema.nullable().describe('what was added, or would be'),
      added: z.number().int().nullable(),
      suppressions: z.array(listedSchema).describe('newest first'),
      suppressedAlerts: z.number().int(),
      case: path,
    }),
  },
} as const;

export const suppressionRequests = {
  /** Newest first. */
  'suppressions.list': request<readonly ListedSuppression[]>()(z.object({ modelId })),
  'suppressions.preview': request<SuppressionPreview>()(z.object({ modelId, ...reach })),
  'suppressions.add': request<readonly ListedSuppression[]>()(suppressionChoiceSchema.extend({ modelId })),
  'suppressions.lift': request<readonly ListedSuppression[]>()(z.object({ modelId, id: z.number().int().positive() })),
} as const;
