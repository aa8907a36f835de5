import { z } from 'zod';

/** Which rows a challenger is made of: the newest days, the newest rows, or all since a moment. */
export const recentRowsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('days'), days: z.number().positive().max(36_500) }),
  z.object({ kind: z.literal('rows'), rows: z.number().int().min(1) }),
  z.object({ kind: z.literal('since'), timeMs: z.number() }),
]);
export type RecentRows = z.output<typeof recentRowsSchema>;

/** When a model is to be made anew. */
export const retrainRuleSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('drift') }),
  z.object({ kind: z.literal('daily') }),
  z.object({ kind: z.literal('rows'), rows: z.number().int().min(1) }),
]);
export type RetrainRule = z.output<typeof retrainRuleSchema>;

/** The rows that a forest was grown from, so that they can be found again. */
export const retrainedRowsSchema = z.object({
  /** Digest of the champion that it was made to follow. */
  before: z.string(),
  /** Event times from this one on; null where the rows have none, and go by their number. */
  fromMs: z.number().nullable(),
  /** Up to this one, which is not among them. */
  untilMs: z.number().nullable(),
  /** The first row by its number, and the one after the last that was looked at. */
  firstRow: z.number().int(),
  endRow: z.number().int(),
  /** The one after the last that was judged: what came by then is not new any more. */
  seenRow: z.number().int(),
  withoutFraud: z.boolean(),
  /** SHA-256 over the numbers of the rows. */
  rows: z.string(),
});
export type RetrainedRows = z.output<typeof retrainedRowsSchema>;

/** Above this population stability index a feature is distributed in another way than in the training. */
export const DRIFTED_FROM = 0.2;
/** Rows that must have come since the last training before drift makes another one. */
const FEWEST_NEW_ROWS = 2_000;
const DAY_MS = 86_400_000;

/** What happened since a model was made last, tried or kept. */
export interface SinceTraining {
  readonly rows: number;
  /** Event time that has passed; null where the rows have none. */
  readonly passedMs: number | null;
  /** The greatest drift of a feature; null where it is not known. */
  readonly drift: { readonly feature: string; readonly psi: number } | null;
}

/** Whether a rule asks for a new model now, and the sentence that says why or why not. */
export function dueBy(
  rule: RetrainRule,
  { rows, passedMs, drift }: SinceTraining,
): { readonly isDue: boolean; readonly sentence: string } {
  const came = `${rows.toLocaleString('en-US')} rows came since the last training`;
  switch (rule.kind) {
    case 'rows':
      return { isDue: rows >= rule.rows, sentence: `${came}; ${rule.rows.toLocaleString('en-US')} were asked for.` };
    case 'daily': {
      const isDue = rows > 0 && passedMs !== null && passedMs >= DAY_MS;
      const hours = passedMs === null ? 'no event time' : `${(passedMs / 3_600_000).toFixed(1)} hours of event time`;
      return { isDue, sentence: `${came}, ${hours} later; 24 hours were asked for.` };
    }
    case 'drift': {
      if (drift === null) return { isDue: false, sentence: `${came}; drift is not known yet.` };
      const isDue = drift.psi > DRIFTED_FROM && rows >= FEWEST_NEW_ROWS;
      const moved = `the greatest drift is that of ${drift.feature}, PSI ${drift.psi.toFixed(2)}`;
      return { isDue, sentence: `${came}; ${moved}, above ${DRIFTED_FROM} it is another distribution.` };
    }
  }
}

/** Why the first model of a stream was trained when it was. */
export const firstTrainingReasons = {
  'rows-asked-for': 'so many rows were asked for',
  'end-of-topic': 'the topic had no more by then',
  'end-of-run': 'the run ended',
} as const;

/** The rows that the first model of a stream was trained on, and why they were no more. */
export const firstTrainingSchema = z.object({
  /** Digest of the model. */
  model: z.string(),
  rows: z.number().int(),
  /** Event times of the first and the last of them; null where they have none. */
  fromMs: z.number().nullable(),
  toMs: z.number().nullable(),
  reason: z.enum(['rows-asked-for', 'end-of-topic', 'end-of-run']),
});
export type FirstTraining = z.output<typeof firstTrainingSchema>;
