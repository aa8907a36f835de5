import { z } from 'zod';
import { recentRowsSchema, retrainRuleSchema } from '../../engine/domain/retraining.ts';
import { modelSummarySchema } from './models.ts';
import { notice, path } from './parts.ts';

/* A challenger made of recent rows, and the gate that it has to pass. */

/** What a gate looks at. */
export const gateCheckNames = [
  'flagged share',
  'drift',
  'stability',
  'overlap',
  'average precision',
  'card precision',
] as const;

const gateCheckSchema = z.object({
  name: z.enum(gateCheckNames),
  champion: z.number().nullable(),
  challenger: z.number().nullable(),
  passed: z.boolean().nullable().describe('null where it is told and does not decide'),
  sentence: z.string(),
});
export type GateCheck = z.infer<typeof gateCheckSchema>;

export const gateSchema = z.object({
  passed: z.boolean(),
  basis: z.enum(['labels', 'no labels']).describe('labels decide where enough frauds are known among the judged rows'),
  sentence: z.string(),
  checks: z.array(gateCheckSchema),
});
export type Gate = z.infer<typeof gateSchema>;

export const retrainingJobs = {
  retrain: {
    input: z.object({
      casePath: path,
      recent: recentRowsSchema
        .optional()
        .describe('the newest 30 days where it is absent; all rows where they have no time'),
      when: retrainRuleSchema.optional().describe('nothing is done unless this rule asks for it; now when absent'),
      withoutFraud: z.boolean().default(false).describe('rows known to be fraud are not learned from'),
      seed: z.number().int().min(0).max(0xffff_ffff).optional().describe("the champion's when absent"),
      keepChallengers: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe('so many challengers stay from now on, set for the case'),
      promote: z.boolean().default(false).describe('the challenger becomes the champion where it passes the gate'),
      by: z.string().max(200).optional(),
    }),
    result: z.object({
      isDue: z.boolean(),
      due: z.string().describe('why something was done, or nothing'),
      champion: modelSummarySchema.describe('the one before'),
      model: modelSummarySchema.nullable().describe('the challenger; null where none was made'),
      trained: z.object({
        rows: z.number().int(),
        withoutFraud: z.number().int().describe('rows left out because they are known to be fraud'),
        fromMs: z.number().nullable(),
        toMs: z.number().nullable(),
        digest: z.string().describe('SHA-256 over the numbers of the rows'),
      }),
      judged: z.object({
        rows: z.number().int(),
        fromMs: z.number().nullable(),
        toMs: z.number().nullable(),
        labelled: z.number().int(),
        frauds: z.number().int(),
      }),
      gate: gateSchema.nullable().describe('null where no challenger was made'),
      isChampion: z.boolean().describe('whether the challenger is the champion now'),
      notices: z.array(notice),
      timings: z.object({ trainMs: z.number(), scoreMs: z.number(), gateMs: z.number(), totalMs: z.number() }),
      case: path,
    }),
  },
} as const;
