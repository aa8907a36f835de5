import { createHash, verify, X509Certificate } from 'node:crypto';
import {
  Boolean as AsnBoolean,
  Constructed,
  fromBER,
  GeneralizedTime,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  Sequence,
  Utf8String,
} from 'asn1js';
import { printableLine } from '../../domain/printable-text.ts';

/*
 * Time-stamps of RFC 3161: what is asked of an authority, and whether its answer holds. Numbers of sections are of RFC 3161
 * where nothing else is said, https://www.rfc-editor.org/rfc/rfc3161; CMS is RFC 5652.
 */

/** What an authority says: that bytes with a digest were there at a time. */
export interface TimeStamp {
  readonly atMs: number;
  /** Subject of the certificate that signed, in one line. */
  readonly authority: string;
  /** Of the time-stamp at the authority, in hexadecimal. */
  readonly serial: string;
  /** Whether the certificate leads to one that the person who checks gave; false where none was given. */
  readonly isTrusted: boolean;
}

/** Why an answer is no time-stamp of what was asked, as a sentence. */
export class RefusedTimeStamp extends Error {}

const oid = {
  sha256: '2.16.840.1.101.3.4.2.1',
  signedData: '1.2.840.113549.1.7.2',
  timeStampInformation: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificate2: '1.2.840.113549.1.9.16.2.47',
  rsa: '1.2.840.113549.1.1.1',
  extendedKeyUsage: '2.5.29.37',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

/** Digests that a signature may stand on; what others sign cannot be told from what somebody made to look alike. */
const digestNames: Readonly<Record<string, string>> = {
  [oid.sha256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** The digest that is part of the name of a signature, RSA or ECDSA; of plain RSA it stands beside. */
const digestOfSignature: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

/**
 * A request in DER (section 2.4.1): the authority's certificate is to come with the answer.
 * @param digest SHA-256 of what is to be stamped
 * @param nonce positive; the answer must hold it, so that it is no older one
 */
export function timeStampRequest(digest: Uint8Array, nonce: bigint): Uint8Array {
  const request = new Sequence({
    value: [
      new Integer({ value: 1 }),
      new Sequence({
        value: [
          new Sequence({ value: [new ObjectIdentifier({ value: oid.sha256 }), new Null()] }),
          new OctetString({ valueHex: exactly(digest) }),
        ],
      }),
      Integer.fromBigInt(nonce),
      new AsnBoolean({ value: true }),
    ],
  });
  return new Uint8Array(request.toBER());
}

/**
 * Checks an answer wholly: status, what it is of, nonce, signature over the signed attributes, certificate of the signer, and that
 * this leads to an authority, all valid at the time that it names. Not looked at: revocation, and limits that a certificate sets to
 * those below it.
 * @param response a `TimeStampResp` in DER
 * @param authorities certificates that are trusted; null where nobody said whom to trust
 * @throws RefusedTimeStamp
 */
export function checkedTimeStamp(
  response: Uint8Array,
  {
    digest,
    nonce,
    authorities,
  }: {
    readonly digest: Uint8Array;
    /** Null where the answer was checked when it came, and is looked at again. */
    readonly nonce: bigint | null;
    readonly authorities: readonly X509Certificate[] | null;
  },
): TimeStamp {
  const signed = signedDataOf(response);
  const certificates = certificatesOf(signed);
  const { content, information } = informationOf(signed);
  const { atMs, serial } = readInformation(information, digest, nonce);
  const signer = checkedSigner(signed, content, certificates);
  checkPurpose(signer);
  checkValidity(signer, atMs);
  if (authorities !== null && !leadsTo(signer, authorities, certificates, atMs))
    refuse(`its certificate (${oneLine(signer.subject)}) does not lead to an authority that you gave`);
  return { atMs, authority: oneLine(signer.subject), serial, isTrusted: authorities !== null };
}

/** The certificates of a text in PEM. @throws RefusedTimeStamp where it holds none, or one that cannot be read */
export function certificatesInPem(text: string): readonly X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu) ?? [];
  if (blocks.length === 0) refuse('there is no certificate in PEM');
  return blocks.map(readCertificate);
}

function signedDataOf(response: Uint8Array): readonly unknown[] {
  const [information, content] = parts(decoded(response));
  const [status, ...reasons] = parts(information);
  const code = status instanceof Integer ? status.valueBlock.valueDec : refuse('it has no status');
  // 0 is "granted", 1 "granted with changes" (section 2.4.2).
  if (code !== 0 && code !== 1)
    refuse(`the authority refused (status ${code}${reasons.map((reason) => textsIn(reason)).join('')})`);
  const [type, wrapped] = parts(content);
  if (oidOf(type) !== oid.signedData) refuse('it holds no signed data');
  return parts(parts(wrapped)[0]);
}

/** The bytes that are signed, and what they say. */
function informationOf([, , encapsulated]: readonly unknown[]): {
  readonly content: Uint8Array;
  readonly information: readonly unknown[];
} {
  const [type, wrapped] = parts(encapsulated);
  if (oidOf(type) !== oid.timeStampInformation) refuse('what is signed is no time-stamp');
  const content = octetsOf(parts(wrapped)[0]);
  return { content, information: parts(decoded(content)) };
}

/** `TSTInfo` (section 2.4.2). */
function readInformation(
  [, , imprint, serial, at, ...optional]: readonly unknown[],
  digest: Uint8Array,
  nonce: bigint | null,
): { readonly atMs: number; readonly serial: string } {
  const [algorithm, stamped] = parts(imprint);
  if (oidOf(parts(algorithm)[0]) !== oid.sha256 || !isSame(octetsOf(stamped), digest))
    refuse('it is of something else');
  if (!(serial instanceof Integer) || !(at instanceof GeneralizedTime)) refuse('it holds no time');
  // The only bare integer after the time is the nonce: accuracy is a sequence, ordering a boolean.
  const answered = optional.find((part) => part instanceof Integer)?.toBigInt() ?? null;
  if (nonce !== null && answered !== nonce) refuse('it is not the answer to this request: its nonce is another');
  const atMs = at.toDate().getTime();
  if (!Number.isFinite(atMs)) refuse('it holds no time');
  return { atMs, serial: serial.toBigInt().toString(16) };
}

/** The certificate by which the content is signed, where that holds (RFC 5652, section 5.4). */
function checkedSigner(
  signed: readonly unknown[],
  content: Uint8Array,
  certificates: readonly X509Certificate[],
): X509Certificate {
  const signers = parts(signed.at(-1));
  if (signers.length !== 1) refuse('it is not signed once');
  const [, , digestAlgorithm, attributes, signatureAlgorithm, signature] = parts(signers[0]);
  const digestName =
    digestNames[oidOf(parts(digestAlgorithm)[0])] ?? refuse('it is signed over a digest that is too weak');
  if (!isTagged(attributes, 0)) refuse('it has no signed attributes');
  const values = new Map(
    parts(attributes).map((attribute) => [oidOf(parts(attribute)[0]), parts(parts(attribute)[1])[0]]),
  );
  if (oidOf(values.get(oid.contentType)) !== oid.timeStampInformation) refuse('its signature is of something else');
  if (!isSame(octetsOf(values.get(oid.messageDigest)), createHash(digestName).update(content).digest()))
    refuse('it was changed after it was signed');
  const signer = signingCertificate(values, certificates);
  // As they are signed, the attributes are a set (tag 0x31); in the answer they are the first optional part (tag 0xA0).
  const bytes = Uint8Array.from(attributes.valueBeforeDecodeView);
  bytes[0] = 0x31;
  const name = oidOf(parts(signatureAlgorithm)[0]);
  const signedDigest =
    name === oid.rsa ? digestName : (digestOfSignature[name] ?? refuse('it is signed in an unknown way'));
  if (!isVerified(() => verify(signedDigest, bytes, signer.publicKey, octetsOf(signature))))
    refuse('its signature does not hold');
  return signer;
}

/** The certificate whose digest is signed with the time, so that no other of the same key can stand in (RFC 5035, section 3). */
function signingCertificate(
  values: ReadonlyMap<string, unknown>,
  certificates: readonly X509Certificate[],
): X509Certificate {
  const newer = values.get(oid.signingCertificate2);
  const [first] = parts(parts(newer ?? values.get(oid.signingCertificate))[0]);
  const [head, next] = parts(first);
  const named = newer !== undefined && head instanceof Sequence;
  const digestName = newer === undefined ? 'sha1' : named ? digestNames[oidOf(parts(head)[0])] : 'sha256';
  if (digestName === undefined) refuse('its certificate is named by an unknown digest');
  const digest = octetsOf(named ? next : head);
  return (
    certificates.find(({ raw }) => isSame(createHash(digestName).update(raw).digest(), digest)) ??
    refuse('the certificate that signed it did not come with it')
  );
}

/** Certificates that came with the answer: the first optional part of the signed data. */
function certificatesOf(signed: readonly unknown[]): readonly X509Certificate[] {
  const set = signed.find((part) => isTagged(part, 0));
  return set === undefined ? [] : parts(set).map((part) => readCertificate(blockOf(part).valueBeforeDecodeView));
}

/** It must be for time-stamps and for nothing else, which everybody must heed (section 2.3). */
function checkPurpose(certificate: X509Certificate): void {
  const [toBeSigned] = parts(decoded(certificate.raw));
  const extensions = parts(
    parts(parts(toBeSigned).find((part) => isTagged(part, 3)) ?? refuse('it has no purpose'))[0],
  );
  const usage = extensions.map(parts).find(([name]) => oidOf(name) === oid.extendedKeyUsage);
  const isCritical = usage?.[1] instanceof AsnBoolean && usage[1].getValue();
  const purposes = certificate.keyUsage as readonly string[] | undefined;
  if (!isCritical || purposes?.length !== 1 || purposes[0] !== oid.timeStamping)
    refuse(`its certificate (${oneLine(certificate.subject)}) is not one for time-stamps alone`);
}

function checkValidity(certificate: X509Certificate, atMs: number): void {
  if (!isValidAt(certificate, atMs))
    refuse(
      `its certificate (${oneLine(certificate.subject)}) was not valid then: from ${certificate.validFrom} to ${certificate.validTo}`,
    );
}

function isValidAt({ validFrom, validTo }: X509Certificate, atMs: number): boolean {
  return Date.parse(validFrom) <= atMs && atMs <= Date.parse(validTo);
}

/** Whether a certificate is one of the authorities, or was issued by one over others that came along; each is looked at once. */
function leadsTo(
  certificate: X509Certificate,
  authorities: readonly X509Certificate[],
  between: readonly X509Certificate[],
  atMs: number,
): boolean {
  const seen = new Set<X509Certificate>();
  const waiting = [certificate];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (seen.has(one) || !isValidAt(one, atMs)) continue;
    seen.add(one);
    const { raw } = one;
    if (authorities.some((authority) => isSame(authority.raw, raw))) return true;
    waiting.push(...[...authorities, ...between].filter((issuer) => hasIssued(issuer, one)));
  }
  return false;
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && isVerified(() => certificate.verify(issuer.publicKey));
}

