import { z } from 'zod';
import { path, request } from './parts.ts';

/* Data of people: rows hold tokens, and who wants to see a text says why. */

const revealChoice = {
  token: z.string().min(1).max(200).describe('as rows show it, such as name-4t0m9z2k7q1b'),
  reason: z.string().trim().min(3).max(500).describe('why, for the history'),
};

export const personalJobs = {
  reveal: {
    input: z.object({ casePath: path, ...revealChoice, by: z.string().max(200).optional() }),
    result: z.object({ token: z.string(), text: z.string(), by: z.string(), case: path }),
  },
  erase: {
    input: z.object({
      casePath: path,
      olderThanDays: z.number().positive().max(36_500).describe('before the newest event of the case'),
      reason: z.string().trim().min(3).max(500).describe('why, for the history'),
      dryRun: z.boolean().default(false),
      by: z.string().max(200).optional(),
    }),
    result: z.object({
      removedRows: z.number().int(),
      keptRows: z.number().int().describe('as old, for decisions or beside newer rows; their people are forgotten'),
      forgottenTexts: z.number().int().describe('texts of people that no key opens again'),
      rows: z.number().int(),
      bytes: z.number().int().describe('of the file'),
      dryRun: z.boolean(),
      by: z.string(),
      case: path,
    }),
  },
  share: {
    input: z.object({
      casePath: path,
      output: path,
      mask: z.boolean().default(false).describe('also merchants, terminals and the digits of card numbers'),
      passphrase: z.string().min(1).max(1000).optional().describe('locks the copy; in the clear when absent'),
    }),
    result: z.object({
      columns: z.array(z.string()).describe('whose texts are tokens in the copy'),
      emptied: z.array(z.string()).describe('whose free texts are left out'),
      of: z.string().nullable().describe('hash of the newest entry of the history of the case'),
      output: path,
      case: path,
    }),
  },
} as const;

export const personalRequests = {
  /** The text behind a token; that it was seen, by whom and why is in the history before it is given. */
  'personal.reveal': request<{ readonly text: string }>()(z.object(revealChoice)),
} as const;
