import { z } from 'zod';
import { path } from './parts.ts';

/* Backups beside a case: made, listed, put back; and what is done about a damaged case. */

const backup = z.object({
  path,
  why: z.string().describe('scheduled, hand, put-aside (what a restore replaced), or before a layout or a merge'),
  atMs: z.number(),
  bytes: z.number().int(),
});

export const backupJobs = {
  backup: {
    input: z.object({
      casePath: path,
      output: path.optional().describe('NAME.backup-hand-TIME beside the case when absent'),
      ifDue: z.boolean().default(false).describe('only where the schedule wants one now'),
      list: z.boolean().default(false).describe('make none, list those that are there'),
    }),
    result: z.object({
      made: backup.nullable().describe('null where none was due or asked for'),
      backups: z.array(backup).describe('those beside the case, the newest first'),
      case: path,
    }),
  },
  restore: {
    input: z.object({
      casePath: path,
      backup: path.optional().describe('the newest that is whole when absent'),
      by: z.string().max(200).optional(),
    }),
    result: z.object({
      restored: path,
      putAside: path.nullable().describe('what stood there before; restoring it undoes this'),
      case: path,
    }),
  },
  mend: {
    input: z.object({ casePath: path, by: z.string().max(200).optional() }),
    result: z.object({
      wasWhole: z.boolean(),
      mended: z.array(z.string()).describe('what was put back, byte for byte as it was written'),
      taken: z.array(z.string()).describe('what is taken as it is, for no digest and no backup says how it was'),
      left: z.array(z.string()).describe('a sentence for each thing that is damaged still'),
      restored: path
        .nullable()
        .describe('the backup that was put in the place of the case, where its structure was broken'),
      putAside: path.nullable().describe('the case as it was before; null where it was whole'),
      case: path,
    }),
  },
} as const;
