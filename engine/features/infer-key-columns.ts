import type { ColumnRole } from '../domain/profile.ts';
import { distinctShare, isWhole } from './column-facts.ts';
import type { ColumnFacts } from './column-facts.ts';
import { formatCount } from './finding.ts';
import type { Finding } from './finding.ts';
import { columnWords } from './column-words.ts';
import { entityNoise, entityRows, identifierRows, otherSideWords, recordRows } from './key-names.ts';
import type { EntityRole } from './key-names.ts';
import { rowOfWord, wordsOf } from './name-rows.ts';
import { deviceRows } from './place-names.ts';

const identifierWords = wordsOf(identifierRows);
const recordRowOf = rowOfWord(recordRows);
const roleOfWord: ReadonlyMap<string, EntityRole> = new Map(
  [...rowOfWord(entityRows)].map(([word, { role }]) => [word, role]),
);
/** An index that a table wrote out names the transaction where nothing better does. */
const positionNames: ReadonlySet<string> = new Set(['index', 'row', 'rowid', 'row id']);

/** How much a name sounds like that of a transaction's identifier, 0 where it does not. */
function identifierLook(facts: ColumnFacts): number {
  const { words } = facts;
  if (positionNames.has(words.join(' '))) return 0.6;
  if (!words.every((word) => identifierWords.has(word) || recordRowOf.has(word))) return 0;
  if (!words.some((word) => identifierWords.has(word))) return 0;
  const record = Math.max(0, ...words.map((word) => recordRowOf.get(word)?.certainty ?? 0));
  if (record > 0.9) return record;
  if (words.some((word) => bareIdentifiers.has(word))) return words.length === 1 ? 0.95 : 0.85;
  return words.length === 1 ? 0 : 0.7;
}

/** Words that name the transaction where they stand alone. */
const bareIdentifiers: ReadonlySet<string> = new Set(identifierRows[0].words);

function canIdentify(facts: ColumnFacts): boolean {
  return facts.presentCount > 0 && (facts.numbers === undefined || isWhole(facts));
}

/** Values may repeat a little where messages were delivered twice. */
const uniqueShare = 0.99;
const mostlyUniqueShare = 0.5;

/** The transaction's identifier: named like one, and (nearly) unique. A number is never an identifier by uniqueness alone. */
export function inferId(columns: readonly ColumnFacts[]): Finding | undefined {
  const candidates = columns
    .filter((facts) => canIdentify(facts) && distinctShare(facts) >= mostlyUniqueShare)
    .map((facts) => {
      const unique = distinctShare(facts) >= uniqueShare;
      return { facts, unique, confidence: identifierLook(facts) * (unique ? 1 : 0.6) };
    })
    .filter(({ confidence }) => confidence > 0)
    .sort((left, right) => right.confidence - left.confidence);
  const best = candidates[0];
  if (best === undefined) return undefined;
  const repeats = formatCount(best.facts.presentCount - best.facts.counts.size);
  const reason = best.unique
    ? 'named like an identifier and different in every sampled row'
    : `named like an identifier, but ${repeats} sampled rows repeat a value`;
  return { facts: best.facts, role: 'id', kind: 'text', confidence: best.confidence, reason };
}

/** Why a column named like a transaction's identifier gives no feature; undefined for other names. */
export function otherIdFinding(facts: ColumnFacts, id: Finding | undefined): Finding | undefined {
  if (!canIdentify(facts) || identifierLook(facts) === 0) return undefined;
  const reason =
    id === undefined
      ? `named like an identifier, but it has only ${formatCount(facts.counts.size)} values`
      : `another identifier; ${id.facts.name} already names the transaction`;
  return { facts, role: 'ignored', kind: 'text', confidence: 0.85, reason };
}

export const entityRoles: readonly EntityRole[] = ['customer', 'card', 'account', 'terminal', 'merchant'];

interface EntityCandidate {
  readonly facts: ColumnFacts;
  readonly role: EntityRole;
  readonly confidence: number;
}

/** Rows below which a lack of repetition says nothing. */
const tellingRows = 100;

function entityCandidate(facts: ColumnFacts): EntityCandidate | undefined {
  let role: EntityRole | undefined;
  for (const word of facts.words) {
    const named = roleOfWord.get(word);
    if (named === undefined && !identifierWords.has(word) && !entityNoise.has(word)) return undefined;
    role = named ?? role;
  }
  // The receiver's account is the other side of a transfer, not another account of the sender.
  if (facts.words.some((word) => otherSideWords.has(word))) role = 'merchant';
  if (role === undefined || facts.presentCount === 0) return undefined;
  if (facts.numbers !== undefined && !facts.wholeTexts && !isWhole(facts)) return undefined;
  const hasIdentifier = facts.words.some((word) => identifierWords.has(word));
  const fewKinds = facts.presentCount >= tellingRows && !facts.counts.hasMoreThan(8);
  if (!hasIdentifier && fewKinds && !facts.digitCodes) return undefined;
  const byName = hasIdentifier ? 0.97 : facts.words.includes('name') ? 0.6 : 0.85;
  const neverRepeats = facts.presentCount >= tellingRows && distinctShare(facts) > 0.95;
  return { facts, role, confidence: neverRepeats ? byName - 0.3 : byName };
}

const deviceWords = wordsOf(deviceRows);

/** True for what the sender of a transfer has in hand: a device, where somebody else is named who is paid. */
function isSendersDevice({ role, facts }: EntityCandidate, receiver: readonly string[]): boolean {
  return (
    role === 'terminal' &&
    facts.words.every((word) => roleOfWord.get(word) === undefined || deviceWords.has(word)) &&
    receiver.some((word) => otherSideWords.has(word))
  );
}

/** The column of each entity role by name; a column that never repeats a value is held with less confidence. */
export function inferEntities(columns: readonly ColumnFacts[], taken: ReadonlySet<ColumnRole>): readonly Finding[] {
  const candidates = columns.flatMap((facts) => entityCandidate(facts) ?? []);
  const receivers = candidates.flatMap(({ role, facts }) => (role === 'merchant' ? facts.words : []));
  return entityRoles.flatMap((role) => {
    if (taken.has(role)) return [];
    const best = candidates
      .filter((candidate) => candidate.role === role && !isSendersDevice(candidate, receivers))
      .sort((left, right) => right.confidence - left.confidence)[0];
    if (best === undefined) return [];
    const { facts, confidence } = best;
    const reason = `named like ${role === 'account' ? 'an' : 'a'} ${role}; ${formatCount(facts.counts.size)} different in ${formatCount(facts.presentCount)} sampled rows`;
    return [{ facts, role, kind: 'category', confidence, reason } as const];
  });
}

/** Why a second column of an entity gives no feature; undefined for columns that name no entity. */
export function otherEntityFinding(facts: ColumnFacts, chosen: ReadonlyMap<ColumnRole, string>): Finding | undefined {
  const candidate = entityCandidate(facts);
  if (candidate === undefined || isSendersDevice(candidate, columnWords(chosen.get('merchant') ?? '')))
    return undefined;
  const reason = `another identifier of the ${candidate.role}; ${chosen.get(candidate.role) ?? 'another column'} stands for it`;
  return { facts, role: 'ignored', kind: 'category', confidence: 0.8, reason };
}

/** True where the last word of a name is one for somebody who takes part: its whole numbers are codes, not magnitudes. */
export function namesEntity(facts: ColumnFacts): boolean {
  const words = facts.words.filter((word) => !/^\d+$/.test(word));
  return roleOfWord.has(words.at(-1) ?? '');
}
