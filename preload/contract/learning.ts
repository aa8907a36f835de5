import { z } from 'zod';
import { learningSources } from '../../engine/domain/model.ts';
import { modelSummarySchema } from './models.ts';
import { modelChoice, notice, path } from './parts.ts';

/* A model that learned from verdicts. */

const figureSchema = z
  .object({ value: z.number(), low: z.number(), high: z.number() })
  .describe('with 95 % intervals by drawing cards or customers with all their alerts');

const queueSchema = z.object({
  averagePrecision: figureSchema.describe('of judged alerts, each ranked by its most anomalous transaction'),
  precisionInFirstHalf: figureSchema.describe("share of fraud in the first half of each day's judged alerts"),
});

const gateSchema = z.object({
  answer: z.enum(['better', 'no better']),
  sentence: z.string(),
  gain: figureSchema.describe('average precision of alerts, after less before'),
  transactionGain: figureSchema.describe('the same of transactions'),
  wins: z.number().describe('share of the draws in which both are gains'),
});

export const learningJobs = {
  learn: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      from: z.enum(learningSources).default('verdicts'),
      seed: z.number().int().min(0).max(0xffff_ffff).default(1),
    }),
    result: z.object({
      model: modelSummarySchema.nullable().describe('null where there are too few verdicts for a model'),
      forest: modelSummarySchema.describe('the forest that it learned on top of'),
      verdicts: z.object({
        from: z.enum(learningSources),
        alerts: z.number().int(),
        fraud: z.number().int().describe('of the alerts'),
        legitimate: z.number().int().describe('of the alerts'),
        transactions: z.number().int(),
        entities: z.number().int(),
        days: z.number().int(),
        digest: z.string(),
      }),
      before: queueSchema.describe('the queue by the forest'),
      after: queueSchema.describe('by what was learned from other cards or customers'),
      allTransactions: z
        .object({ drawn: z.number().int(), before: figureSchema, after: figureSchema, gain: figureSchema })
        .nullable()
        .describe(
          'average precision of all verdicts, those on what was drawn from below the line counted for as many as it was drawn from; null where too few were drawn',
        ),
      gate: gateSchema,
      forward: z
        .object({
          alerts: z.number().int(),
          fraud: z.number().int(),
          before: queueSchema,
          after: queueSchema,
        })
        .nullable()
        .describe('learned from the earlier days, on later days and other cards or customers; null where too few'),
      isChampion: z.boolean(),
      notices: z.array(notice),
      timings: z.object({ learnMs: z.number(), scoreMs: z.number(), storeMs: z.number(), totalMs: z.number() }),
      case: path,
    }),
  },
} as const;
