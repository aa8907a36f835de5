import { z } from 'zod';
import type { WaitingRecommendation } from './four-eyes.ts';
import { type DismissalReason, type VerdictKind, verdictKinds } from '../../engine/domain/verdict.ts';
import { leadingThemeSchema, type LeadingTheme } from '../../engine/domain/window-feature.ts';
import { alertFilterSchema, alertSortSchema } from './alert-choice.ts';
import type { HistoryEntry } from './history.ts';
import { modelSummarySchema } from './models.ts';
import { modelChoice, modelId, pageLimit, path, request } from './parts.ts';

/* Alerts: the list, one with its reasons, and the draft about one. */

export const alertJobs = {
  alerts: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      filter: alertFilterSchema.default({}),
      sort: alertSortSchema,
      limit: z.number().int().min(1).max(1_000_000).optional().describe('all of them when absent'),
      transactions: z.boolean().default(false).describe('list the flagged transactions of each alert'),
      reasons: z.boolean().default(false).describe('the leading theme and the first reason of each alert'),
    }),
    result: z.object({
      model: modelSummarySchema,
      alerts: z.array(
        z.object({
          key: z.string(),
          entity: z.string(),
          day: z.string().nullable().describe('on which it opens, in the time zone of the case'),
          score: z.number(),
          flagged: z.number().int().describe('transactions'),
          verdict: z.enum(verdictKinds).nullable().describe('that closes it'),
          reopened: z
            .object({ verdict: z.enum(verdictKinds), newTransactions: z.number().int() })
            .nullable()
            .describe('by flags that no verdict was shown'),
          topId: z.string(),
          fromBelowLine: z
            .boolean()
            .describe('drawn from below the line; told once it is decided, false until then for every alert'),
          theme: leadingThemeSchema
            .nullable()
            .optional()
            .describe('that raises its score most; null where none does; absent where reasons were not asked for'),
          reason: z.string().optional().describe('the strongest of that theme'),
          transactions: z.array(z.object({ id: z.string(), score: z.number() })).optional(),
        }),
      ),
      total: z.number().int().describe('alerts that pass the filter'),
      allAlerts: z.number().int().describe('alerts of the model, whatever the filter'),
      alertsPerDay: z.number().nullable(),
      flagged: z.number().int().describe('transactions of all alerts of the model'),
      case: path,
    }),
  },
  explain: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      /** Ids to explain; the most anomalous alerts when empty. */
      ids: z.array(z.string()).default([]),
      top: z.number().int().min(1).max(500).default(10),
      neighbours: z.number().int().min(0).max(50).default(0),
    }),
    result: z.object({
      model: modelSummarySchema,
      alerts: z.array(
        z.object({
          sequence: z.number().int(),
          id: z.string(),
          score: z.number(),
          flagged: z.boolean(),
          scoreAtBaseline: z.number(),
          /** log2(score) - log2(scoreAtBaseline): reasons and rest add up to it. */
          exponentDifference: z.number(),
          reasons: z.array(
            z.object({
              feature: z.string(),
              value: z.number(),
              percentile: z.number().nullable(),
              exponent: z.number(),
              share: z.number(),
              sentence: z.string(),
            }),
          ),
          rest: z.object({ featureCount: z.number().int(), exponent: z.number(), share: z.number() }),
          smallestChange: z.string().nullable(),
          nearestNormal: z.array(z.object({ distance: z.number(), values: z.array(z.number()) })),
        }),
      ),
      case: path,
    }),
  },
} as const;

