import { z } from 'zod';
import { columnTotalsSchema } from '../../engine/domain/column-totals.ts';
import { expectationSchema } from '../../engine/domain/expectation.ts';
import { columnKinds, columnRoles, doubtSchema, profileOverridesSchema } from '../../engine/domain/profile.ts';
import { personalColumnSchema } from '../../engine/domain/personal.ts';
import type { RecordingFormat } from '../../engine/domain/record-batch.ts';
import type { Theme } from '../../engine/domain/window-feature.ts';
import { nothing, notice, pageLimit, path, request } from './parts.ts';

/* What is read into a case: recordings, how their columns were read, and what could not be. */

const profileChoice = z.object({ overrides: profileOverridesSchema.default({}) });

/** What is read, and control totals that it must come to. */
export const readingChoice = { recordings: z.array(path).min(1), expect: expectationSchema.default([]) };

const ingestInput = profileChoice.extend({ ...readingChoice, casePath: path });

export const columnReportSchema = z.object({
  name: z.string(),
  role: z.enum(columnRoles),
  kind: z.enum(columnKinds),
  confidence: z.number(),
  usedAs: z.array(z.string()),
  reason: z.string(),
  written: z.string().optional().describe('how its times or numbers are written'),
  doubt: doubtSchema.optional().describe('two readings fit; which one was taken, and the flags that settle it'),
  personal: personalColumnSchema.optional().describe('data of people: which, what the case keeps of them, and why'),
  totals: columnTotalsSchema.nullable().describe('null where the rows of the case were not counted'),
});
export type ColumnReport = z.infer<typeof columnReportSchema>;

/** One recording of a case, as it was read. */
export const sourceReportSchema = z.object({
  uri: z.string(),
  rows: z.number().int(),
  quarantined: z.number().int(),
  bytes: z.number().int().nullable().describe('of the file as stored; null before it was read to its end'),
  sha256: z.string().nullable(),
});
export type SourceReport = z.infer<typeof sourceReportSchema>;

const ingestResult = z.object({
  rows: z.number().int(),
  addedRows: z.number().int(),
  quarantined: z.number().int(),
  columns: z.array(columnReportSchema),
  sources: z.array(sourceReportSchema),
  notices: z.array(notice),
  case: path,
  readMs: z.number(),
  storeMs: z.number(),
});

export const recordingJobs = {
  ingest: { input: ingestInput, result: ingestResult },
  quarantine: {
    input: z.object({ casePath: path, limit: z.number().int().min(1).max(100_000).default(20) }),
    result: z.object({
      quarantined: z.number().int().describe('all there are'),
      records: z.array(
        z.object({
          source: z.string(),
          line: z.number().int(),
          byteOffset: z.number().int(),
          reason: z.string(),
          raw: z.string().describe('as received; bytes that are not UTF-8 are replaced'),
        }),
      ),
      case: path,
    }),
  },
  retryQuarantine: {
    input: z.object({
      casePath: path,
      /** True only says what would fit; nothing is stored. */
      dryRun: z.boolean().default(false),
    }),
    result: z.object({
      dryRun: z.boolean(),
      tried: z.number().int(),
      fit: z.number().int().describe('readable now, and stored unless it was a dry run'),
      flagged: z.number().int().describe('of those stored, by the champion'),
      failing: z.array(z.object({ reason: z.string(), records: z.number().int() })).describe('the most frequent first'),
      rows: z.number().int(),
      quarantined: z.number().int(),
      case: path,
    }),
  },
} as const;

export const recordingRequests = {
  'profile.read': request<{ readonly columns: readonly ColumnReport[] }>()(nothing),
  'profile.write': request<{ readonly columns: readonly ColumnReport[] }>()(
    z.object({ overrides: profileOverridesSchema }),
  ),
  /** Looks into a recording without storing anything. */
  'recording.inspect': request<{
    readonly path: string;
    readonly sizeBytes: number;
    readonly format: RecordingFormat;
    /** What a person should know of how it was read, a sentence each. */
    readonly notices: readonly string[];
    readonly columns: readonly ColumnReport[];
    /** What a model would look for, in the order of lists: how many features over time say so, or why none does. */
    readonly themes: readonly { readonly theme: Theme; readonly features: number; readonly missing: string | null }[];
    readonly firstRows: readonly (readonly string[])[];
  }>()(z.object({ path, overrides: profileOverridesSchema.default({}) })),
  'quarantine.page': request<{
    readonly rows: readonly {
      readonly id: number;
      readonly source: string;
      readonly line: number;
      readonly byteOffset: number;
      readonly reason: string;
      readonly raw: string;
    }[];
    readonly next: number | null;
  }>()(z.object({ after: z.number().int().optional(), limit: pageLimit })),
} as const;
