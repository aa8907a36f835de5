import { z } from 'zod';
import { featureSpecSchema } from '../../engine/domain/feature-spec.ts';
import { type ForestParameters, growerNames, importedSchema, makerNames } from '../../engine/domain/model.ts';
import { themeSchema, type LeadingTheme } from '../../engine/domain/window-feature.ts';
import { statedFormatSchema } from '../../engine/domain/stated-format.ts';
import { modelChoice, modelId, nothing, notice, outputChoice, path, request, rowOrder } from './parts.ts';
import type { ThresholdHandle } from './tuning.ts';

/* The models of a case, which of them is the champion, their features, and scoring with one. */

/** What features and trees are made for: the themes that analysts look for, or all features alike. */
export const detectionNames = ['themes', 'plain'] as const;
export type DetectionName = (typeof detectionNames)[number];
export const detectionSchema = z.enum(detectionNames).default('themes');
/** Themes that features and trees are to do without. */
export const withoutThemesSchema = z.array(themeSchema).default([]);

export const forestChoiceSchema = z.object({
  trees: z.number().int().min(1).max(10_000).default(300),
  sample: z.number().int().min(1).optional().describe('1024 where trees are grown by theme, else 256'),
  featuresPerTree: z.number().int().min(1).nullable().default(null),
  seed: z.number().int().min(0).max(0xffff_ffff).default(1),
  grower: z.enum(growerNames).default('assay'),
});

export type ForestChoice = z.output<typeof forestChoiceSchema>;

export const modelSummarySchema = z.object({
  id: z.number().int().describe('number in its case; 0 outside of one'),
  digest: z.string(),
  trees: z.number().int(),
  sample: z.number().int().nullable().describe('null for trees made elsewhere that do not say it'),
  seed: z.number().int().nullable().describe('null for trees made elsewhere'),
  grower: z.enum(makerNames),
  imported: importedSchema.optional().describe('where it came from, of a model made elsewhere'),
});

const championChangeResult = z.object({
  model: modelSummarySchema,
  before: modelSummarySchema.nullable(),
  by: z.string(),
  case: path,
});

export const modelJobs = {
  score: {
    input: z.object({
      model: path.describe(
        'a case, an ONNX file or its folder, or models:/NAME@ALIAS, models:/NAME/VERSION or runs:/RUN/PATH of a tracking server',
      ),
      modelChoice,
      trackingUri: z.string().min(1).optional().describe('the server of a models:/ address'),
      recordings: z.array(path).min(1),
      format: statedFormatSchema.default({}),
      ...outputChoice,
    }),
    result: z.object({
      rows: z.number().int(),
      quarantined: z.number().int(),
      flagged: z.number().int(),
      digest: z.string(),
      history: z
        .string()
        .nullable()
        .describe('head of the history of the case, for --against; null of an exported model, whose files name it'),
      flagsDigest: z.string().describe('SHA-256 over id, sum and flag of every row, in order'),
      order: rowOrder,
      output: path,
      notices: z.array(notice),
    }),
  },
  promote: {
    input: z.object({
      casePath: path,
      model: z.string().describe('number or digest of a model of the case, or the address of one at a tracking server'),
      trackingUri: z.string().min(1).optional().describe('the server of a models:/ or runs:/ address'),
      reason: z.string().max(2000).default(''),
      by: z.string().max(200).optional(),
    }),
    result: championChangeResult,
  },
  rollback: {
    input: z.object({ casePath: path, reason: z.string().max(2000).default(''), by: z.string().max(200).optional() }),
    result: championChangeResult,
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
} as const;

export interface ModelListItem {
  readonly id: number;
  readonly name: string;
  readonly digest: string;
  readonly parameters: ForestParameters;
  /** Those that its forest was asked for; of one made elsewhere its own trees, not those of its parameters. */
  readonly trees: number;
  /** Null for trees made elsewhere that do not say it. */
  readonly sample: number | null;
  /** Null for trees made elsewhere. */
  readonly seed: number | null;
  /** Where the trees came from, or who grew them. */
  readonly grower: (typeof makerNames)[number];
  /** Where it came from, in words; null where it was trained. */
  readonly origin: string | null;
  /** The case, or the address at a tracking server, that it was taken over from; null where it was made here. */
  readonly takenOverFrom: string | null;
  readonly features: readonly string[];
  /** The same features in a few words each. */
  readonly featureLabels: readonly string[];
  /** What its features look for, in the order of lists; empty where it has no themes. */
  readonly themes: readonly LeadingTheme[];
  /** Those of the features that look at other transactions than their own. */
  readonly featuresOverTime: readonly string[];
  /** Null for a model made elsewhere. */
  readonly trainedRows: number | null;
  readonly createdAtMs: number;
  readonly isChampion: boolean;
  readonly thresholdUnits: number;
  readonly threshold: number;
  readonly flagged: number;
  readonly alerts: number;
  /** The handle that set the threshold; null where it was set by a score or by hand. */
  readonly handle: ThresholdHandle | null;
  /** False where rows came in after this model scored. */
  readonly scoresAllRows: boolean;
}

export const modelRequests = {
  'models.list': request<readonly ModelListItem[]>()(nothing),
  'models.setChampion': request<readonly ModelListItem[]>()(
    z.object({ modelId, reason: z.string().max(2000).default('') }),
  ),
  /** Takes the last promotion back: the champion before it is the champion again. */
  'models.rollBack': request<readonly ModelListItem[]>()(z.object({ reason: z.string().max(2000).default('') })),
} as const;
