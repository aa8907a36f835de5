import { z } from 'zod';
import { outputChoice, path, notice } from './parts.ts';

/* Verdicts and labels on the way between files and cases. */

const mergedSchema = {
  read: z.number().int(),
  added: z.number().int(),
  known: z.number().int().describe('in the case before, taken back or not'),
  needSecond: z.number().int().describe('left out: their outcome needs a second person here (assay hand-over)'),
  unmatched: z.array(z.string()).describe('an id of each that names no transaction of the case'),
  ambiguous: z.array(z.string()).describe('an id of each that names several'),
  conflicts: z
    .array(z.string())
    .describe('ids of which the label column or somebody else says otherwise; both are kept'),
};

const importChoice = {
  casePath: path,
  recording: path,
  id: z.string(),
  label: z.string(),
  knownAt: z.string(),
  positive: z.array(z.string()).min(1).optional().describe('the texts of the label column that mean fraud'),
  by: z.string().max(200).optional(),
};

export const labelJobs = {
  labelImport: {
    input: z.object(importChoice),
    result: z.object({
      ...mergedSchema,
      fraud: z.number().int(),
      legitimate: z.number().int(),
      notReadable: z.number().int().describe('rows without id, label or time'),
      delays: z
        .array(z.object({ underDays: z.number().nullable(), labels: z.number().int() }))
        .describe('from the transaction to when its label was known; the last has no end'),
      knownBefore: z.number().int().describe('labels known before their transaction'),
      notices: z.array(notice),
      case: path,
    }),
  },
  labelExport: {
    input: z.object({ casePath: path, ...outputChoice }),
    result: z.object({ verdicts: z.number().int(), transactions: z.number().int(), output: path, case: path }),
  },
  labelMerge: {
    input: z.object({ casePath: path, files: z.array(path).min(1), by: z.string().max(200).optional() }),
    result: z.object({ ...mergedSchema, case: path }),
  },
} as const;
