import { createHash, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import {
  envelopeSchema,
  fingerprintOf,
  signStatement,
  statementType,
  subjectSchema,
  verifiedStatement,
} from './envelope.ts';

/*
 * `model.sig`: a Sigstore bundle around an in-toto statement about the files of a folder, by a key of one's own.
 * https://github.com/sigstore/model-transparency/blob/main/docs/model_signing_format.md
 */

/** Its name in the folder that it signs, which is itself not signed. */
export const signatureName = 'model.sig';
const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const predicateType = 'https://model_signing/signature/v1.0';

const bundleSchema = z.object({
  mediaType: z.literal(mediaType),
  verificationMaterial: z.object({ publicKey: z.object({ hint: z.string() }) }),
  dsseEnvelope: envelopeSchema,
});

const resourceSchema = z.object({ name: z.string(), algorithm: z.literal('sha256'), digest: z.string() });
const statementSchema = z.object({
  _type: z.literal(statementType),
  subject: z.array(subjectSchema).length(1),
  predicateType: z.literal(predicateType),
  predicate: z.object({ resources: z.array(resourceSchema) }),
});

/** A file of a folder, by its path in it with slashes, and its SHA-256 in hexadecimal. */
export interface SignedFile {
  readonly name: string;
  readonly sha256: string;
}

/** @param privateKey on the curve P-256, which is what `model_signing verify key` takes */
export function modelSignature(
  folderName: string,
  files: readonly SignedFile[],
  privateKey: KeyObject,
  publicKey: KeyObject,
): string {
  const resources = files
    .map(({ name, sha256 }) => ({ name, algorithm: 'sha256' as const, digest: sha256 }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const statement = {
    _type: statementType,
    subject: [{ name: folderName, digest: { sha256: rootOf(resources) } }],
    predicateType,
    predicate: {
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: [signatureName] },
      resources,
    },
  };
  const bundle = {
    mediaType,
    verificationMaterial: { publicKey: { hint: fingerprintOf(publicKey) }, tlogEntries: [] },
    dsseEnvelope: signStatement(statement, privateKey, ''),
  };
  return `${JSON.stringify(bundle)}\n`;
}

/** Which key a signature hints at; null where a text is none. */
export function keyOfModelSignature(text: string): string | null {
  return parsedBundle(text)?.verificationMaterial.publicKey.hint ?? null;
}

/** One sentence for each file that is not what was signed, is gone or came; null where the signature is not of this key. */
export function differencesFromSignature(
  text: string,
  files: readonly SignedFile[],
  publicKey: KeyObject,
): readonly string[] | null {
  const bundle = parsedBundle(text);
  const result = statementSchema.safeParse(bundle === null ? null : verifiedStatement(bundle.dsseEnvelope, publicKey));
  if (!result.success || result.data.subject[0]?.digest.sha256 !== rootOf(result.data.predicate.resources)) return null;
  const signed = new Map(result.data.predicate.resources.map(({ name, digest }) => [name, digest]));
  const found = new Set(files.map(({ name }) => name));
  return [
    ...files.flatMap(({ name, sha256 }) => {
      const was = signed.get(name);
      if (was === sha256) return [];
      return [was === undefined ? `${name} came after signing.` : `${name} is not what was signed.`];
    }),
    ...[...signed.keys()].filter((name) => !found.has(name)).map((name) => `${name} is gone.`),
  ];
}

/** One digest over those of all files, in their order. */
function rootOf(resources: readonly { readonly digest: string }[]): string {
  const hash = createHash('sha256');
  for (const { digest } of resources) hash.update(digest, 'hex');
  return hash.digest('hex');
}

function parsedBundle(text: string): z.infer<typeof bundleSchema> | null {
  try {
    const result = bundleSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
