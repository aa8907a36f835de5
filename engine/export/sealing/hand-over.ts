import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { envelopeSchema, signStatement, statementType, subjectSchema, verifiedStatement } from './envelope.ts';

/* A hand-over: what one person says of some alerts, signed, for another's laptop. */

const predicateType = 'urn:assay:hand-over:1';

const statementSchema = z.object({
  _type: z.literal(statementType),
  subject: z.array(subjectSchema).length(1),
  predicateType: z.literal(predicateType),
  predicate: z.unknown(),
});

/**
 * A hand-over as the text of its file.
 * @param recordings SHA-256 of the recordings that it speaks of
 */
export function handOverOf(said: object, recordings: string, key: KeyObject, keyId: string): string {
  const statement: z.infer<typeof statementSchema> = {
    _type: statementType,
    subject: [{ name: 'recordings', digest: { sha256: recordings } }],
    predicateType,
    predicate: said,
  };
  return `${JSON.stringify(signStatement(statement, key, keyId))}\n`;
}

/** What was handed over, as JSON that nobody has looked at; null where the text is no hand-over of this key, or was changed. */
export function openHandOver(text: string, publicKey: KeyObject): unknown {
  const envelope = envelopeSchema.safeParse(jsonOf(text));
  const result = statementSchema.safeParse(envelope.success ? verifiedStatement(envelope.data, publicKey) : null);
  return result.success ? result.data.predicate : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
