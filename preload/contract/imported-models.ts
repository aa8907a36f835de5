import { z } from 'zod';
import { importedSchema, scoreDirections } from '../../engine/domain/model.ts';
import { modelSummarySchema } from './models.ts';
import { notice, path } from './parts.ts';
import { lineSchema, thresholdHandleSchema } from './tuning.ts';

/* Models that were made elsewhere and become models of a case. */

export const importedModelJobs = {
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
