import { z } from 'zod';
import { USUAL_DRAW } from '../../engine/domain/exploration.ts';
import { verdictKinds } from '../../engine/domain/verdict.ts';
import type { AlertDetail, AlertRow } from './alerts.ts';
import { modelSummarySchema } from './models.ts';
import { modelChoice, modelId, path, request } from './parts.ts';

/* The random sample below the line, and what its verdicts say of the fraud that is missed. */

export const belowLineSampleSchema = z.object({
  /** How many transactions; where absent, `share` of those below the line, at most 200. */
  rows: z.number().int().min(1).max(5000).optional(),
  share: z.number().gt(0).max(1).default(USUAL_DRAW.share),
  seed: z.number().int().min(0).max(0xffff_ffff).default(USUAL_DRAW.seed),
});

export const belowLineReportSchema = z.object({
  rowsBelow: z.number().int().describe('transactions that are not flagged'),
  sampled: z.number().int(),
  inQueue: z
    .number()
    .int()
    .describe('transactions from below the line that stand in the queue; their verdicts count, too'),
  judged: z.number().int().describe('of the sample and in the queue, as fraud or not'),
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

export const belowLineJobs = {
  /** What a random sample below the line, judged blind, says of the fraud that is missed. Only reads. */
  missed: {
    input: z.object({ casePath: path, model: modelChoice, sample: belowLineSampleSchema.prefault({}) }),
    result: belowLineReportSchema.extend({
      model: modelSummarySchema,
      sample: z.array(
        z.object({ sequence: z.number().int(), id: z.string(), verdict: z.enum(verdictKinds).nullable() }),
      ),
      case: path,
    }),
  },
} as const;

/** One sampled transaction below the line. Nothing in it tells what the model thinks of it. */
export type BelowLineRow = Pick<
  AlertRow,
  'key' | 'entity' | 'amount' | 'currency' | 'timeMs' | 'counterpart' | 'verdict' | 'snoozedUntilMs' | 'hasNote'
> & { readonly id: string };

export const belowLineRequests = {
  /**
   * A random sample of the transactions that are not flagged, to be judged blind: no score, no reason, no label, in
   * drawing order. A larger sample begins with the smaller one. What the verdicts so far say of missed fraud beside it.
   */
  'belowLine.read': request<{ readonly rows: readonly BelowLineRow[]; readonly report: BelowLineReport }>()(
    z.object({ modelId, sample: belowLineSampleSchema.prefault({}) }),
  ),
  /** One transaction as an analyst judges it blind: facts and cells, nothing of the model, no label column. */
  'belowLine.detail': request<{
    readonly key: string;
    readonly facts: AlertDetail['facts'];
    readonly cells: readonly { readonly name: string; readonly value: string }[];
    readonly notes: AlertDetail['notes'];
  }>()(z.object({ modelId, key: z.string() })),
} as const;
