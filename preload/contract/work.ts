import { z } from 'zod';
import { modelChoice, modelId, path, request } from './parts.ts';

/* What verdicts say of the work: how much was decided, what it stopped, and where two judged the same. */

const countsSchema = z.object({
  decided: z.number().int().describe('verdicts that stand, each once; labels taken in from a file are no work'),
  fraud: z.number().int(),
  falseAlarms: z.number().int().describe('legitimate ones, also those that were right to flag'),
  unsure: z.number().int(),
  valueStopped: z.number().describe('of the transactions judged fraud'),
  minutes: z
    .number()
    .nullable()
    .describe('of one person, between decisions at most 15 minutes apart; null where nobody may see them'),
});

const pointSchema = z.object({
  score: z.number(),
  flagged: z.number().int().describe('transactions'),
  alerts: z.number().int(),
  missedLoss: z.number(),
  reviewCost: z.number(),
});

export const workSchema = z.object({
  days: z.array(countsSchema.extend({ day: z.string().describe('of the decisions, in the zone of the case') })),
  total: countsSchema,
  minutesPerAlert: z.number().nullable().describe('the median of that person'),
  lossPerFraud: z.number().nullable().describe('mean value of the alerts judged fraud'),
  agreement: z
    .object({
      alerts: z.number().int().describe('judged by two people or more, as fraud or not'),
      agreed: z.number().int(),
      low: z.number().describe('end of the 95 % interval of the share, after Wilson'),
      high: z.number(),
    })
    .nullable(),
  cost: z
    .object({ curve: z.array(pointSchema), cheapest: pointSchema })
    .nullable()
    .describe('from these minutes and losses, where known frauds, minutes and the price of a minute are there'),
});
export type Work = z.output<typeof workSchema>;

/** What a minute of review costs, in the currency of the amounts. */
const minuteCost = z.number().positive().optional();

export const workJobs = {
  work: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      by: z.string().max(200).optional(),
      minutes: z.boolean().default(false).describe('with the minutes of who asks; they are private otherwise'),
      minuteCost,
    }),
    result: workSchema.extend({ case: path }),
  },
} as const;

export const workRequests = {
  /** With the minutes of the analyst of this window, and nobody else's. */
  'work.read': request<Work>()(z.object({ modelId, minuteCost })),
} as const;