/** What `node:crypto` cannot make sense of is not signed. */
function isVerified(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

function readCertificate(certificate: Uint8Array | string): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch {
    return refuse('a certificate cannot be read');
  }
}

/** The one value that bytes are, to their end; the library throws on some of what it cannot read, and says so of the rest. */
function decoded(bytes: Uint8Array): unknown {
  try {
    const { offset, result } = fromBER(exactly(bytes));
    if (offset === bytes.byteLength) return result;
  } catch {
    // As where it says so.
  }
  return refuse('it is not in DER');
}

/** What a constructed value holds; of anything else nothing. */
function parts(value: unknown): readonly unknown[] {
  return value instanceof Constructed ? value.valueBlock.value : [];
}

function blockOf(value: unknown): Constructed {
  return value instanceof Constructed ? value : refuse('a part of it is not what it should be');
}

function isTagged(value: unknown, tag: number): value is Constructed {
  return value instanceof Constructed && value.idBlock.tagClass === 3 && value.idBlock.tagNumber === tag;
}

function oidOf(value: unknown): string {
  return value instanceof ObjectIdentifier ? value.getValue() : refuse('a part of it is not what it should be');
}

function octetsOf(value: unknown): Uint8Array {
  return value instanceof OctetString
    ? new Uint8Array(value.getValue())
    : refuse('a part of it is not what it should be');
}

/** What an authority says of its refusal, in one line. */
function textsIn(value: unknown): string {
  return parts(value)
    .map((text) => (text instanceof Utf8String ? `: ${oneLine(text.getValue())}` : ''))
    .join('');
}

/** A text of somebody else: names in certificates have a line each. */
function oneLine(text: string): string {
  return printableLine(text.replaceAll('\n', ', ')).slice(0, 300);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** A view over the bytes alone: parts of a pool would be read as what they are part of. */
function exactly(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

function refuse(reason: string): never {
  throw new RefusedTimeStamp(reason);
}