/** One alert: the flagged transactions of one entity that follow each other closely (see `CaseOverview.alertGap`). */
export interface AlertRow {
  /** `#` and the sequence of its most anomalous transaction; finds the alert that holds it after any change. */
  readonly key: string;
  readonly entity: string;
  readonly score: number;
  /** Sequence of its most anomalous flagged transaction. */
  readonly topSequence: number;
  readonly topId: string;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly timeMs: number | null;
  /** Time of its first flagged transaction: it counts on that day. */
  readonly opensMs: number | null;
  readonly counterpart: string | null;
  readonly flaggedTransactions: number;
  /** Transactions of the entity in the whole case. */
  readonly transactions: number;
  /** The strongest reason of the leading theme as a short phrase; empty until it was computed. */
  readonly firstReason: string;
  /** The theme that raises its score most; null until its reasons are known, and where the model has no themes. */
  readonly theme: LeadingTheme | null;
  /** The feature that it speaks of; null until then, and where none raises the score. */
  readonly firstFeature: string | null;
  /** Of the transaction that the row shows: what stands in the columns asked for, in their order. Times are epoch milliseconds. */
  readonly cells: readonly (string | number | null)[];
  /** The verdict that closes it; null while it is open. */
  readonly verdict: VerdictKind | null;
  /** Set where flags that no verdict was shown opened it again. */
  readonly reopened: {
    readonly kind: VerdictKind;
    readonly decidedAtMs: number;
    readonly newTransactions: number;
  } | null;
  readonly snoozedUntilMs: number | null;
  /** Whether each of its flagged transactions is suppressed, so that it is not in the queue. */
  readonly isSuppressed: boolean;
  /** Whether it was drawn from below the line; told once it is decided, so that it is judged as any other. */
  readonly isFromBelowLine: boolean;
  readonly hasNote: boolean;
  /** Where a list is filtered by transactions: the most anomalous one that passes. */
  readonly matched: Pick<
    AlertDetail['transactions'][number],
    'sequence' | 'id' | 'timeMs' | 'amount' | 'counterpart'
  > | null;
}

/** Amounts of some transactions of one entity over time, with what stands on them. */
export interface AmountStrip {
  readonly fromMs: number;
  readonly toMs: number;
  readonly timesMs: Float64Array;
  readonly amounts: Float64Array;
  readonly flagged: Uint8Array;
  readonly verdicts: readonly (VerdictKind | null)[];
  /** 1 where a note was written on the alert of which it is the most anomalous transaction. */
  readonly noted: Uint8Array;
  readonly sequences: Float64Array;
  /** 5th and 95th percentile of the entity's amounts; null with fewer than 5. */
  readonly normalLow: number | null;
  readonly normalHigh: number | null;
}

/** What stands behind a theme, from what was known at the time of the alert's most anomalous transaction. */
export type ThemeEvidence =
  | {
      /** The entity's usual amounts, in classes of equal width on a logarithmic axis; `own` is the class of this one. */
      readonly kind: 'amounts';
      readonly who: string;
      readonly classes: readonly { readonly from: number; readonly to: number; readonly payments: number }[];
      readonly own: number;
      readonly amount: number;
      /** Usual payments of less than the amount. */
      readonly below: number;
    }
  | {
      /** The entity's payments around the burst, which lies within `strip`. */
      readonly kind: 'burst';
      readonly who: string;
      readonly payments: number;
      readonly spanMs: number;
      readonly perDay: number;
      readonly strip: AmountStrip;
    }
  | {
      /** Terminals, countries and the like that the entity's habit has, most payments first; this one among them. */
      readonly kind: 'places';
      readonly who: string;
      /** What they are called: 'terminal', 'country'. */
      readonly noun: string;
      readonly places: readonly {
        readonly text: string;
        readonly payments: number;
        readonly firstMs: number | null;
        readonly lastMs: number | null;
        readonly isOwn: boolean;
      }[];
      /** Further ones that are not listed. */
      readonly more: number;
      readonly payments: number;
      /** The entity's latest payment at another one, and how long before this one it was. */
      readonly before: { readonly text: string; readonly gapMs: number } | null;
    }
  | {
      /** The entity's usual payments by hour of the day, in the zone of the case. */
      readonly kind: 'hours';
      readonly who: string;
      readonly payments: readonly number[];
      readonly own: number;
    }
  | {
      /** The terminal's days up to this payment's, the last of them. */
      readonly kind: 'days';
      readonly role: string;
      readonly name: string;
      readonly who: string | null;
      readonly days: readonly {
        readonly dayMs: number;
        readonly payments: number;
        readonly visitors: number;
        /** Payments of the day that were known as fraud by then. */
        readonly frauds: number;
      }[];
      readonly frauds: number;
      /** Payments of which it was known by then whether they are fraud; null where the case has no labels. */
      readonly judged: number | null;
    };

