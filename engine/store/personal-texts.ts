import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { cardDigitsOf, ibanOf, type PersonalKind } from '../domain/personal.ts';
import { ownKey } from './own-folder.ts';

/* Texts of people, as a case holds them: a token in the place of the text, the same for the same text, and the text itself only
   sealed. Both need a key of this user that lies in no case: whoever gets a case cannot try card numbers until one fits. */

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 60 bits: of ten million texts two have one token with a chance of one in 20,000. */
const CODE_LETTERS = 12;
/** Card numbers share their code only with those of the same first six and last four digits. */
const CARD_CODE_LETTERS = 8;
const FIRST_DIGITS = 6;
const LAST_DIGITS = 4;
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's: none is taken for another

/** More texts than this are not remembered: those of a stream without end. */
const MOST_REMEMBERED = 1 << 19;

/** Whose text a token stands for: data of people, or a text of a column that is not one of them, by its role or as text. */
export type TokenKind = PersonalKind | 'customer' | 'card' | 'account' | 'merchant' | 'terminal' | 'text';

/** What a text becomes in a case. */
export interface PersonalTexts {
  /** The token of a text; a card number keeps its first six and last four digits, an IBAN its country. */
  tokenOf(kind: TokenKind, text: string): string;
  /** The texts that got tokens since the last call, sealed, by token; card numbers are not kept, sealed or otherwise. */
  newlySealed(): ReadonlyMap<string, Uint8Array>;
}

/** Gives tokens under the key of this user. */
export function personalTexts(): PersonalTexts {
  const tokenKey = derivedKey('tokens');
  const sealKey = derivedKey('sealed texts');
  const known = new Map<string, string>();
  let sealed = new Map<string, Uint8Array>();
  return {
    tokenOf(kind, text) {
      const name = `${kind} ${text}`;
      const remembered = known.get(name);
      if (remembered !== undefined) return remembered;
      const token = newToken(tokenKey, kind, text);
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(name, token);
      if (kind !== 'card-number') sealed.set(token, sealText(sealKey, token, text));
      return token;
    },
    newlySealed() {
      const given = sealed;
      sealed = new Map();
      return given;
    },
  };
}

/** The text behind a sealed token; null where it was sealed under the key of another user, or changed. */
export function unsealedText(token: string, sealed: Uint8Array): string | null {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, derivedKey('sealed texts'), nonce);
    decipher.setAAD(Buffer.from(token));
    decipher.setAuthTag(tag);
    const content = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([content, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function derivedKey(purpose: string): Buffer {
  return createHmac('sha256', ownKey('privacy')).update(purpose).digest();
}

function sealText(key: Buffer, token: string, text: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(Buffer.from(token));
  const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), content]);
}

function newToken(key: Buffer, kind: TokenKind, text: string): string {
  const digits = kind === 'card-number' ? cardDigitsOf(text) : undefined;
  if (digits !== undefined) {
    const code = codeOf(key, kind, digits, CARD_CODE_LETTERS);
    return `${digits.slice(0, FIRST_DIGITS)}-${code}-${digits.slice(-LAST_DIGITS)}`;
  }
  const iban = kind === 'iban' ? ibanOf(text) : undefined;
  if (iban !== undefined) return `iban-${iban.slice(0, 2)}-${codeOf(key, kind, iban, CODE_LETTERS)}`;
  const plain = kind === 'email' ? text.trim().toLowerCase() : text.trim();
  const word = kind === 'card-number' ? 'card' : kind;
  return `${word}-${codeOf(key, kind, plain, CODE_LETTERS)}`;
}

function codeOf(key: Buffer, kind: TokenKind, text: string, letters: number): string {
  const digest = createHmac('sha256', key).update(`${kind}\0${text}`).digest();
  let code = '';
  for (let index = 0; index < letters; index++) code += LETTERS[digest[index] & 31];
  return code;
}
