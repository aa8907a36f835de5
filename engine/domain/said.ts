import { z } from 'zod';
import { dismissalReasons, verdictKinds } from './verdict.ts';

/** What somebody said of some transactions, wherever it stands or travels: a verdict, a recommendation, a line of a file. */
export const saidSchema = z.object({
  kind: z.enum(verdictKinds),
  reason: z.enum(dismissalReasons).nullable(),
  by: z.string(),
  atMs: z.number(),
  /** Of the most anomalous of them, when it was said. */
  score: z.number(),
  modelDigest: z.string(),
  /** New flags before this time leave the alert closed. */
  closedUntilMs: z.number().nullable(),
});