export interface AlertDetail {
  readonly row: AlertRow;
  readonly rank: number;
  readonly of: number;
  /** The verdict that stands, with the score as it was then; null while the alert is open. */
  readonly decision: {
    readonly kind: VerdictKind;
    readonly reason: DismissalReason | null;
    readonly decidedAtMs: number;
    readonly decidedBy: string;
    readonly scoreAtDecision: number;
    /** False where another model, or none of this case, gave that score. */
    readonly isSameModel: boolean;
    /** Flagged transactions of the alert that it speaks for. */
    readonly transactions: number;
    /** Flagged transactions that it was not shown and that opened the alert again. */
    readonly newSequences: readonly number[];
    readonly closedUntilMs: number | null;
  } | null;
  /** What was said of it where an outcome needs two people, oldest first; also what a verdict has answered. */
  readonly recommendations: readonly Omit<WaitingRecommendation, 'key' | 'name' | 'transactions'>[];
  /** Verdicts on other alerts of the same entity, newest first. */
  readonly earlier: readonly {
    readonly kind: VerdictKind;
    readonly reason: DismissalReason | null;
    readonly decidedAtMs: number;
    readonly decidedBy: string;
    /** Its most anomalous transaction, by which the alert is found. */
    readonly key: string;
    readonly timeMs: number | null;
    readonly transactions: number;
  }[];
  readonly facts: readonly {
    readonly label: string;
    readonly value: string;
    readonly isEmphasised: boolean;
    /** Whose value it is: what a click on it opens or filters by; null where there is nothing to. */
    readonly of: 'amount' | 'entity' | 'counterpart' | null;
  }[];
  /** What contributions are counted in: edges of path length, or the scores of a model made elsewhere, on its own scale. */
  readonly unit: 'path-length' | 'score' | 'score-by-perturbation';
  /** At most five, then the rest; in `unit`. They add up to `baseline - pathLength`. */
  readonly contributions: readonly {
    readonly feature: string;
    /** A few words, for lists; `description` is the whole phrase. */
    readonly label: string;
    readonly description: string;
    readonly value: string;
    /** The same as a number, of which a bound can be made; null where it is missing. */
    readonly number: number | null;
    readonly amount: number;
  }[];
  /** The same by theme, strongest first; they add up to `baseline - pathLength` too. Empty where the model has no themes. */
  readonly themes: readonly {
    readonly theme: LeadingTheme;
    readonly amount: number;
    /** Of what raises the score, how much; 0 for a theme that lowers it. */
    readonly share: number;
    /** The strongest reason of the theme; null where none of its features raises the score. */
    readonly sentence: string | null;
    /** Told of the themes that matter most. */
    readonly evidence: readonly ThemeEvidence[];
  }[];
  readonly restContribution: number;
  readonly restCount: number;
  readonly baseline: number;
  readonly pathLength: number;
  readonly sentence: string;
  readonly smallestChanges: readonly string[];
  /** Every transaction of the entity within 15 days before and after; normal is what it was before the alert. */
  readonly strip: AmountStrip;
  readonly transactions: readonly {
    readonly sequence: number;
    readonly id: string;
    readonly timeMs: number | null;
    readonly amount: number | null;
    readonly counterpart: string | null;
    readonly score: number;
    /** Whether it is one of the flagged transactions of this alert. */
    readonly flagged: boolean;
    /** The verdict that speaks for it. */
    readonly verdict: VerdictKind | null;
  }[];
  readonly similar: {
    readonly alerts: readonly {
      readonly key: string;
      /** Its entity, or the id of its transaction. */
      readonly name: string;
      readonly score: number;
      readonly sharedReasons: string;
      readonly verdict: VerdictKind | null;
      readonly reason: DismissalReason | null;
    }[];
    /** Of these as fraud or not; an unsure verdict decides nothing. */
    readonly decided: number;
    readonly fraud: number;
    /** Keys of the open alerts of the queue that have the same reasons, most anomalous first. */
    readonly open: readonly string[];
    /** Open alerts whose reasons are not known yet, and that are compared the next time. */
    readonly unexplained: number;
  };
  readonly received: {
    readonly text: string;
    readonly source: string;
    readonly line: number;
    readonly byteOffset: number;
  };
  readonly history: readonly HistoryEntry[];
  readonly notes: readonly {
    readonly id: number;
    readonly text: string;
    readonly writtenAtMs: number;
    readonly writtenBy: string;
  }[];
}

