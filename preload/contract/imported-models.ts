import { z } from 'zod';
import { importedSchema, scoreDirections } from '../../engine/domain/model.ts';
import { modelSummarySchema } from './models.ts';
import { notice, path } from './parts.ts';
import { lineSchema, thresholdHandleSchema } from './tuning.ts';

/* Models that were made elsewhere and become models of a case. */

/** Who made what a tracking server has: by the digest that is noted there. */
const madeBySchema = z.enum(['this-case', 'another-case', 'another-program']);

export const importedModelJobs = {
  /** What a tracking server has beside the case's own models; asks it only when started, and changes nothing. */
  serverModels: {
    input: z.object({
      casePath: path,
      trackingUri: z.string().min(1).optional().describe('the tracking server'),
      ca: path.optional(),
    }),
    result: z.object({
      versions: z.array(
        z.object({
          name: z.string(),
          version: z.string(),
          runId: z.string().nullable(),
          digest: z.string().nullable().describe('null where another program registered it'),
          aliases: z.array(z.string()),
          createdAtMs: z.number(),
          modelId: z.number().int().nullable().describe('the model of this case that it is'),
          madeBy: madeBySchema,
        }),
      ),
      runs: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          experiment: z.string(),
          status: z.string(),
          digest: z.string().nullable(),
          startedAtMs: z.number(),
          modelId: z.number().int().nullable(),
          madeBy: madeBySchema,
        }),
      ),
      conflicts: z.array(z.string()).describe('where server and case say different things'),
      notices: z.array(notice),
      case: path,
    }),
  },
  takeOver: {
    input: z.object({
      casePath: path,
      model: path.describe(
        'models:/NAME@ALIAS, models:/NAME/VERSION or runs:/RUN/PATH of a tracking server, or another case',
      ),
      trackingUri: z.string().min(1).optional().describe('the server of a models:/ or runs:/ address'),
    }),
    result: z.object({
      from: z.string().nullable().describe('where it came from; null where the case held it'),
      model: modelSummarySchema,
      alerts: z.number().int(),
      flagged: z.number().int(),
      threshold: z.number(),
      thresholdUnits: z.number().int(),
      isChampion: z.boolean(),
      notices: z.array(notice),
      case: path,
    }),
  },
  importModel: {
    input: z.object({
      casePath: path,
      file: path.describe('an ONNX model that gives one number a row'),
      map: z
        .array(z.object({ input: z.string().optional(), feature: z.string() }))
        .default([])
        .describe('the feature of each column that the model takes: in its order, or by the name of an input'),
      output: z.string().optional().describe('the output that is the score; the only one that can be where absent'),
      direction: z.enum(scoreDirections).optional().describe('needed unless the model is an isolation forest'),
      threshold: thresholdHandleSchema.optional(),
    }),
    result: z.object({
      rows: z.number().int(),
      columns: z.array(z.object({ input: z.string(), feature: z.string() })),
      imported: importedSchema,
      checkedRows: z.number().int().describe('rows whose scores were held against those of ONNX Runtime'),
      alerts: z.number().int(),
      alertsPerDay: z.number().nullable(),
      flagged: z.number().int(),
      threshold: z.number(),
      thresholdUnits: z.number().int(),
      contamination: z.number(),
      days: z.number().int().nullable(),
      line: lineSchema,
      model: modelSummarySchema,
      isChampion: z.boolean(),
      notices: z.array(notice),
      case: path,
    }),
  },
} as const;
