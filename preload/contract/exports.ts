import { z } from 'zod';
import { alertFilterSchema, alertSortSchema } from './alert-choice.ts';
import { modelChoice, nothing, notice, outputChoice, path, request } from './parts.ts';
import { stampedSchema } from './seals.ts';

/* What leaves a case: files for other tools, and what is published to a server. */

const publishedSchema = z.object({
  experimentId: z.string(),
  runId: z.string(),
  modelId: z.string().nullable().describe('the logged model of MLflow 3'),
  version: z.string().nullable().describe('null where nothing was to be registered'),
  aliasMoved: z.boolean().describe('whether the alias points at this version'),
  aliasElsewhere: z.string().nullable().describe('the other version that the alias points or pointed at before'),
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
  alias: z.string().nullable().describe('alias that was asked for'),
  published: publishedSchema.nullable(),
  reason: z.string().nullable().describe('why it waits'),
});

const kubernetesName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/, 'small letters, digits and -, at most 53');

const filesResult = z.object({ output: path, files: z.array(z.string()), digest: z.string(), case: path });

const alertsResult = filesResult.extend({ rows: z.number().int() });

/** Forms of an exported list of alerts. */
export const alertListFormats = ['csv', 'parquet'] as const;
export type AlertListFormat = (typeof alertListFormats)[number];

export const exportJobs = {
  exportOnnx: {
    input: z.object({ casePath: path, model: modelChoice, ...outputChoice }),
    result: z.object({
      output: path,
      bytes: z.number().int(),
      sha256: z.string(),
      digest: z.string(),
      inputs: z.array(z.object({ name: z.string(), type: z.string(), columns: z.number().int() })),
      notices: z.array(notice),
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
  /** The features of every transaction, for other programs to train on. */
  exportFeatures: { input: z.object({ casePath: path, model: modelChoice, ...outputChoice }), result: alertsResult },
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
    result: z.object({
      entries: z.array(
        sentSchema.extend({ timeStamp: stampedSchema.nullable().describe('of a time-stamp that waited') }),
      ),
    }),
  },
} as const;

/** What waits to leave a case, went out or was taken back. */
interface OutboxItemState {
  readonly publishId: string;
  readonly state: 'waiting' | 'sent' | 'cancelled';
  /** How often it was tried. */
  readonly attempts: number;
  /** Why the last attempt failed, in the server's words where it spoke. */
  readonly lastError: string | null;
  readonly createdAtMs: number;
  readonly endedAtMs: number | null;
}

/** A model for a tracking server. */
export interface OutboxModel extends OutboxItemState {
  readonly kind: 'model';
  readonly modelName: string;
  readonly trackingUri: string;
  readonly experiment: string;
  readonly registeredModel: string | null;
  readonly alias: string | null;
  readonly published: { readonly runId: string; readonly version: string | null } | null;
}

/** A seal that an authority is asked to stamp. */
export interface OutboxTimeStamp extends OutboxItemState {
  readonly kind: 'timeStamp';
  readonly server: string;
}

export type OutboxItem = OutboxModel | OutboxTimeStamp;

export const exportRequests = {
  /** Exports of the open case that wait for their server, went out, or were taken back; the newest first. */
  'outbox.list': request<readonly OutboxItem[]>()(nothing),
} as const;
