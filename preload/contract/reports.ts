import { z } from 'zod';
import { modelChoice, outputChoice, path } from './parts.ts';

/* Reports for people who do not open the case. */

export const reportJobs = {
  report: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      alert: z.string().min(1).optional().describe('key of one alert; the whole case when absent'),
      template: path.optional().describe('HTML with parts in double braces; the built-in one when absent'),
      stability: z.boolean().default(false).describe('grow forests of other seeds, which takes a training each'),
      ...outputChoice,
    }),
    result: z.object({
      output: path,
      files: z.array(path),
      digest: z.string().describe('of the model'),
      head: z.object({ entry: z.number().int(), hash: z.string() }).nullable().describe('newest entry of the history'),
      case: path,
    }),
  },
  reportTemplate: { input: z.object(outputChoice), result: z.object({ output: path }) },
} as const;
