import { z } from 'zod';
import { pageLimit, path, request } from './parts.ts';

/* The chain of everything that was done in a case. */

/** Which part of a case's history. */
export const auditFilterSchema = z.object({
  alert: z.string().optional().describe('the key of an alert, or of a transaction'),
  model: z.string().optional().describe('model number or digest'),
  text: z.string().max(500).optional().describe('words of what was done, or of who did it'),
});

/** Heads of the history that an export names. */
export const heldAgainstSchema = z.object({
  heads: z.number().int(),
  newestEntry: z.number().int(),
});

const derivedModelSchema = z.object({
  id: z.number().int(),
  digest: z.string(),
  forest: z.enum(['same', 'other', 'not derived']),
  featuresAgain: z.boolean().describe('whether features were made anew, too'),
  notes: z.array(z.string()).describe('why something was taken as it is stored'),
});
/** What making a model anew from rows, parameters and seed came to. */
export type DerivedModel = z.infer<typeof derivedModelSchema>;

export const historyJobs = {
  audit: {
    input: auditFilterSchema.extend({
      casePath: path,
      verify: z.boolean().default(false),
      rescore: z.boolean().default(false).describe('with verify: make features, forests and scores anew, and compare'),
      against: path
        .optional()
        .describe('with verify: an export, report, seal or hand-over whose head the history must hold'),
      limit: z.number().int().min(1).optional(),
      output: path.optional(),
      force: z.boolean().default(false),
    }),
    result: z.object({
      entries: z.array(
        z.object({
          id: z.number().int(),
          at: z.string(),
          by: z.string(),
          what: z.string(),
          about: z.string().describe('the alert, by its entity, and how many more'),
          details: z.unknown(),
          hash: z.string(),
        }),
      ),
      total: z.number().int(),
      whole: z.boolean().nullable().describe('null where it was not asked for'),
      problems: z.array(z.string()).describe('a sentence for each thing that is not as it was written'),
      brokenEntry: z.number().int().nullable(),
      derived: z.array(derivedModelSchema).nullable().describe('each model made anew; null where it was not asked for'),
      against: heldAgainstSchema.nullable().describe('null where no export was named'),
      output: path.nullable(),
      case: path,
    }),
  },
} as const;

export interface HistoryEntry {
  readonly atMs: number;
  readonly by: string;
  readonly what: string;
}

/** One link of the history of a case. */
export interface AuditEntry extends HistoryEntry {
  readonly id: number;
  readonly hash: string;
  /** What was changed, as JSON. */
  readonly details: string;
  /** The alert it is about, by its entity, and how many more; empty where it is about none. */
  readonly about: string;
}

export const historyRequests = {
  /** The history of the case, newest first: all of it, of one alert, or of one model. */
  'audit.page': request<{
    /** `about`: the entity or transaction of the first alert that an entry speaks of, and how many more; empty for none. */
    readonly rows: readonly AuditEntry[];
    readonly next: number | null;
    /** The first entry that is not as it was written; null where the chain is whole. */
    readonly brokenEntry: number | null;
  }>()(auditFilterSchema.extend({ after: z.number().int().optional(), limit: pageLimit })),
} as const;
