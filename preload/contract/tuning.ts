import { z } from 'zod';
import { explorationSchema } from '../../engine/domain/exploration.ts';
import { alertGapSchema, alertGroupingChoiceSchema } from '../../engine/domain/alert-grouping.ts';
import { type JudgedFlags, type LabelBasis, evaluationSchema } from './evaluations.ts';
import { type ModelListItem, modelSummarySchema } from './models.ts';
import { modelChoice, modelId, pageLimit, path, request } from './parts.ts';
import { transactionFilterSchema } from './transactions.ts';

/* The line between flagged and not: what sets it, and what a change of it would do. */

/** The handles of one threshold; at most one may be given. */
export const thresholdHandleSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('contamination'), value: z.number().gt(0).max(0.5) }),
  z.object({
    kind: z.literal('alerts-per-day'),
    value: z.number().positive(),
    /** No more than this share of the transactions is flagged, whatever the budget. */
    mostShare: z.number().gt(0).max(0.5).optional(),
  }),
  z.object({ kind: z.literal('recall'), value: z.number().gt(0).max(1) }),
  z.object({ kind: z.literal('precision'), value: z.number().gt(0).max(1) }),
  z.object({ kind: z.literal('cost'), missedFraud: z.number().positive(), review: z.number().positive() }),
]);
export type ThresholdHandle = z.infer<typeof thresholdHandleSchema>;

/** What set the line between flagged and not. */
export const lineSchema = z.object({
  handle: thresholdHandleSchema.nullable(),
  holds: z
    .enum(['handle', 'most-share'])
    .describe('most-share where the budget would flag more than its greatest share of the transactions'),
  sentence: z.string(),
});
export type Line = z.infer<typeof lineSchema>;

export const tuningJobs = {
  tune: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      threshold: thresholdHandleSchema.optional(),
      explore: explorationSchema.shape.share
        .optional()
        .describe('share of the alerts that is drawn from below the line from now on'),
      grouping: alertGroupingChoiceSchema.optional().describe('how flagged transactions become alerts from now on'),
    }),
    result: z.object({
      model: modelSummarySchema,
      isChampion: z.boolean(),
      grouping: z.object({
        gap: alertGapSchema,
        entity: z
          .object({ role: z.string(), column: z.string() })
          .nullable()
          .describe('null where each transaction is an alert'),
      }),
      exploredShare: z.number().describe('of the alerts, drawn from below the line'),
      rows: z.number().int(),
      alerts: z.number().int(),
      alertsPerDay: z.number().nullable(),
      flagged: z.number().int(),
      threshold: z.number(),
      thresholdUnits: z.number().int(),
      contamination: z.number(),
      days: z.number().int().nullable(),
      line: lineSchema,
      evaluation: evaluationSchema.optional(),
      histogram: z.array(z.object({ fromScore: z.number(), toScore: z.number(), rows: z.number().int() })),
      case: path,
    }),
  },
} as const;

/** What a threshold means for some transactions, each by itself. */
export interface TransactionsAtLine {
  readonly thresholdUnits: number;
  readonly threshold: number;
  /** Flagged transactions. */
  readonly flagged: number;
  readonly contamination: number;
  readonly precision: number | null;
  readonly recall: number | null;
  /** On what precision and recall stand; null where nothing is known. */
  readonly basis: LabelBasis | null;
  /** What precision and recall were counted from, and how sure they are; null where no row is judged. */
  readonly judged: JudgedFlags | null;
  /** The same by the label column alone, by verdicts alone, and by both, as far as there are any. */
  readonly quality: readonly { readonly basis: LabelBasis; readonly judged: JudgedFlags }[];
}

/** The same of all transactions, which together make alerts. */
export interface TuningPoint extends TransactionsAtLine {
  readonly alerts: number;
  /** Alerts that open a day, in the mean over the days of the stream. */
  readonly alertsPerDay: number | null;
  /** Alerts that open on each day of the stream, in day order; empty without event times. */
  readonly byDay: Uint32Array;
}

/** How the scores of some transactions are spread, and what is known of them. */
export interface ScoredTransactions {
  readonly rows: number;
  readonly histogram: {
    readonly edges: Float64Array;
    readonly counts: Uint32Array;
    /** Rows known to be fraud (labels, then verdicts), and known to be legitimate by verdict; null when none. */
    readonly fraud: Uint32Array | null;
    readonly legitimate: Uint32Array | null;
  };
  /** Share of fraud among the labelled rows: the line that chance reaches. Null without labels. */
  readonly prevalence: number | null;
  readonly curve: readonly { readonly thresholdUnits: number; readonly precision: number; readonly recall: number }[];
}

export interface TuningView extends ScoredTransactions {
  readonly model: ModelListItem;
  /** Start of each day of the stream. */
  readonly days: readonly number[];
  readonly point: TuningPoint;
  /** What set the line, in words. */
  readonly line: Line;
  /** This model first, then the trivial baselines. */
  readonly rankings: readonly {
    readonly name: string;
    readonly isModel: boolean;
    readonly auroc: number | null;
    readonly auprc: number | null;
    readonly cardPrecisionTop100: number | null;
    readonly curve: readonly { readonly precision: number; readonly recall: number }[];
  }[];
  /** True while the rankings of a large case are still being computed; `tuning.rankingsReady` tells when they are there. */
  readonly rankingsPending: boolean;
  readonly features: readonly {
    readonly name: string;
    /** A few words, for lists; `description` is the whole phrase. */
    readonly label: string;
    readonly description: string;
    readonly usesLabels: boolean;
    /** False for a feature that the model does without and another model of the case has. */
    readonly isUsed: boolean;
  }[];
}

export interface SwappedRow {
  readonly sequence: number;
  readonly id: string;
  readonly entity: string;
  readonly score: number;
  readonly otherScore: number | null;
  readonly amount: number | null;
  readonly timeMs: number | null;
  readonly isFraud: boolean | null;
  readonly reason: string;
}

export const tuningRequests = {
  'tuning.read': request<TuningView>()(z.object({ modelId })),
  'tuning.preview': request<TuningPoint>()(
    z.object({
      modelId,
      handle: z.union([thresholdHandleSchema, z.object({ kind: z.literal('score'), value: z.number() })]),
    }),
  ),
  'tuning.apply': request<TuningPoint>()(
    z.object({
      modelId,
      handle: z.union([thresholdHandleSchema, z.object({ kind: z.literal('score'), value: z.number() })]),
    }),
  ),
  /** How the scores within a filter are spread: bins as of all transactions. */
  'tuning.within': request<ScoredTransactions>()(z.object({ modelId, filter: transactionFilterSchema })),
  /** What a threshold means within a filter. */
  'tuning.pointWithin': request<TransactionsAtLine>()(
    z.object({ modelId, filter: transactionFilterSchema, thresholdUnits: z.number().int() }),
  ),
  /** Which transactions a change of threshold, or another model, lets in and out. */
  'tuning.swapSet': request<{
    readonly entered: readonly SwappedRow[];
    readonly left: readonly SwappedRow[];
    readonly enteredTotal: number;
    readonly leftTotal: number;
    /** Alerts of both lines, and those of each that share no transaction with the other's. */
    readonly alerts: { readonly now: number; readonly before: number; readonly entered: number; readonly left: number };
    /** As in `alerts.page`. */
    readonly reasonsPending: number;
  }>()(
    z.object({ modelId, fromUnits: z.number().int().optional(), otherModelId: modelId.optional(), limit: pageLimit }),
  ),
} as const;
