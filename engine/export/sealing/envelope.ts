import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';

const payloadType = 'application/vnd.in-toto+json';

/** A signed text: DSSE, https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md */
export const envelopeSchema = z.object({
  payload: z.base64(),
  payloadType: z.literal(payloadType),
  signatures: z.array(z.object({ keyid: z.string().default(''), sig: z.base64() })).min(1),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** Type and subjects of an in-toto statement: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export const subjectSchema = z.object({ name: z.string(), digest: z.object({ sha256: z.string() }) });
export const statementType = 'https://in-toto.io/Statement/v1';

/**
 * Signs a statement as JSON: Ed25519, or ECDSA with SHA-256 over P-256.
 * @param keyId what the signature names its key by; empty for nothing
 */
export function signStatement(statement: object, privateKey: KeyObject, keyId: string): Envelope {
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = sign(digestFor(privateKey), signedBytes(payload), privateKey).toString('base64');
  return { payload: payload.toString('base64'), payloadType, signatures: [{ keyid: keyId, sig }] };
}

/** The statement of an envelope, as JSON that nobody has looked at; null where no signature is of this key. */
export function verifiedStatement({ payload, signatures }: Envelope, publicKey: KeyObject): unknown {
  const bytes = Buffer.from(payload, 'base64');
  const isSigned = signatures.some(({ sig }) =>
    verify(digestFor(publicKey), signedBytes(bytes), publicKey, Buffer.from(sig, 'base64')),
  );
  return isSigned ? JSON.parse(bytes.toString('utf8')) : null;
}

/** The name of a key: SHA-256 of its public half as PEM, in hexadecimal, as OpenSSF model-signing hints at it. */
export function fingerprintOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'pem' }))
    .digest('hex');
}

/** Ed25519 has a digest of its own. */
function digestFor({ asymmetricKeyType }: KeyObject): 'sha256' | null {
  return asymmetricKeyType === 'ed25519' ? null : 'sha256';
}

/** What is signed: the text with its type, so that it is taken for nothing else (DSSE, "PAE"). */
function signedBytes(payload: Buffer): Buffer {
  const lengths = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(lengths), payload]);
}
