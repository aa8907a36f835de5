import { createHash, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { envelopeSchema, signStatement, statementType, subjectSchema, verifiedStatement } from './envelope.ts';

const predicateType = 'urn:assay:case-seal:1';

/** Something that a case holds, and its digest. */
export interface HeldThing {
  /** The same as long as it is the same thing, as `scores/12`. */
  readonly name: string;
  /** What a person calls it. */
  readonly words: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

const notesSchema = z.object({
  case: z.string(),
  sealedAtMs: z.number(),
  by: z.string(),
  rows: z.number().int(),
  history: z.object({ entry: z.number().int(), hash: z.string() }),
  assay: z.string(),
});
/** What a seal says beside the digests. */
export type SealNotes = z.infer<typeof notesSchema>;

const statementSchema = z.object({
  _type: z.literal(statementType),
  subject: z.array(subjectSchema),
  predicateType: z.literal(predicateType),
  predicate: notesSchema,
});
type CaseStatement = z.infer<typeof statementSchema>;

/** A seal over everything that a case holds, as the text of its file. */
export function sealOf(things: readonly HeldThing[], notes: SealNotes, key: KeyObject, keyId: string): string {
  const statement: CaseStatement = {
    _type: statementType,
    subject: things.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType,
    predicate: notes,
  };
  return `${JSON.stringify(signStatement(statement, key, keyId))}\n`;
}

/** Which keys a seal names; null where a text is none. */
export function keysOfSeal(text: string): readonly string[] | null {
  return parsedEnvelope(text)?.signatures.map(({ keyid }) => keyid) ?? null;
}

/** What was sealed; null where the text is no seal of this key, or was changed. */
export function openSeal(
  text: string,
  publicKey: KeyObject,
): { readonly notes: SealNotes; readonly sealed: ReadonlyMap<string, string> } | null {
  const envelope = parsedEnvelope(text);
  const result = statementSchema.safeParse(envelope === null ? null : verifiedStatement(envelope, publicKey));
  if (!result.success) return null;
  const { subject, predicate } = result.data;
  return { notes: predicate, sealed: new Map(subject.map(({ name, digest }) => [name, digest.sha256])) };
}

/** One sentence for each thing that is not what was sealed, that is gone, or that came. */
export function differencesFromSeal(
  sealed: ReadonlyMap<string, string>,
  things: readonly HeldThing[],
): readonly string[] {
  const held = new Set(things.map(({ name }) => name));
  return [
    ...things.flatMap(({ name, words, sha256 }) => {
      const was = sealed.get(name);
      if (was === sha256) return [];
      return [was === undefined ? `After sealing came ${words}.` : `Not as it was sealed: ${words}.`];
    }),
    ...[...sealed.keys()].filter((name) => !held.has(name)).map((name) => `What was sealed as ${name} is gone.`),
  ];
}

/** Where a time-stamp is asked for, as it waits in a case. */
export const timeStampOrderSchema = z.object({ timeStampServer: z.string() });

/** Beside what is signed, named as in the bundles of Sigstore; whoever reads DSSE passes over what it does not know. */
const stampedSchema = z.object({
  rfc3161Timestamps: z.array(z.object({ signedTimestamp: z.base64() })).default([]),
});

/**
 * What a time-stamp of a seal is of: SHA-256 of its signature, as in Sigstore's bundles and CAdES-T. So it dates the statement and
 * the signing: whoever gets the key later cannot sign for an earlier time. Null where a text is no seal.
 */
export function stampedDigest(seal: string): Uint8Array | null {
  const envelope = parsedEnvelope(seal);
  return envelope === null ? null : createHash('sha256').update(envelope.signatures[0].sig, 'base64').digest();
}

/** The time-stamps that a seal carries, in DER; nobody has looked at them. */
export function timeStampsOf(seal: string): readonly Uint8Array[] {
  const stamped = stampedSchema.safeParse(JSON.parse(seal));
  if (!stamped.success) return [];
  return stamped.data.rfc3161Timestamps.map(({ signedTimestamp }) => Buffer.from(signedTimestamp, 'base64'));
}

/** A seal that carries one more time-stamp; what was signed stays. */
export function withTimeStamp(seal: string, response: Uint8Array): string {
  const rfc3161Timestamps = [...timeStampsOf(seal), response].map((each) => ({
    signedTimestamp: Buffer.from(each).toString('base64'),
  }));
  return `${JSON.stringify({ ...parsedEnvelope(seal), rfc3161Timestamps })}\n`;
}

function parsedEnvelope(text: string): z.infer<typeof envelopeSchema> | null {
  try {
    const result = envelopeSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
