import { z } from 'zod';
import { fourEyesSchema, recommendationSchema, type FourEyes } from '../../engine/domain/four-eyes.ts';
import { nothing, outputChoice, path, request } from './parts.ts';

/* Outcomes that need two people: which, what waits, and hand-overs between laptops. */

const who = z.string().max(200).optional();
const key = z.string().describe('SHA-256 of the public key as PEM');

const waitingSchema = recommendationSchema
  .pick({ key: true, kind: true, reason: true, by: true, atMs: true, signedBy: true })
  .extend({
    name: z.string().describe('of the alert: its entity, else the id of its transaction'),
    transactions: z.number().int(),
  });
/** What was said of an alert, and waits for a second person who says the same. */
export type WaitingRecommendation = z.output<typeof waitingSchema>;

export const fourEyesJobs = {
  fourEyes: {
    input: z.object({
      casePath: path,
      rule: fourEyesSchema.optional().describe('what holds from now on; only read when absent'),
      by: who,
    }),
    result: fourEyesSchema.extend({ waiting: z.array(waitingSchema), case: path }),
  },
  handOver: {
    input: z.object({
      casePath: path,
      makeKey: z.boolean().default(false).describe('make the keys, where there are none'),
      by: who,
      ...outputChoice,
    }),
    result: z.object({ words: z.number().int(), by: z.string(), key, output: path, case: path }),
  },
  takeHandOver: {
    input: z.object({
      casePath: path,
      file: path,
      key: path.describe('PEM file with the public key of whoever wrote it'),
      by: who,
    }),
    result: z.object({
      read: z.number().int(),
      recommended: z.number().int().describe('that wait for a second person here'),
      decided: z.number().int().describe('that made a verdict, together with what somebody said here'),
      known: z.number().int().describe('here before, or of an outcome that needs no second person here'),
      unmatched: z.array(z.string()).describe('an id of each that names no transaction of the case, or several'),
      by: z.string().describe('who said it'),
      key,
      case: path,
    }),
  },
} as const;

export const fourEyesRequests = {
  'fourEyes.read': request<{ readonly rule: FourEyes; readonly waiting: readonly WaitingRecommendation[] }>()(nothing),
  'fourEyes.set': request<{ readonly rule: FourEyes; readonly waiting: readonly WaitingRecommendation[] }>()(
    fourEyesSchema,
  ),
  /** Takes one's own recommendation of an alert back. */
  'fourEyes.withdraw': request<{ readonly rule: FourEyes; readonly waiting: readonly WaitingRecommendation[] }>()(
    z.object({ key: z.string().min(1) }),
  ),
} as const;
