import { z } from 'zod';
import { alertGapSchema, alertGroupingChoiceSchema } from '../../engine/domain/alert-grouping.ts';
import { columnTotalsSchema } from '../../engine/domain/column-totals.ts';
import { expectationSchema } from '../../engine/domain/expectation.ts';
import { retentionSchema } from '../../engine/domain/retention.ts';
import { columnKinds, columnRoles, doubtSchema, profileOverridesSchema } from '../../engine/domain/profile.ts';
import { featureSpecSchema } from '../../engine/domain/feature-spec.ts';
import { growerNames } from '../../engine/domain/model.ts';
import { fraudScenarios, simulationFormats } from '../../engine/domain/simulation.ts';
import { statedFormatSchema } from '../../engine/domain/stated-format.ts';
import { timeOrderSchema, windowSpecSchema } from '../../engine/domain/window-feature.ts';
import { alertFilterSchema, alertSortSchema } from './alert-choice.ts';
import { belowLineReportSchema, belowLineSampleSchema } from './below-line.ts';
import { dismissalReasons, verdictKinds } from './verdicts.ts';

/*
 * Every job the engine does: what it takes (untrusted, parsed by the engine) and what it gives.
 * All hosts (Electron, browser, command line) loop over this one list.
 */

const path = z.string().min(1);
const modelChoice = z.string().optional().describe('model number or digest; the champion when absent');

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

export const forestChoiceSchema = z.object({
  trees: z.number().int().min(1).max(10_000).default(300),
  sample: z.number().int().min(1).default(256),
  featuresPerTree: z.number().int().min(1).nullable().default(null),
  seed: z.number().int().min(0).max(0xffff_ffff).default(1),
  grower: z.enum(growerNames).default('assay'),
});

const profileChoice = z.object({ overrides: profileOverridesSchema.default({}) });

/** What is read, and control totals that it must come to. */
const readingChoice = { recordings: z.array(path).min(1), expect: expectationSchema.default([]) };

const ingestInput = profileChoice.extend({ ...readingChoice, casePath: path });

const trainInput = z.object({
  casePath: path,
  forest: forestChoiceSchema.prefault({}),
  /** Where absent the champion's handle holds on; in a new case the team's budget, but never more than 5 %. */
  threshold: thresholdHandleSchema.optional(),
  overrides: profileOverridesSchema.default({}),
  logAmount: z.boolean().default(false),
  /** False leaves out features over time. */
  windows: z.boolean().default(true),
  /** Features over time instead of those proposed from the profile. */
  windowSpec: windowSpecSchema.optional(),
  /** Names of features that the model is to do without. */
  leaveOut: z.array(z.string()).default([]),
});

/** Where reading a topic begins. */
export const startingPointSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('earliest') }),
  z.object({ kind: z.literal('latest') }),
  z.object({ kind: z.literal('offset'), offset: z.number().int().min(0) }),
  z.object({ kind: z.literal('time'), timeMs: z.number().int() }),
]);
export type StartingPoint = z.infer<typeof startingPointSchema>;

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

export const timingsSchema = z.object({
  readMs: z.number(),
  featureMs: z.number(),
  trainMs: z.number(),
  scoreMs: z.number(),
  storeMs: z.number(),
  totalMs: z.number(),
});

export const modelSummarySchema = z.object({
  id: z.number().int().describe('number in its case; 0 outside of one'),
  digest: z.string(),
  trees: z.number().int(),
  sample: z.number().int(),
  seed: z.number().int(),
  grower: z.enum(growerNames),
});

export const columnReportSchema = z.object({
  name: z.string(),
  role: z.enum(columnRoles),
  kind: z.enum(columnKinds),
  confidence: z.number(),
  usedAs: z.array(z.string()),
  reason: z.string(),
  written: z.string().optional().describe('how its times or numbers are written'),
  doubt: doubtSchema.optional().describe('two readings fit; which one was taken, and the flags that settle it'),
  totals: columnTotalsSchema.nullable().describe('null where the rows of the case were not counted'),
});
export type ColumnReport = z.infer<typeof columnReportSchema>;

