import { z } from 'zod';
import { explorationSchema } from '../../engine/domain/exploration.ts';
import { type AlertEntityRole, type AlertGap, alertGroupingChoiceSchema } from '../../engine/domain/alert-grouping.ts';
import type { RecordingFormat } from '../../engine/domain/record-batch.ts';
import { retentionSchema } from '../../engine/domain/retention.ts';
import { nothing, path, request } from './parts.ts';

/* A case as a whole: opening it, what it holds, and how long it keeps that. */

export const caseJobs = {
  /**
   * Takes old transactions out of a case, but for those that decisions speak of; the others keep their keys. Without a
   * limit, by the setting of the case.
   */
  retain: {
    input: z.object({
      casePath: path,
      olderThanDays: retentionSchema.shape.olderThanDays.default(null),
      keepRows: retentionSchema.shape.keepRows.default(null),
      keepChallengers: z
        .number()
        .int()
        .min(1)
        .nullable()
        .default(null)
        .describe(
          'so many of the models that retraining made stay, beside all that were ever champion, published or judged by',
        ),
      setting: z
        .enum(['remember', 'forget'])
        .optional()
        .describe(
          'remember: also after each ingest and follow from now on; forget: no longer, and nothing is removed now',
        ),
      dryRun: z.boolean().default(false).describe('say what would go, and change nothing'),
      by: z.string().max(200).optional(),
    }),
    result: z.object({
      removedRows: z.number().int(),
      stayingRows: z.number().int().describe('as old, and kept because a decision speaks of them'),
      removedModels: z.number().int(),
      keptChallengers: z.number().int().nullable().describe('what the case is set to; null for all of them'),
      rows: z.number().int().describe('that the case has then'),
      bytesBefore: z.number().int(),
      bytesAfter: z.number().int(),
      dryRun: z.boolean(),
      setting: retentionSchema.nullable().describe('what the case is set to; null where it keeps everything'),
      notices: z.array(z.string()),
      by: z.string(),
      case: path,
    }),
  },
} as const;

export interface CaseOverview {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly rows: number;
  readonly quarantined: number;
  readonly timeZone: string;
  /** Three-letter code where all amounts share one that is known. */
  readonly currency: string | null;
  readonly firstEventMs: number | null;
  readonly lastEventMs: number | null;
  readonly days: number;
  /** Rows without an event time, where others have one: they are on no day. */
  readonly withoutTime: number;
  readonly hasLabels: boolean;
  /** The role whose equal values make one alert, for example 'card', and its column. */
  readonly alertEntity: { readonly role: string; readonly column: string } | null;
  /** Roles that could make one alert in this case. */
  readonly alertEntityRoles: readonly AlertEntityRole[];
  /** How flagged transactions of one entity follow each other in one alert. */
  readonly alertGap: AlertGap;
  /** The share of the queue that is drawn at random from below the line, 0 to 0.5. */
  readonly exploredShare: number;
  /** How many of the models that retraining made stay; null for all of them. */
  readonly challengersKept: number | null;
  /** Transactions of which a verdict says other than the label column. */
  readonly labelConflicts: number;
  /** The other side of a transaction: 'terminal' or 'merchant', and its column. */
  readonly counterpart: { readonly role: string; readonly column: string } | null;
  readonly sources: readonly {
    readonly id: number;
    readonly uri: string;
    readonly kind: string;
    readonly format: RecordingFormat | null;
    readonly rows: number;
    readonly quarantined: number;
    readonly complete: boolean;
    readonly addedAtMs: number;
    /** What the file was when it was read to its end. */
    readonly file: { readonly storedBytes: number; readonly sha256: string } | null;
  }[];
  readonly models: number;
  readonly championId: number | null;
  readonly readOnly: boolean;
  /** Whether the file can be read with a passphrase alone. */
  readonly locked: boolean;
}

export const caseRequests = {
  'recent.list':
    request<
      readonly { readonly path: string; readonly name: string; readonly openedAtMs: number; readonly exists: boolean }[]
    >()(nothing),
  'case.open': request<CaseOverview>()(z.object({ path })),
  'case.close': request<null>()(nothing),
  'case.read': request<CaseOverview>()(nothing),
  /** How flagged transactions become alerts in this case; verdicts hold on to their transactions. */
  'case.groupAlerts': request<CaseOverview>()(alertGroupingChoiceSchema),
  /** How much of the queue is drawn from below the line from now on. */
  'case.explore': request<CaseOverview>()(explorationSchema),
} as const;
