import { z } from 'zod';
import { path, request } from './parts.ts';

/* Locked cases: what lies on the disk of them can be read with a passphrase alone. */

/** A passphrase is no part of any answer, event, file or log. */
const passphrase = z.string().min(1).max(1000);

const left = z.array(z.string()).describe('a sentence for each backup that stays as it was');

export const lockJobs = {
  lock: {
    input: z.object({
      casePath: path,
      passphrase,
      change: z.boolean().default(false).describe('the case is locked, and gets another passphrase'),
      by: z.string().max(200).optional(),
    }),
    result: z.object({
      made: z.boolean().describe('whether an empty case was made, since none was there'),
      backups: z.number().int().describe('backups beside the case that are locked with it'),
      left,
      case: path,
    }),
  },
  unlock: {
    input: z.object({ casePath: path, by: z.string().max(200).optional() }),
    result: z.object({ backups: z.number().int(), left, case: path }),
  },
} as const;

export const lockRequests = {
  /** Gives the passphrase of a locked case to the engine, which keeps the key until it ends. */
  'case.unlock': request<{ readonly kept: boolean }>()(
    z.object({ path, passphrase, keep: z.boolean().optional().describe("in the system's keychain as well") }),
  ),
  /** The engine forgets the key of a case, and so does the system's keychain. */
  'case.forgetPassphrase': request<null>()(z.object({ path })),
  /** Whether the system's keychain holds the passphrase of the case, and whether there is one that could. */
  'case.keptPassphrase': request<{ readonly kept: boolean; readonly isPossible: boolean }>()(z.object({ path })),
} as const;