const noticeSchema = z.string().describe('something a person should know, in one sentence');

const orderSchema = timeOrderSchema
  .nullable()
  .describe('how the rows came in time; null where there are no features over time');

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
  notices: z.array(noticeSchema),
  case: path,
  readMs: z.number(),
  storeMs: z.number(),
});

/** What set the line between flagged and not. */
export const lineSchema = z.object({
  handle: thresholdHandleSchema.nullable(),
  holds: z
    .enum(['handle', 'most-share'])
    .describe('most-share where the budget would flag more than its greatest share of the transactions'),
  sentence: z.string(),
});
export type Line = z.infer<typeof lineSchema>;

/** Where two models are compared: at the budget of the first one, or each at its own threshold. */
export const comparisonLineSchema = z.enum(['same-budget', 'own-threshold']).default('same-budget');

const inParts = z.object({ both: z.number().int(), onlyFirst: z.number().int(), onlySecond: z.number().int() });
const judgedSchema = z.object({
  flaggedFrauds: z.number().int(),
  flagged: z.number().int(),
  frauds: z.number().int(),
  precision: z.tuple([z.number(), z.number()]).readonly().nullable(),
  recall: z.tuple([z.number(), z.number()]).readonly().nullable(),
});

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

/** Two models by what they flag in common and apart. */
export const modelComparisonSchema = z.object({
  at: comparisonLineSchema,
  rows: z.number().int().describe('the leading rows that both have scored'),
  caseRows: z.number().int().describe('all rows of the case'),
  alerts: z.object({
    first: z.number().int(),
    second: z.number().int(),
    both: z.number().int().describe('alerts of the first that share a transaction with one of the second'),
  }),
  flagged: inParts.describe('transactions'),
  overlap: z.number().describe('transactions flagged by both, as a share of those flagged by either'),
  fraud: inParts.nullable().describe('known frauds among the flagged transactions'),
  basis: labelBasisSchema.nullable(),
  judged: z.object({ first: judgedSchema, second: judgedSchema }).nullable(),
  thresholdUnits: z.object({ first: z.number().int(), second: z.number().int() }),
});
export type ModelComparison = z.infer<typeof modelComparisonSchema>;

/** Which part of a case's history. */
export const auditFilterSchema = z.object({
  alert: z.string().optional().describe('the key of an alert, or of a transaction'),
  model: z.string().optional().describe('model number or digest'),
  text: z.string().max(500).optional().describe('words of what was done, or of who did it'),
});

const trainResult = z.object({
  rows: z.number().int(),
  quarantined: z.number().int(),
  features: z.array(z.string()),
  leftOut: z.array(z.object({ column: z.string(), reason: z.string() })),
  imputed: z.array(z.object({ feature: z.string(), rule: z.string(), cells: z.number().int() })),
  alerts: z.number().int().describe('episodes of flagged transactions'),
  alertsPerDay: z.number().nullable(),
  flagged: z.number().int().describe('transactions'),
  threshold: z.number().describe('score from which a transaction is flagged, for people; flags use integers'),
  thresholdUnits: z.number().int(),
  contamination: z.number().describe('share of rows really flagged'),
  order: orderSchema,
  days: z.number().int().nullable(),
  line: lineSchema,
  model: modelSummarySchema,
  isChampion: z.boolean(),
  evaluation: evaluationSchema.optional(),
  notices: z.array(noticeSchema),
  timings: timingsSchema,
  case: path,
});
export type TrainResult = z.infer<typeof trainResult>;

const runResult = trainResult.extend({
  columns: z.array(columnReportSchema),
  sources: z.array(sourceReportSchema),
  topAlerts: z.array(z.object({ sequence: z.number().int(), id: z.string(), score: z.number(), raw: z.string() })),
});
export type RunResult = z.infer<typeof runResult>;

