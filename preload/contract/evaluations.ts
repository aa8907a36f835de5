import { z } from 'zod';
import { profileOverridesSchema } from '../../engine/domain/profile.ts';
import { verdictKinds } from '../../engine/domain/verdict.ts';
import { leadingThemeSchema, windowSpecSchema } from '../../engine/domain/window-feature.ts';
import { detectionSchema, forestChoiceSchema, modelSummarySchema, withoutThemesSchema } from './models.ts';
import { modelChoice, modelId, notice, pageLimit, path, request, rowOrder } from './parts.ts';

/* How good a model is by what is known: the label column and verdicts. */

export const labelBasisSchema = z
  .enum(['labels', 'verdicts', 'both'])
  .describe(
    'on what a figure stands: the label column, verdicts (each counted once), or verdicts where the column is silent',
  );

export const evaluationSchema = z.object({
  basis: labelBasisSchema,
  positives: z.number().int(),
  labelled: z.number().int(),
  auroc: z.number().nullable(),
  auprc: z.number().nullable(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** A transaction of which a verdict says other than the label column, which is believed. */
export const labelConflictSchema = z.object({
  sequence: z.number().int(),
  id: z.string(),
  columnSays: z.enum(['fraud', 'legitimate']),
  verdict: z.enum(verdictKinds),
  decidedBy: z.string(),
  decidedAtMs: z.number(),
});
export type LabelConflict = z.infer<typeof labelConflictSchema>;

/** What a line comes to by what is known; null where nothing is. */
const atBudgetSchema = z.object({
  averagePrecision: z.number().nullable(),
  judgedAlerts: z.number().int().nullable().describe('alerts with a flagged transaction of which something is known'),
  fraudAlerts: z.number().int().nullable().describe('of these, with one that is fraud'),
  interval: z.array(z.number()).length(2).nullable().describe("of their share, 95 % by Wilson's score"),
});

/** A model beside what is trivial: over all frauds first, then for each kind of fraud that the case names. */
export const againstBaselinesSchema = z.array(
  z.object({
    scenario: z.string().nullable().describe('null for all frauds together'),
    frauds: z.number().int(),
    averagePrecision: z.number().nullable(),
    baselines: z.array(z.object({ name: z.string(), averagePrecision: z.number() })),
    losesTo: z.array(z.string()).describe('baselines that find more; with fewer than five frauds none is named'),
  }),
);
export type AgainstBaselines = z.infer<typeof againstBaselinesSchema>;

export const evaluationJobs = {
  evaluate: {
    input: z.object({ casePath: path, model: modelChoice, overrides: profileOverridesSchema.default({}) }),
    result: z.object({
      model: modelSummarySchema,
      rows: z.number().int(),
      alerts: z.number().int(),
      flagged: z.number().int(),
      /** By the label column alone, by verdicts alone and by both, as far as there are any. */
      evaluations: z.array(evaluationSchema),
      evaluation: evaluationSchema.extend({
        f1: z.number().nullable(),
        precisionAtPositives: z.number().nullable(),
        cardPrecisionTop100: z.number().nullable(),
        intervals: z.record(z.string(), z.tuple([z.number(), z.number()])),
      }),
      judgedByChance: z
        .number()
        .int()
        .describe(
          'verdicts on what was drawn from below the line, which stand in all figures by verdicts for as many as they were drawn from; 0 where there are too few of them',
        ),
      baselines: z.array(z.object({ name: z.string(), auroc: z.number(), auprc: z.number() })),
      againstBaselines: againstBaselinesSchema,
      /** All transactions of which a verdict says other than the label column. */
      conflicts: z.array(labelConflictSchema),
      notices: z.array(notice),
      case: path,
    }),
  },
  /** What each theme of a model is worth. */
  themes: {
    input: z.object({ casePath: path, model: modelChoice }),
    result: z.object({
      model: modelSummarySchema,
      alerts: z.number().int(),
      explained: z.number().int().describe('alerts whose leading theme was looked at, most anomalous first'),
      basis: labelBasisSchema.nullable().describe('null where nothing is known of any transaction'),
      all: atBudgetSchema,
      themes: z.array(
        z.object({
          theme: leadingThemeSchema,
          features: z.array(z.string()),
          led: z.number().int().describe('alerts that it leads, among those explained'),
          examples: z.array(z.object({ key: z.string(), entity: z.string(), reason: z.string() })),
          onlyWith: z.number().int().nullable().describe('alerts of which nothing is flagged without it'),
          without: atBudgetSchema
            .extend({
              digest: z.string().describe('of the forest that `--without-theme` trains'),
              lost: z
                .object({ mean: z.number(), low: z.number().nullable(), high: z.number().nullable() })
                .nullable()
                .describe('average precision with it minus without, and its 95 % interval over days'),
            })
            .nullable()
            .describe('a forest without its features at as many alerts; null where there are no others'),
        }),
      ),
      case: path,
    }),
  },
  rolling: {
    input: z.object({
      casePath: path,
      forest: forestChoiceSchema.prefault({}),
      detection: detectionSchema,
      windows: z.boolean().default(true),
      windowSpec: windowSpecSchema.optional(),
      leaveOut: z.array(z.string()).default([]),
      withoutThemes: withoutThemesSchema,
      logAmount: z.boolean().default(false),
      trainDays: z.number().int().min(1).default(7),
      delayDays: z.number().int().min(0).default(7),
      testDays: z.number().int().min(1).default(7),
      /** Days from the start of the stream to the first training period; windows need time to fill. */
      firstDay: z.number().int().min(0).default(30),
      /** False leaves out of the test those cards whose fraud was known by then, as the Handbook does. */
      keepKnown: z.boolean().default(false),
      cardsPerDay: z.number().int().min(1).default(100),
    }),
    result: z.object({
      folds: z.array(
        z.object({
          trainFrom: z.string(),
          testFrom: z.string(),
          testTo: z.string(),
          trainRows: z.number().int(),
          testRows: z.number().int(),
          frauds: z.number().int(),
          auroc: z.number().nullable(),
          auprc: z.number().nullable(),
          cardPrecision: z.number().nullable(),
        }),
      ),
      /** Over all days tested, with 95 % intervals by resampling days. */
      overall: z.record(
        z.string(),
        z.object({ mean: z.number(), low: z.number(), high: z.number(), days: z.number().int() }),
      ),
      perDay: z.array(
        z.object({
          day: z.string(),
          frauds: z.number().int(),
          auroc: z.number().nullable(),
          auprc: z.number().nullable(),
          cardPrecision: z.number().nullable(),
        }),
      ),
      perScenario: z.array(z.object({ scenario: z.string(), frauds: z.number().int(), auroc: z.number().nullable() })),
      features: z.array(z.string()),
      order: rowOrder,
      notices: z.array(notice),
      case: path,
    }),
  },
} as const;

/** On what a figure of quality stands: the label column, verdicts, or the column and verdicts where it says nothing. */
export type LabelBasis = 'labels' | 'verdicts' | 'both';

/** 95 % intervals by Wilson's score, from the rows that the label column judges and from verdicts, each counted once. */
export interface JudgedFlags {
  readonly flaggedFrauds: number;
  readonly flagged: number;
  readonly frauds: number;
  readonly precision: readonly [low: number, high: number] | null;
  readonly recall: readonly [low: number, high: number] | null;
  /** Recall by what was drawn from below the line, to which its interval then belongs. */
  readonly recallBySample?: number | undefined;
  /** Precision at a line that flags some of what was drawn, each for as many as it was drawn from. */
  readonly precisionBySample?: number | undefined;
}

export const evaluationRequests = {
  /** A model beside what is trivial, in figures and in sentences; null where nothing is known of any transaction. */
  'models.baselines': request<{ readonly compared: AgainstBaselines; readonly losses: readonly string[] } | null>()(
    z.object({ modelId }),
  ),
  /** Transactions of which a verdict says other than the label column; the column wins. */
  'labels.conflicts': request<readonly LabelConflict[]>()(z.object({ limit: pageLimit })),
} as const;
