import { z } from 'zod';
import { path } from './parts.ts';

/* Signed statements about a case or an exported model, which anyone with the public key can check. */

const keyPath = path.optional().describe("PEM file with the public key of whoever sealed; one's own when absent");
const differences = z.array(z.string()).describe('a sentence for each thing that is not what was signed');
const key = z.string().describe('SHA-256 of the public key as PEM');

const sealNotesSchema = z.object({
  case: z.string().describe('name of the file'),
  sealedAtMs: z.number(),
  by: z.string(),
  rows: z.number().int(),
  history: z.object({ entry: z.number().int(), hash: z.string() }),
  assay: z.string().describe('version of Assay'),
});

export const sealJobs = {
  makeSealingKey: {
    input: z.object({}),
    result: z.object({
      keys: z.array(z.object({ use: z.enum(['case', 'model']), publicKeyPath: path, fingerprint: key })),
      made: z.boolean().describe('false where they were there'),
    }),
  },
  seal: {
    input: z.object({
      casePath: path,
      output: path.optional().describe('NAME.seal.json beside the case when absent'),
      force: z.boolean().default(false),
      makeKey: z.boolean().default(false).describe('make the keys, where there are none'),
      by: z.string().max(200).optional(),
    }),
    result: sealNotesSchema.extend({ things: z.number().int(), key, output: path, case: path }),
  },
  verifySeal: {
    input: z.object({ casePath: path, seal: path.optional(), key: keyPath }),
    result: z.object({
      isSigned: z.boolean(),
      sealed: sealNotesSchema.nullable(),
      differences,
      entriesSince: z.number().int().describe('entries of the history after the sealed one'),
      key,
      seal: path,
      case: path,
    }),
  },
  signModel: {
    input: z.object({ folder: path, force: z.boolean().default(false) }),
    result: z.object({ files: z.number().int(), key, output: path, folder: path }),
  },
  verifyModel: {
    input: z.object({ folder: path, key: keyPath }),
    result: z.object({ isSigned: z.boolean(), differences, key, folder: path }),
  },
} as const;