const publishedSchema = z.object({
  experimentId: z.string(),
  runId: z.string(),
  modelId: z.string().nullable().describe('the logged model of MLflow 3'),
  version: z.string().nullable().describe('null where nothing was to be registered'),
  aliasMoved: z.boolean().describe('whether the alias points at this version'),
  serverVersion: z.string(),
});

/** Where a model is to be published. */
const publishTarget = {
  trackingUri: z.string().min(1).optional(),
  experiment: z.string().min(1).max(500).optional(),
  register: z.string().min(1).max(250).optional(),
  alias: z.string().min(1).max(255).optional(),
  /** Move the alias only where this figure is at least that of the version it points at. */
  unlessWorse: z.string().min(1).max(250).optional(),
  /** Certificates in PEM that the server's own must be signed by. */
  ca: path.optional(),
  /** How often a step is repeated while the server does not answer. */
  repetitions: z.number().int().min(0).max(100).optional(),
};

const sentSchema = z.object({
  publishId: z.string(),
  state: z.enum(['published', 'waiting', 'cancelled', 'written']),
  published: publishedSchema.nullable(),
  reason: z.string().nullable().describe('why it waits'),
});

/** Where to write. Over what is there already only where it is of the same kind, or where that was forced. */
const outputChoice = {
  output: path,
  force: z.boolean().default(false).describe('replace files of another kind'),
};

const kubernetesName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/, 'small letters, digits and -, at most 53');
const filesResult = z.object({ output: path, files: z.array(z.string()), digest: z.string(), case: path });
const alertsResult = filesResult.extend({ rows: z.number().int() });

/** Forms of an exported list of alerts. */
export const alertListFormats = ['csv', 'parquet'] as const;
export type AlertListFormat = (typeof alertListFormats)[number];

/** Everything that determines a simulated stream. */
const simulationChoice = {
  customers: z.number().int().min(1).max(1_000_000).default(300),
  terminals: z.number().int().min(1).max(1_000_000).default(400),
  days: z.number().int().min(1).max(3660).default(30),
  start: z.iso.date().default('2026-03-02'),
  seed: z.number().int().min(0).max(0xffff_ffff).default(1),
  scenarios: z
    .array(z.enum(fraudScenarios))
    .min(1)
    .default([...fraudScenarios]),
};

const championChangeResult = z.object({
  model: modelSummarySchema,
  before: modelSummarySchema.nullable(),
  by: z.string(),
  case: path,
});

