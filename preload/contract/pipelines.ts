import { z } from 'zod';
import { modelSummarySchema } from './models.ts';
import { notice, path } from './parts.ts';
import { gateSchema } from './retraining.ts';
import { trainInput } from './training.ts';

/* A recipe of a model, and what a scheduled pipeline does with it: the same here and on a cluster. */

/** Everything besides the rows that a training takes: profile, features, forest and line. */
export const recipeSchema = trainInput.omit({ casePath: true }).extend({
  version: z.literal(1),
  /** Digest of the model that it was written for; the same rows give it again. */
  digest: z.string(),
});
export type Recipe = z.output<typeof recipeSchema>;

export const pipelineJobs = {
  pipelineRun: {
    input: z.object({
      recipe: recipeSchema.describe('what an exported pipeline holds as recipe.json'),
      recordings: z.array(path).min(1),
      casePath: path,
    }),
    result: z.object({
      isFirst: z.boolean().describe('true where the model of the recipe was made; else a challenger was looked for'),
      model: modelSummarySchema.describe('the champion now'),
      thresholdUnits: z.number().int(),
      rows: z.number().int(),
      gate: gateSchema.nullable().describe('null where no challenger was made'),
      notices: z.array(notice),
      case: path,
    }),
  },
} as const;
