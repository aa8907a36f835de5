import {
  cardDigitsOf,
  ibanOf,
  neverStored,
  passesLuhn,
  personalWords,
  type KeptOfPersonal,
  type PersonalKind,
} from '../domain/personal.ts';
import type { Profile, ProfileColumn, StatedColumn } from '../domain/profile.ts';
import type { ColumnFacts } from './column-facts.ts';
import { columnWords } from './column-words.ts';

/* Which columns hold data of people or what only the card's owner may know. Both the name and the values must speak for it,
   unless one of them leaves no doubt: an amount, an identifier or a score must never be taken for a person. */

/** Of this many different values at least, check digits that hold are no chance. */
const tellingCards = 8;
const tellingTexts = 3;
const nearlyAll = 0.9;
const most = 0.6;
/** Simulated card numbers rarely have right check digits, and a name vouches for them; by chance one in ten has. */
const luhnShareOfNamed = 0.3;
const longestName = 60;

const codeWords = new Set(['cvv', 'cvc', 'cav', 'csc', 'cvn']);
const codePhrases = ['security code', 'verification code', 'verification value', 'card code'];
/** A column about a code, as whether it was right, is no such code. */
const aboutWords = new Set([
  ...['result', 'match', 'matched', 'matches', 'response', 'resp', 'present', 'presence', 'check', 'checked', 'status'],
  ...[
    'flag',
    'indicator',
    'ind',
    'valid',
    'verified',
    'is',
    'has',
    'count',
    'type',
    'domain',
    'score',
    'hash',
    'hashed',
  ],
  ...['masked', 'token', 'id', 'len', 'length', 'age', 'days', 'num', 'country', 'category', 'class', 'brand', 'bank'],
]);
const cardWords = new Set([
  'pan',
  'cc',
  'card',
  'karte',
  'karten',
  'tarjeta',
  'carte',
  'carta',
  'kaart',
  'cartao',
  'kort',
]);
const emailWords = new Set(['email', 'mail', 'e']);
const phoneWords = new Set([
  'phone',
  'telephone',
  'telefon',
  'telefono',
  'mobile',
  'msisdn',
  'tel',
  'handy',
  'handynummer',
]);
const addressWords = new Set([
  ...['address', 'addr', 'street', 'strasse', 'adresse', 'anschrift', 'direccion', 'indirizzo', 'adres', 'adress'],
  'endereco',
]);
/** Words beside which an address is that of a machine or a mailbox. */
const otherAddressWords = new Set([
  ...[
    'ip',
    'mac',
    'email',
    'mail',
    'wallet',
    'url',
    'web',
    'host',
    'network',
    'btc',
    'eth',
    'crypto',
    'memory',
    'device',
  ],
  ...['merchant', 'merch', 'terminal', 'shop', 'store'],
]);
/** Each says alone that a column holds the name of a person. */
const personNameWords = new Set([
  ...[
    'surname',
    'forename',
    'firstname',
    'lastname',
    'fullname',
    'vorname',
    'nachname',
    'prenom',
    'apellido',
    'apellidos',
  ],
  ...['cognome', 'achternaam', 'voornaam', 'sobrenome', 'fornamn', 'efternamn', 'imie', 'nazwisko', 'karteninhaber'],
  'kontoinhaber',
]);
const nameWords = new Set(['name', 'names', 'nom', 'nome', 'nombre', 'naam', 'namn', 'nazwa']);
/** Whose name it is, or which part of it. */
const personWords = new Set([
  ...['first', 'last', 'full', 'given', 'family', 'middle', 'maiden', 'sur', 'fore', 'legal', 'holder', 'cardholder'],
  ...['card', 'account', 'customer', 'cust', 'client', 'person', 'payer', 'payee', 'sender', 'recipient', 'receiver'],
  ...['beneficiary', 'owner', 'member', 'user', 'employee', 'kunde', 'kunden', 'cliente', 'klant', 'of', 'the', 'on'],
  ...['originator', 'debtor', 'creditor', 'contact', 'billing', 'shipping'],
]);
/** Beside these words alone `name` is that of a thing. */
const ofThings = new Set(['account', 'card', 'of', 'the', 'on', 'user']);