export const jobs = {
  run: {
    input: trainInput.extend(readingChoice),
    result: runResult,
  },
  ingest: { input: ingestInput, result: ingestResult },
  train: { input: trainInput, result: trainResult },
  tune: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      threshold: thresholdHandleSchema.optional(),
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
  score: {
    input: z.object({
      model: path.describe('a case, or an ONNX file or its folder'),
      modelChoice,
      recordings: z.array(path).min(1),
      format: statedFormatSchema.default({}),
      ...outputChoice,
    }),
    result: z.object({
      rows: z.number().int(),
      quarantined: z.number().int(),
      flagged: z.number().int(),
      digest: z.string(),
      flagsDigest: z.string().describe('SHA-256 over id, sum and flag of every row, in order'),
      order: orderSchema,
      output: path,
      notices: z.array(noticeSchema),
    }),
  },
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
      baselines: z.array(z.object({ name: z.string(), auroc: z.number(), auprc: z.number() })),
      /** All transactions of which a verdict says other than the label column. */
      conflicts: z.array(labelConflictSchema),
      notices: z.array(noticeSchema),
      case: path,
    }),
  },
  alerts: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      filter: alertFilterSchema.default({}),
      sort: alertSortSchema,
      limit: z.number().int().min(1).max(1_000_000).optional().describe('all of them when absent'),
      transactions: z.boolean().default(false).describe('list the flagged transactions of each alert'),
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
  judge: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      by: z.string().max(200).optional(),
      action: z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('verdict'),
          alerts: z.array(z.string()).default([]).describe('keys of alerts'),
          transactions: z.array(z.string()).default([]).describe('ids of transactions, flagged or not'),
          as: z.enum(verdictKinds),
          reason: z.enum(dismissalReasons).nullable().default(null),
          note: z.string().max(20_000).optional(),
          closedUntil: z.iso
            .date()
            .nullable()
            .default(null)
            .describe('new flags before this day of the case leave the alert closed'),
          replace: z.boolean().default(false).describe('put it in the place of what somebody else decided'),
        }),
        z.object({ kind: z.literal('undo') }),
      ]),
    }),
    result: z.object({
      verdicts: z.array(
        z.object({
          key: z.string(),
          verdict: z.enum(verdictKinds),
          reason: z.string().nullable(),
          transactions: z.number().int().describe('that it speaks for'),
          closedUntilMs: z.number().nullable().describe('new flags before this time leave it closed'),
          by: z.string(),
        }),
      ),
      undone: z.string().nullable(),
      undoDepth: z.number().int().describe('actions of this person that can be taken back'),
      by: z.string(),
      case: path,
    }),
  },
  audit: {
    input: auditFilterSchema.extend({
      casePath: path,
      verify: z.boolean().default(false),
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
      brokenEntry: z.number().int().nullable(),
      output: path.nullable(),
      case: path,
    }),
  },
  promote: {
    input: z.object({
      casePath: path,
      model: z.string(),
      reason: z.string().max(2000).default(''),
      by: z.string().max(200).optional(),
    }),
    result: championChangeResult,
  },
  rollback: {
    input: z.object({ casePath: path, reason: z.string().max(2000).default(''), by: z.string().max(200).optional() }),
    result: championChangeResult,
  },
  /**
   * Takes old transactions out of a case, but for those that decisions speak of; the others keep their keys. Without a
   * limit, by the setting of the case.
   */
  retain: {
    input: z.object({
      casePath: path,
      olderThanDays: retentionSchema.shape.olderThanDays.default(null),
      keepRows: retentionSchema.shape.keepRows.default(null),
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
  /** What a random sample below the line, judged blind, says of the fraud that is missed. Only reads. */
  missed: {
    input: z.object({ casePath: path, model: modelChoice, sample: belowLineSampleSchema.prefault({}) }),
    result: belowLineReportSchema.extend({
      model: modelSummarySchema,
      sample: z.array(
        z.object({ sequence: z.number().int(), id: z.string(), verdict: z.enum(verdictKinds).nullable() }),
      ),
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
  compare: {
    input: z.object({ casePath: path, first: z.string(), second: z.string(), at: comparisonLineSchema }),
    result: modelComparisonSchema.extend({
      first: z.object({ model: modelSummarySchema, evaluation: evaluationSchema.nullable() }),
      second: z.object({ model: modelSummarySchema, evaluation: evaluationSchema.nullable() }),
      case: path,
    }),
  },
  /** Whether another seed gives the same alerts: as many forests more, each at a line that gives as many alerts as the model's. */
  stability: {
    input: z.object({ casePath: path, model: modelChoice, seeds: z.number().int().min(1).max(100).default(5) }),
    result: z.object({
      model: modelSummarySchema,
      alerts: z.number().int(),
      flagged: z.number().int(),
      seeds: z.array(
        z.object({
          seed: z.number().int(),
          overlap: z.number().nullable().describe('flagged by both, as a share of those flagged by either'),
        }),
      ),
      meanOverlap: z.number().nullable(),
      leastOverlap: z.number().nullable(),
      kept: z.number().nullable().describe("mean share of the model's flags that another seed flags too"),
      case: path,
    }),
  },
  exportOnnx: {
    input: z.object({ casePath: path, model: modelChoice, ...outputChoice }),
    result: z.object({
      output: path,
      bytes: z.number().int(),
      sha256: z.string(),
      digest: z.string(),
      inputs: z.array(z.object({ name: z.string(), type: z.string(), columns: z.number().int() })),
      notices: z.array(noticeSchema),
      case: path,
    }),
  },
  exportMlflow: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      ...outputChoice,
      output: path.optional(),
      ...publishTarget,
    }),
    result: sentSchema.extend({
      digest: z.string(),
      output: path.nullable(),
      files: z.number().int(),
      bytes: z.number().int(),
      case: path,
    }),
  },
  exportKserve: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      ...outputChoice,
      name: kubernetesName.default('assay'),
      namespace: kubernetesName.default('default'),
      tritonUri: z
        .string()
        .min(1)
        .default('pvc://models/triton')
        .describe('where the cluster finds the Triton repository'),
      mlflowUri: z
        .string()
        .min(1)
        .default('pvc://models/mlflow')
        .describe('where the cluster finds the MLflow directory'),
    }),
    result: filesResult,
  },
  exportKubeflow: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      ...outputChoice,
      name: kubernetesName.default('assay-retrain'),
      namespace: kubernetesName.default('default'),
      image: z.string().min(1),
      kubectlImage: z.string().min(1).default('registry.k8s.io/kubectl:v1.34.1'),
      schedule: z
        .string()
        .regex(/^\S+( \S+){4}$/, 'five fields of cron')
        .default('0 3 * * *'),
      recordings: z.string().min(1).describe('paths below /data, with wildcards'),
      volumeClaim: kubernetesName.default('assay-data'),
      trackingUri: z.string().min(1),
      experiment: z.string().min(1).default('assay'),
      registeredModel: z.string().min(1),
      inferenceService: kubernetesName.default('assay'),
      upload: z.string().min(1).optional().describe('a Kubeflow Pipelines server to upload to, and to schedule at'),
      /** Start one run now, beside the schedule. */
      start: z.boolean().default(false),
    }),
    result: filesResult.extend({
      uploaded: z
        .object({
          pipelineId: z.string(),
          versionId: z.string(),
          isNewVersion: z.boolean(),
          runId: z.string().nullable(),
          recurringRunId: z.string().nullable(),
        })
        .nullable(),
    }),
  },
  exportService: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      ...outputChoice,
      name: kubernetesName.default('assay-scores'),
      namespace: kubernetesName.default('default'),
      image: z.string().min(1),
      leastReplicas: z.number().int().min(1).max(1000).default(2),
      mostReplicas: z.number().int().min(1).max(1000).default(6),
      modelUri: z
        .string()
        .regex(/^models:\//, 'models:/NAME@ALIAS or models:/NAME/VERSION')
        .optional(),
      trackingUri: z.string().min(1).optional().describe('the MLflow server as the cluster sees it, with modelUri'),
      volumeClaim: kubernetesName.default('assay-models').describe('where the model file lies, without modelUri'),
    }),
    result: filesResult,
  },
  exportSpark: { input: z.object({ casePath: path, model: modelChoice, ...outputChoice }), result: filesResult },
  exportCsv: { input: z.object({ casePath: path, model: modelChoice, ...outputChoice }), result: alertsResult },
  /** The list of alerts as the window shows it: one line an alert, all that pass the filter. */
  exportAlerts: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      filter: alertFilterSchema.default({}),
      sort: alertSortSchema,
      format: z.enum(alertListFormats).optional().describe('by the name of the output when absent'),
      ...outputChoice,
    }),
    result: alertsResult,
  },
  /** The draft about one decided alert; Markdown where the name of the output ends in .md, else plain text. */
  exportNarrative: {
    input: z.object({ casePath: path, model: modelChoice, key: z.string().min(1), ...outputChoice }),
    result: alertsResult,
  },
  exportBigquery: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      ...outputChoice,
      output: path.optional().describe('a folder for `bq load`'),
      table: z.string().min(1).optional().describe('PROJECT.DATASET.TABLE for flagged transactions'),
      decisionsTable: z.string().min(1).optional().describe('the same for verdicts; TABLE_decisions when absent'),
      endpoint: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe("another server than Google's"),
    }),
    result: alertsResult.extend({
      output: path.nullable(),
      decisions: z.number().int(),
      tables: z.array(
        z.object({
          table: z.string(),
          made: z.boolean().describe('whether the table was made now'),
          sent: z.number().int(),
          sentBefore: z.number().int(),
          refused: z.array(z.object({ insertId: z.string(), reason: z.string(), message: z.string() })),
        }),
      ),
    }),
  },
  push: {
    input: z.object({
      casePath: path.optional(),
      folder: path.optional().describe('what `export mlflow` wrote, carried by hand'),
      ...publishTarget,
      publishId: z.string().optional().describe('only this one of the case; all that wait when absent'),
      /** True takes back what waits instead of sending it. */
      cancel: z.boolean().default(false),
    }),
    result: z.object({ entries: z.array(sentSchema) }),
  },
  rolling: {
    input: z.object({
      casePath: path,
      forest: forestChoiceSchema.prefault({}),
      windows: z.boolean().default(true),
      windowSpec: windowSpecSchema.optional(),
      leaveOut: z.array(z.string()).default([]),
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
      order: orderSchema,
      notices: z.array(noticeSchema),
      case: path,
    }),
  },
  features: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      oneOut: z.boolean().default(true),
      ...outputChoice,
      output: path.optional().describe('the feature spec as JSON'),
    }),
    result: z.object({
      model: modelSummarySchema,
      features: z.array(
        z.object({
          name: z.string(),
          description: z.string(),
          usesLabels: z.boolean(),
          least: z.number(),
          median: z.number(),
          mean: z.number(),
          greatest: z.number(),
          imputed: z.number().int(),
          /** Population stability index of the last third of the stream against the first. */
          drift: z.number(),
          /** Mean share of the score's exponent over the flagged transactions looked at. */
          contribution: z.number(),
          strongestCorrelation: z.object({ with: z.string(), value: z.number() }).nullable(),
          /** AUPRC with all features minus AUPRC without this one; null without labels. */
          auprcLostWithout: z.number().nullable(),
        }),
      ),
      auprc: z.number().nullable(),
      explainedAlerts: z.number().int(),
      spec: featureSpecSchema,
      case: path,
    }),
  },
  simulate: {
    input: z.object({
      ...outputChoice,
      format: z.enum(simulationFormats).optional().describe('by the name of the output when absent'),
      ...simulationChoice,
    }),
    result: z.object({
      rows: z.number().int(),
      frauds: z.number().int(),
      days: z.number().int(),
      seed: z.number().int(),
      format: z.enum(simulationFormats),
      sha256: z.string().describe('of the uncompressed content'),
      output: path,
    }),
  },
  follow: {
    input: trainInput.extend({
      topic: z.string().describe('kafka://host:port/topic'),
      from: startingPointSchema.default({ kind: 'earliest' }).describe('for partitions that the case has not read'),
      /** The first model is trained on exactly the first so many rows. */
      trainAfterRows: z.number().int().min(2).default(10_000),
      model: path.optional().describe('a case whose model scores, instead of one trained here'),
      untilIdleMs: z.number().positive().optional(),
      maxMessages: z.number().int().min(1).optional(),
      metricsPort: z.number().int().min(0).max(65_535).optional(),
      flagsTo: z.string().optional().describe('a topic that gets every flag: its name, or an address of its own'),
      deadLettersTo: z.string().optional().describe('a topic that gets what goes to quarantine'),
      metricsHost: z.string().min(1).default('127.0.0.1').describe('where the figures are served'),
      schemaRegistry: z
        .string()
        .optional()
        .describe('http://host:port of the registry that knows the schemas of the messages'),
    }),
    result: z.object({
      topic: z.string(),
      messages: z.number().int().describe('taken now, rows and quarantined'),
      rows: z.number().int(),
      addedRows: z.number().int(),
      quarantined: z.number().int(),
      alerts: z.number().int(),
      flagged: z.number().int().describe('transactions'),
      threshold: z.number().nullable(),
      model: modelSummarySchema.nullable(),
      flagsDigest: z.string().nullable().describe('SHA-256 over id, sum and flag of every row of the case, in order'),
      sent: z
        .object({ flags: z.number().int().nullable(), deadLetters: z.number().int().nullable() })
        .describe('messages written to other topics now; null where that was not asked for'),
      lag: z.number().int(),
      messagesPerSecond: z.number(),
      latencyMs: z.object({ p50: z.number().nullable(), p99: z.number().nullable() }),
      columns: z.array(columnReportSchema),
      order: orderSchema,
      notices: z.array(noticeSchema),
      totalMs: z.number(),
      case: path,
    }),
  },
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
  record: {
    input: z.object({
      topic: z.string(),
      ...outputChoice,
      output: path.describe('a folder'),
      from: startingPointSchema.default({ kind: 'earliest' }),
      rotateBytes: z.number().int().min(1).default(268_435_456).describe('content of one file, not compressed'),
      untilIdleMs: z.number().positive().optional(),
      maxMessages: z.number().int().min(1).optional(),
    }),
    result: z.object({
      topic: z.string(),
      messages: z.number().int(),
      files: z.array(path),
      manifest: path,
      notices: z.array(noticeSchema),
    }),
  },
  replay: {
    input: z.object({
      recording: path.describe('a file, or a folder that was recorded'),
      topic: z.string(),
      speed: z.number().positive().nullable().default(1).describe('1 is as recorded, null as fast as possible'),
      fromTimeMs: z.number().optional(),
      format: statedFormatSchema.default({}),
      maxMessages: z.number().int().min(1).optional(),
    }),
    result: z.object({ topic: z.string(), messages: z.number().int(), totalMs: z.number() }),
  },
  play: {
    input: z.object({
      recording: path.describe('a file, or a folder that was recorded'),
      casePath: path,
      model: path.optional().describe('a case whose model a new case takes over'),
      speed: z.number().positive().nullable().default(null).describe('1 is as recorded, null as fast as possible'),
      fromTimeMs: z.number().optional().describe('what is older comes as fast as possible'),
      format: statedFormatSchema.default({}),
      startsPaused: z.boolean().default(false),
    }),
    result: z.object({
      recording: path,
      rows: z.number().int(),
      addedRows: z.number().int(),
      quarantined: z.number().int(),
      alerts: z.number().int(),
      flagged: z.number().int().describe('transactions'),
      threshold: z.number(),
      model: modelSummarySchema,
      flagsDigest: z.string().nullable().describe('SHA-256 over id, sum and flag of every row of the case, in order'),
      order: orderSchema,
      notices: z.array(noticeSchema),
      totalMs: z.number(),
      case: path,
    }),
  },
  feed: {
    input: z.object({
      topic: z.string(),
      perSecond: z.number().positive().optional(),
      maxMessages: z.number().int().min(1).optional(),
      format: z.enum(['ndjson', 'messages']).default('ndjson'),
      ...simulationChoice,
    }),
    result: z.object({ topic: z.string(), messages: z.number().int(), totalMs: z.number() }),
  },
  doctor: {
    input: z.object({ casePath: path.optional(), compact: z.boolean().default(false) }),
    result: z.object({
      /** Null where it was not asked for. */
      compaction: z
        .object({
          segmentsBefore: z.number().int(),
          segmentsAfter: z.number().int(),
          bytesBefore: z.number().int(),
          bytesAfter: z.number().int(),
          /** Null where nothing was to be merged. */
          backup: path.nullable(),
        })
        .nullable(),
      checks: z.array(
        z.object({
          name: z.string(),
          state: z.enum(['good', 'missing', 'bad']),
          detail: z.string(),
          nextStep: z.string().optional(),
        }),
      ),
    }),
  },
} as const;

export type JobName = keyof typeof jobs;
export type JobInput<J extends JobName> = z.input<(typeof jobs)[J]['input']>;
export type ParsedJobInput<J extends JobName> = z.output<(typeof jobs)[J]['input']>;
export type JobResult<J extends JobName> = z.output<(typeof jobs)[J]['result']>;
