import { z } from 'zod';
import { saidSchema } from './said.ts';
import { verdictKinds } from './verdict.ts';

/* Outcomes that stand only where two people gave them: the first recommends, the second decides. */

export const fourEyesSchema = z.object({
  /** Which verdicts need a second person; none where the list is empty. */
  outcomes: z.array(z.enum(verdictKinds)).default([]),
  /** Whether one of the two must have come in a signed hand-over: names on one laptop are taken at their word. */
  signed: z.boolean().default(false),
});
export type FourEyes = z.output<typeof fourEyesSchema>;

/** What one person says of some transactions, and whose key vouches for it. */
export const recommendationSchema = saidSchema.extend({
  /** As the case keys its alerts: the most anomalous transaction. */
  key: z.string(),
  /** Numbers of the transactions that it speaks for, ascending. */
  transactions: z.array(z.number().int().min(0)).min(1),
  /** Fingerprint of the key that signed the hand-over it came in; null where it was given in this case. */
  signedBy: z.string().nullable(),
});
export type Recommendation = z.output<typeof recommendationSchema>;

/** What of somebody's word matters for another's. */
type Word = Pick<Recommendation, 'kind' | 'by' | 'transactions' | 'signedBy'>;

/** Whether two people said the same of all transactions of the second word, so that it stands. */
export function agree({ signed }: FourEyes, first: Word, second: Word): boolean {
  if (first.kind !== second.kind || first.by === second.by) return false;
  if (signed && first.signedBy === null && second.signedBy === null) return false;
  const known = new Set(first.transactions);
  return second.transactions.every((transaction) => known.has(transaction));
}