const trackShape = /^(?:%?B\d{12,19}\^[^^]{2,26}\^\d{4}|;?\d{12,19}=\d{7,})/i;
const emailShape = /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/;
const phoneShape = /^\+?[\d\s()./-]{7,22}$/;
const internationalPhone = /^\+[1-9][\d\s()./-]{6,20}$/;
const codeShape = /^\d{1,4}$/;
const fullCodeShape = /^\d{3,4}$/;
const wordOfName = /^\p{L}[\p{L}\p{M}.'’-]*$/u;

interface PersonalFinding {
  readonly kind: PersonalKind;
  readonly reason: string;
}

/** What the words of a name alone say; undefined where they say nothing of people. */
function kindByName(words: readonly string[]): PersonalKind | undefined {
  const plain = words.filter((word) => !/^\d+$/.test(word));
  const has = (set: ReadonlySet<string>): boolean => plain.some((word) => set.has(word));
  const isAbout = has(aboutWords);
  const phrase = plain.join(' ');
  if (!isAbout && (has(codeWords) || codePhrases.some((each) => phrase.includes(each)))) return 'card-code';
  if (!isAbout && plain.includes('track') && /^(card |magnetic |mag )?track( data| one| two)?$/.test(phrase))
    return 'track-data';
  if (
    plain.includes('pan') ||
    (has(cardWords) && plain.some((word) => ['num', 'number', 'no', 'nr', 'nummer'].includes(word)))
  )
    return 'card-number';
  if (isAbout) return undefined;
  if (plain.includes('iban')) return 'iban';
  if (plain.includes('email') || /\be mail\b/.test(phrase)) return 'email';
  if (has(phoneWords) && !has(emailWords)) return 'phone';
  if (has(addressWords) && !has(otherAddressWords)) return 'address';
  if (has(personNameWords) || phrase === 'cardholder' || phrase === 'card holder') return 'name';
  const isNamed = has(nameWords) && plain.every((word) => nameWords.has(word) || personWords.has(word));
  return isNamed && plain.some((word) => personWords.has(word) && !ofThings.has(word)) ? 'name' : undefined;
}

/** What a column that nobody has looked into holds, by a name that leaves no doubt; undefined for other names. */
export function personalByName(name: string): PersonalKind | undefined {
  return kindByName(columnWords(name));
}

function shareOf(texts: readonly string[], is: (text: string) => boolean): number {
  return texts.length === 0 ? 0 : texts.filter(is).length / texts.length;
}

function isWordsOfName(text: string): boolean {
  if (text.length > longestName) return false;
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return words.length > 0 && words.length <= 6 && words.every((word) => wordOfName.test(word));
}

function looksLikePhone(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '').length;
  return phoneShape.test(text) && digits >= 7 && digits <= 15;
}

/** Whether the values bear out what the name says. */
function valuesFit(kind: PersonalKind, texts: readonly string[]): boolean {
  switch (kind) {
    case 'card-number':
      return (
        shareOf(texts, (text) => cardDigitsOf(text) !== undefined) >= nearlyAll &&
        shareOf(texts, (text) => passesLuhn(cardDigitsOf(text) ?? '1')) >= luhnShareOfNamed
      );
    case 'card-code':
      // Read as numbers, codes have lost their leading zeros.
      return (
        shareOf(texts, (text) => codeShape.test(text)) >= nearlyAll &&
        shareOf(texts, (text) => fullCodeShape.test(text)) >= most
      );
    case 'track-data':
      return shareOf(texts, (text) => trackShape.test(text)) > 0;
    case 'iban':
      return shareOf(texts, (text) => ibanOf(text) !== undefined) >= most;
    case 'email':
      return shareOf(texts, (text) => emailShape.test(text)) >= most;
    case 'phone':
      return shareOf(texts, looksLikePhone) >= most;
    case 'address':
      return shareOf(texts, (text) => /\p{L}{2}/u.test(text) && text.length >= 5) >= most && new Set(texts).size > 1;
    case 'name':
      return shareOf(texts, isWordsOfName) >= nearlyAll && shareOf(texts, (text) => text.length >= 2) >= most;
  }
}

/** What values alone leave no doubt of, whatever their column is called. */
function kindByValues(texts: readonly string[]): PersonalKind | undefined {
  if (shareOf(texts, (text) => trackShape.test(text)) > 0) return 'track-data';
  if (texts.length < tellingTexts) return undefined;
  const areCards = texts.length >= tellingCards;
  if (areCards && shareOf(texts, (text) => passesLuhn(cardDigitsOf(text) ?? '1')) >= nearlyAll) return 'card-number';
  if (shareOf(texts, (text) => ibanOf(text) !== undefined) >= nearlyAll) return 'iban';
  if (shareOf(texts, (text) => emailShape.test(text)) >= nearlyAll) return 'email';
  if (shareOf(texts, (text) => internationalPhone.test(text) && looksLikePhone(text)) >= nearlyAll) return 'phone';
  return undefined;
}

