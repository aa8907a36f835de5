import { z } from 'zod';

/** What personal data a column may hold. */
export const personalKinds = [
  'card-number',
  'card-code',
  'track-data',
  'iban',
  'name',
  'address',
  'email',
  'phone',
] as const;
export type PersonalKind = (typeof personalKinds)[number];

/** What a person calls them. */
export const personalWords: Readonly<Record<PersonalKind, string>> = {
  'card-number': 'card numbers',
  'card-code': 'card verification codes',
  'track-data': 'track data of cards',
  iban: 'IBANs',
  name: 'names of people',
  address: 'addresses',
  email: 'e-mail addresses',
  phone: 'phone numbers',
};

/**
 * What a case keeps of a personal column: `nothing`; a `token` in its place, the same for the same text, of a card number with its
 * first six and last four digits; or the text in the `clear`, because a person wanted that.
 */
export const keptOfPersonal = ['nothing', 'token', 'clear'] as const;
export type KeptOfPersonal = (typeof keptOfPersonal)[number];

/** What makes a column personal, and what is kept of it. */
export const personalColumnSchema = z.object({
  kind: z.enum(personalKinds),
  kept: z.enum(keptOfPersonal),
  reason: z.string(),
});
export type PersonalColumn = z.infer<typeof personalColumnSchema>;

/** What may never be stored once a payment was authorised, whatever a person wants (PCI DSS 4.0, requirement 3.3). */
export const neverStored: ReadonlySet<PersonalKind> = new Set(['card-code', 'track-data']);

export const fewestCardDigits = 13;
const mostCardDigits = 19;
const cardShape = /^[2-6]\d{3}(?:[ -]?\d){9,15}$/;

/** The digits of a text that is written like a card number: 13 to 19 of them, with spaces or hyphens at most. */
export function cardDigitsOf(text: string): string | undefined {
  const trimmed = text.trim();
  if (!cardShape.test(trimmed)) return undefined;
  const digits = trimmed.replaceAll(/[ -]/g, '');
  return digits.length >= fewestCardDigits && digits.length <= mostCardDigits ? digits : undefined;
}

/** Whether the last digit is the check digit of those before it (ISO/IEC 7812-1, annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const weighed = index % 2 === 1 ? digit * 2 : digit;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}

/** An IBAN without its spaces, in capitals, where its check digits hold (ISO 13616-1); else undefined. */
export function ibanOf(text: string): string | undefined {
  const plain = text.replaceAll(/\s/g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return undefined;
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4))
    for (const digit of String(Number.parseInt(character, 36))) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1 ? plain : undefined;
}
