import { z } from 'zod';
import { profileOverridesSchema } from '../../engine/domain/profile.ts';
import { windowSpecSchema } from '../../engine/domain/window-feature.ts';
import { evaluationSchema } from './evaluations.ts';
import { detectionSchema, forestChoiceSchema, modelSummarySchema, withoutThemesSchema } from './models.ts';
import { notice, path, rowOrder } from './parts.ts';
import { columnReportSchema, readingChoice, sourceReportSchema } from './recordings.ts';
import { lineSchema, thresholdHandleSchema } from './tuning.ts';

/* How a model is made, from a case or in one step from recordings. */

export const trainInput = z.object({
  casePath: path,
  forest: forestChoiceSchema.prefault({}),
  /** Where absent the champion's handle holds on; in a new case the team's budget, but never more than 5 %. */
  threshold: thresholdHandleSchema.optional(),
  overrides: profileOverridesSchema.default({}),
  detection: detectionSchema,
  logAmount: z.boolean().default(false),
  /** False leaves out features over time. */
  windows: z.boolean().default(true),
  /** Features over time instead of those proposed from the profile. */
  windowSpec: windowSpecSchema.optional(),
  /** Names of features that the model is to do without. */
  leaveOut: z.array(z.string()).default([]),
  withoutThemes: withoutThemesSchema,
});

export const timingsSchema = z.object({
  readMs: z.number(),
  featureMs: z.number(),
  trainMs: z.number(),
  scoreMs: z.number(),
  storeMs: z.number(),
  totalMs: z.number(),
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
  order: rowOrder,
  days: z.number().int().nullable(),
  line: lineSchema,
  model: modelSummarySchema,
  isChampion: z.boolean(),
  evaluation: evaluationSchema.optional(),
  notices: z.array(notice),
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

export const trainingJobs = {
  run: {
    input: trainInput.extend(readingChoice),
    result: runResult,
  },
  train: { input: trainInput, result: trainResult },
} as const;
