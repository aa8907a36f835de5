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

/** What became of a time-stamp that was asked for. */
export const stampedSchema = z.object({
  server: z.string(),
  state: z.enum(['received', 'waiting']),
  atMs: z.number().nullable().describe('the time that the authority says'),
  authority: z.string().nullable().describe('who signed it'),
  seal: path
    .nullable()
    .describe('the seal that carries it now; null where that lies elsewhere: the case keeps it, too'),
  reason: z.string().nullable().describe('why it waits'),
});

const authorityPath = path.optional();

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
      timeStampServer: z
        .string()
        .min(1)
        .max(2000)
        .optional()
        .describe('address of an RFC 3161 server; none is asked when absent'),
      timeStampAuthority: authorityPath.describe('PEM file of the certificates that its answer must lead to'),
    }),
    result: sealNotesSchema.extend({
      things: z.number().int(),
      key,
      output: path,
      timeStamp: stampedSchema.nullable(),
      case: path,
    }),
  },
  verifySeal: {
    input: z.object({
      casePath: path,
      seal: path.optional(),
      key: keyPath,
      timeStampAuthority: authorityPath.describe('PEM file of the certificates that a time-stamp must lead to'),
    }),
    result: z.object({
      isSigned: z.boolean(),
      sealed: sealNotesSchema.nullable(),
      differences,
      entriesSince: z.number().int().describe('entries of the history after the sealed one'),
      timeStamps: z.array(
        z.object({
          atMs: z.number(),
          authority: z.string(),
          serial: z.string().describe('at the authority, in hexadecimal'),
          isTrusted: z.boolean().describe('whether it leads to a certificate that was given'),
        }),
      ),
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
