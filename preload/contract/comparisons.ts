import { z } from 'zod';
import type { FeatureSpec } from '../../engine/domain/feature-spec.ts';
import { evaluationSchema, labelBasisSchema } from './evaluations.ts';
import { type ModelListItem, modelSummarySchema } from './models.ts';
import { modelChoice, modelId, pageLimit, path, request } from './parts.ts';

/* Two models beside each other, and one beside itself with other seeds. */

/** Where two models are compared: at the budget of the first one, or each at its own threshold. */
export const comparisonLineSchema = z.enum(['same-budget', 'own-threshold']).default('same-budget');

const inParts = z.object({ both: z.number().int(), onlyFirst: z.number().int(), onlySecond: z.number().int() });

const judgedSchema = z.object({
  flaggedFrauds: z.number().int(),
  flagged: z.number().int(),
  frauds: z.number().int(),
  precision: z.tuple([z.number(), z.number()]).readonly().nullable(),
  recall: z.tuple([z.number(), z.number()]).readonly().nullable(),
  recallBySample: z
    .number()
    .optional()
    .describe('by what was drawn from below a line, to which the interval then belongs'),
  precisionBySample: z.number().optional().describe('the same where a line flags some of what was drawn'),
});

/** Two models by what they flag in common and apart. */
export const modelComparisonSchema = z.object({
  at: comparisonLineSchema,
  rows: z.number().int().describe('the leading rows that both have scored'),
  caseRows: z.number().int().describe('all rows of the case'),
  alerts: z.object({
    first: z.number().int(),
    second: z.number().int(),
    both: z.number().int().describe('alerts of the first that share a transaction with one of the second'),
    drawn: z
      .object({ first: z.number().int(), second: z.number().int() })
      .describe('beside these, what would be drawn into the queue of each from below its line'),
  }),
  flagged: inParts.describe('transactions'),
  overlap: z.number().describe('transactions flagged by both, as a share of those flagged by either'),
  fraud: inParts.nullable().describe('known frauds among the flagged transactions'),
  basis: labelBasisSchema.nullable(),
  judged: z.object({ first: judgedSchema, second: judgedSchema }).nullable(),
  thresholdUnits: z.object({ first: z.number().int(), second: z.number().int() }),
});
export type ModelComparison = z.infer<typeof modelComparisonSchema>;

export const comparisonJobs = {
  compare: {
    input: z.object({
      casePath: path,
      first: z.string().describe('number or digest of a model of the case, or its address at a tracking server'),
      second: z.string(),
      trackingUri: z.string().min(1).optional().describe('the server of a models:/ or runs:/ address'),
      at: comparisonLineSchema,
    }),
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
} as const;

/** An alert that one of two models has and that shares no transaction with any of the other's. */
export interface SwappedAlert {
  /** Of its most anomalous transaction. */
  readonly id: string;
  readonly entity: string;
  readonly score: number;
  /** What the other model makes of the same transaction. */
  readonly otherScore: number;
  readonly amount: number | null;
  readonly timeMs: number | null;
  readonly transactions: number;
  readonly isFraud: boolean | null;
  /** The strongest one under the model that has it; empty until it was computed. */
  readonly reason: string;
  /** Whether the model has it at its own line, too, so that Triage lists it. */
  readonly isListed: boolean;
}

export const comparisonRequests = {
  /** The alerts of each of two models that the other has not, the most anomalous first. */
  'models.swapAlerts': request<{
    readonly onlyFirst: readonly SwappedAlert[];
    readonly onlySecond: readonly SwappedAlert[];
    readonly totals: { readonly onlyFirst: number; readonly onlySecond: number };
    /** As in `alerts.page`. */
    readonly reasonsPending: number;
  }>()(z.object({ firstModelId: modelId, secondModelId: modelId, at: comparisonLineSchema, limit: pageLimit })),
  'models.compare': request<
    ModelComparison & {
      readonly first: ModelListItem;
      readonly second: ModelListItem;
      readonly specs: { readonly first: FeatureSpec; readonly second: FeatureSpec };
    }
  >()(z.object({ firstModelId: modelId, secondModelId: modelId, at: comparisonLineSchema })),
} as const;