/** What a sentence of a narrative answers; `decision` is what the analyst recorded. */
export const narrativeTopics = ['who', 'what', 'when', 'where', 'why', 'how', 'decision'] as const;
export type NarrativeTopic = (typeof narrativeTopics)[number];

/** A draft about a decided alert, of facts of the case only. */
export interface Narrative {
  readonly title: string;
  readonly sentences: readonly {
    readonly topic: NarrativeTopic;
    readonly text: string;
    /** The first of those that the sentence stands on; `transactionCount` counts them all. */
    readonly transactions: readonly { readonly sequence: number; readonly id: string }[];
    readonly transactionCount: number;
  }[];
  /** The whole as plain text, every sentence with the ids of its transactions. */
  readonly text: string;
}

export const alertRequests = {
  'alerts.page': request<{
    readonly rows: readonly AlertRow[];
    readonly next: string | null;
    readonly total: number;
    /** Flagged transactions of all of them. */
    readonly transactions: number;
    readonly decided: number;
    /** For the filters: how many alerts each verdict has. */
    readonly counts: Readonly<Record<string, number>>;
    /**
     * Rows of this page whose first reason is still being computed, or all alerts where the list hangs on reasons;
     * `alerts.reasonsReady` tells when they are there.
     */
    readonly reasonsPending: number;
  }>()(
    z.object({
      modelId,
      filter: alertFilterSchema.default({}),
      sort: alertSortSchema,
      /** Columns of the recording whose cells the rows have. */
      columns: z.array(z.string()).max(100).default([]),
      after: z.string().optional(),
      limit: pageLimit,
    }),
  ),
  /** The queue by the days on which alerts open, in the zone of the case: every day that has transactions, newest first. */
  'alerts.days': request<
    readonly {
      /** Its start. */
      readonly dayMs: number;
      /** That pass the filter, whatever was decided of them. */
      readonly alerts: number;
      readonly decided: number;
      readonly snoozed: number;
    }[]
  >()(z.object({ modelId, filter: alertFilterSchema.default({}) })),
  'alerts.detail': request<AlertDetail>()(z.object({ modelId, key: z.string() })),
  /** Refused while the alert has no verdict. */
  'alerts.narrative': request<Narrative>()(z.object({ modelId, key: z.string() })),
  /** What became of ids that were pasted: of transactions, entities or counterparts, or keys of alerts. */
  'alerts.pasted': request<{
    readonly ids: number;
    /** Alerts that at least one of them is in. */
    readonly alerts: number;
    readonly notFlagged: readonly string[];
    readonly unknown: readonly string[];
  }>()(z.object({ modelId, ids: z.array(z.string()).min(1).max(5000) })),
  'alerts.columnValues': request<readonly { readonly text: string; readonly alerts: number }[]>()(
    z.object({ modelId, column: z.string(), limit: pageLimit }),
  ),
  /** Makes some flagged transactions of an alert one of their own. */
  'alerts.split': request<{ readonly key: string; readonly undoDepth: number }>()(
    z.object({ modelId, key: z.string(), sequences: z.array(z.number().int().min(0)).min(1).max(5000) }),
  ),
  /** Makes one alert of several. */
  'alerts.join': request<{ readonly key: string; readonly undoDepth: number }>()(
    z.object({ modelId, keys: z.array(z.string()).min(2).max(500) }),
  ),
} as const;
