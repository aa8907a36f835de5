import { z } from 'zod';

/* The random sample below the line, and what its verdicts say of the fraud that is missed. */

export const belowLineSampleSchema = z.object({
  /** How many transactions; where absent, `share` of those below the line, at most 200. */
  rows: z.number().int().min(1).max(5000).optional(),
  share: z.number().gt(0).max(1).default(0.02),
  seed: z.number().int().min(0).max(0xffff_ffff).default(1),
});

export const belowLineReportSchema = z.object({
  rowsBelow: z.number().int().describe('transactions that are not flagged'),
  sampled: z.number().int(),
  judged: z.number().int().describe('of the sample, as fraud or not'),
  frauds: z.number().int().describe('of those judged'),
  unsure: z.number().int().describe('decided, and not counted as judged'),
  fewestJudged: z.number().int().describe('below so many verdicts there is no estimate'),
  weeks: z.number().nullable().describe('days that have transactions, by seven'),
  missed: z
    .object({
      frauds: z.number(),
      low: z.number().int().describe('end of the 95 % interval'),
      high: z.number().int(),
      perWeek: z.object({ frauds: z.number(), low: z.number(), high: z.number() }).nullable(),
      moreToHalve: z.number().int().describe('further verdicts that would halve the interval'),
    })
    .nullable()
    .describe('null with too few verdicts'),
});
export type BelowLineReport = z.infer<typeof belowLineReportSchema>;