/** Columns whose name is no more than `first` or `last`, where both are there. */
function isHalfOfName({ words }: ColumnFacts, all: readonly ColumnFacts[]): boolean {
  const [word] = words;
  if (words.length !== 1 || (word !== 'first' && word !== 'last')) return false;
  const other = word === 'first' ? 'last' : 'first';
  return all.some((facts) => facts.words.length === 1 && facts.words[0] === other);
}

function findPersonal(facts: ColumnFacts, all: readonly ColumnFacts[]): PersonalFinding | undefined {
  const named = isHalfOfName(facts, all) ? 'name' : kindByName(facts.words);
  // Values alone say nothing of people then, and counting the different texts is what looking for people would take most of.
  if (named === undefined && facts.areMeasures) return undefined;
  const texts = [...facts.counts.keys()];
  // Nothing to look at: a code must not be stored because its first rows had none.
  if (named !== undefined && texts.length === 0) return { kind: named, reason: 'by its name; it has no value yet' };
  if (named !== undefined && valuesFit(named, texts)) return { kind: named, reason: 'by its name and its values' };
  const valued = kindByValues(texts);
  return valued === undefined ? undefined : { kind: valued, reason: 'by its values' };
}

/** Roles whose values are what the case is about, and never those of a person. */
const neverPersonal: ReadonlySet<string> = new Set(['event_time', 'amount', 'currency', 'label']);

/**
 * A profile in which the columns with data of people say so, with what is kept of them. What a person stated of a column wins, except
 * that what may never be stored is not. Roles, kinds and with them all figures stay, but for columns of which nothing is kept, and
 * for numbers that only look like magnitudes.
 * @param facts of every column of the profile
 */
export function withPersonal(
  profile: Profile,
  facts: readonly ColumnFacts[],
  stated: ReadonlyMap<string, Pick<StatedColumn, 'personal' | 'keepClear'>>,
): Profile {
  const columns = profile.columns.map((column) => {
    const said = stated.get(column.name);
    if (said?.personal === 'none') return column;
    const own = facts.find(({ name }) => name === column.name);
    const found =
      said?.personal === undefined
        ? own && !neverPersonal.has(column.role)
          ? findPersonal(own, facts)
          : undefined
        : { kind: said.personal, reason: 'on request' };
    if (found === undefined) return column;
    const kept: KeptOfPersonal = neverStored.has(found.kind) ? 'nothing' : said?.keepClear === true ? 'clear' : 'token';
    return keptColumn(column, { ...found, kept });
  });
  return { ...profile, columns };
}

function keptColumn(column: ProfileColumn, personal: NonNullable<ProfileColumn['personal']>): ProfileColumn {
  const { name, confidence, reason, inferred, role, kind, positiveValues, sampledValues } = column;
  if (personal.kept === 'clear') return { ...column, personal };
  const words = personalWords[personal.kind];
  if (personal.kept === 'nothing')
    return { name, kind: 'text', role: 'ignored', confidence, reason: `${words}: never stored`, inferred, personal };
  if (kind === 'category' || kind === 'text') return { ...column, personal };
  // Digits that are no magnitude: as an entity they group, as a feature they mean nothing.
  const isEntity = role !== 'feature' && role !== 'ignored';
  return {
    name,
    kind: isEntity ? 'category' : 'text',
    role: isEntity ? role : 'ignored',
    confidence,
    reason: isEntity ? reason : `${words}: no magnitude`,
    inferred,
    personal,
    ...(positiveValues && { positiveValues }),
    ...(sampledValues !== undefined && { sampledValues }),
  };
}

/** A sentence for each column with data of people, on what is kept of it. */
export function personalSentences(profile: Profile): readonly string[] {
  return profile.columns.flatMap(({ name, personal }) => {
    if (personal === undefined) return [];
    const words = `'${name}' holds ${personalWords[personal.kind]} (${personal.reason})`;
    if (personal.kept === 'nothing') return [`${words}: they may not be stored, and nothing of them was.`];
    if (personal.kept === 'clear') return [`${words}: they are kept in the clear, as you asked.`];
    return personal.kind === 'card-number'
      ? [`${words}: kept as first six and last four digits with a keyed code between them.`]
      : [`${words}: kept as tokens; to see one needs a reason.`];
  });
}
