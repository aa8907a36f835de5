import type { Profile } from '../domain/profile.ts';
import { codeRows, kindRows, namelessPattern, proseRows, rowNumberNames } from './code-names.ts';
import { distinctShare, hasSameTexts, isWhole } from './column-facts.ts';
import type { ColumnFacts } from './column-facts.ts';
import { formatCount } from './finding.ts';
import type { Finding } from './finding.ts';
import { namesEntity } from './infer-key-columns.ts';
import { wordsOf } from './name-rows.ts';

const kindWords = wordsOf(kindRows);
const codeWords = wordsOf(codeRows);
const proseWords = wordsOf(proseRows);
const manyKinds = 200;
const fewKinds = 50;

function isConstant(facts: ColumnFacts): boolean {
  return facts.counts.hasExactly(1);
}

const constantSoFar = '; the same in every sampled row, so it is left out if it stays so over the whole recording';

function numericCode(facts: ColumnFacts): string | undefined {
  if (facts.digitCodes) return 'digits that are a code: leading zeros or more digits than a number holds';
  if (!isWhole(facts)) return undefined;
  const words = facts.words.filter((word) => !/^\d+$/.test(word));
  const last = words.at(-1) ?? '';
  const head = last === 'code' || last === 'number' || last === 'no' || last === 'nr' ? (words.at(-2) ?? '') : last;
  if (codeWords.has(head) || namesEntity(facts)) return `whole numbers that are codes by the name ('${head}')`;
  if (!kindWords.has(last) || facts.counts.hasMoreThan(fewKinds)) return undefined;
  const onlyFlags = [...facts.counts.keys()].every((text) => Number(text) === 0 || Number(text) === 1);
  return onlyFlags && !isConstant(facts) ? undefined : `few whole numbers that are kinds by the name ('${last}')`;
}

/** A number that only says where its row stood: named so or not at all, whole, and in no row the same. */
export function rowNumberFinding(facts: ColumnFacts): Finding | undefined {
  const isNameless = namelessPattern.test(facts.name.trim()) || facts.words.length === 0;
  if (!isNameless && !rowNumberNames.has(facts.words.join(' '))) return undefined;
  if (facts.numbers === undefined || !isWhole(facts) || facts.presentCount < 2) return undefined;
  if (facts.counts.size !== facts.rowCount || !countsRows(facts.numbers.values)) return undefined;
  const reason = `a row number${isNameless ? ' that nobody named' : ''}: different in every row, and it tells nothing about a single transaction`;
  return { facts, role: 'ignored', kind: 'text', confidence: 0.9, reason };
}

/** A drawn part of a table keeps its old row numbers: they have gaps, but are not scattered like measurements. */
const mostRowsPerNumber = 1000;

function countsRows(values: Float64Array): boolean {
  const least = values.reduce((smallest, value) => Math.min(smallest, value), Infinity);
  const greatest = values.reduce((largest, value) => Math.max(largest, value), -Infinity);
  return least >= 0 && greatest - least < values.length * mostRowsPerNumber;
}

function numberFinding(facts: ColumnFacts): Finding {
  const bad = facts.numbers?.badCount ?? 0;
  const quarantined = bad === 0 ? '' : `; ${formatCount(bad)} sampled cells are not numbers and will be quarantined`;
  const doubt = facts.numbers?.other === undefined ? '' : '; other readings of the separators are possible';
  const confidence = 0.95 - (bad > 0 ? 0.2 : 0) - (doubt === '' ? 0 : 0.3) - (isConstant(facts) ? 0.3 : 0);
  const reason = `numeric${quarantined}${doubt}${isConstant(facts) ? constantSoFar : ''}`;
  return { facts, role: 'feature', kind: 'number', confidence, reason };
}

function meanLength(present: readonly string[]): number {
  return present.reduce((sum, text) => sum + text.length, 0) / present.length;
}

function isFreeText(facts: ColumnFacts): boolean {
  const { counts, words } = facts;
  const namedSo = words.some((word) => proseWords.has(word));
  if (namedSo && counts.size > fewKinds && distinctShare(facts) > 0.02) return true;
  const present = facts.present();
  if (meanLength(present) > 60 && counts.size > 8) return true;
  const spaced = present.filter((text) => text.includes(' ')).length / present.length;
  return counts.size > manyKinds && distinctShare(facts) > 0.1 && spaced > 0.5;
}

/** How the reason begins where a column holds JSON as text. */
const textOfJson = 'JSON within a text';
const looksLikeJson = /^\s*\{\s*["'][^]*:[^]*\}\s*$/;
const jsonTextShare = 0.9;

/**
 * Texts that are JSON objects themselves: which columns they come to would hang on whether each can be parsed, and the row would
 * no longer say what was sent, so they are left out and that is said.
 */
function jsonTextFinding(facts: ColumnFacts): Finding | undefined {
  const present = facts.present();
  if (!looksLikeJson.test(present[0])) return undefined;
  if (present.filter((text) => looksLikeJson.test(text)).length < present.length * jsonTextShare) return undefined;
  const reason = `${textOfJson}: its keys are not read as columns`;
  return { facts, role: 'ignored', kind: 'text', confidence: 0.9, reason };
}

/** A sentence for each column that is left out because its texts are JSON objects. */
export function textsOfJson(profile: Profile): readonly string[] {
  return profile.columns
    .filter(({ role, reason }) => role === 'ignored' && reason.startsWith(textOfJson))
    .map(({ name }) => {
      const write = `jq -c '.["${name}"] |= fromjson'`;
      return `'${name}' holds JSON within a text; its keys are not read as columns. Write them as objects first, for JSON Lines with ${write}.`;
    });
}

/** Rows below which it is too early to call texts nearly unique. */
const tellingRows = 100;
const nearlyUniqueTexts = 0.5;
/** Codes that their name vouches for may be many. */
const nearlyUniqueCodes = 0.9;

/** How a column of texts or codes is used: as a category, or left out as free text or nearly unique. */
function categoryFinding(facts: ColumnFacts, why: string, earlier: readonly ColumnFacts[]): Finding {
  const distinct = `${formatCount(facts.counts.size)} different in ${formatCount(facts.presentCount)} sampled rows`;
  const ignored = { facts, role: 'ignored', kind: 'text', confidence: 0.85 } as const;
  const isText = facts.numbers === undefined;
  if (isText && facts.present().every((text) => /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text))) {
    return { ...ignored, reason: 'a time of day without its date' };
  }
  const json = isText ? jsonTextFinding(facts) : undefined;
  if (json !== undefined) return json;
  if (isText && isFreeText(facts)) return { ...ignored, reason: `free text: ${distinct}` };
  if (facts.presentCount >= tellingRows && distinctShare(facts) > (isText ? nearlyUniqueTexts : nearlyUniqueCodes)) {
    return { ...ignored, reason: `nearly unique ${isText ? 'text' : 'codes'}: ${distinct}` };
  }
  const twin = isConstant(facts) ? undefined : earlier.find((other) => hasSameTexts(other, facts));
  if (twin !== undefined) {
    return { ...ignored, kind: 'category', reason: `the same as ${twin.name} in every sampled row` };
  }
  const reason = `${why}; ${distinct}${isConstant(facts) ? constantSoFar : ''}`;
  return { facts, role: 'feature', kind: 'category', confidence: isConstant(facts) ? 0.6 : 0.85, reason };
}

const envelopeWords: ReadonlySet<string> = new Set(['topic', 'partition', 'offset', 'tstype', 'ts', 'key', 'headers']);

/** True where the columns are the fields that a broker wraps around each message. */
export function hasEnvelope(columns: readonly ColumnFacts[]): boolean {
  const names = new Set(columns.map(({ name }) => name));
  return ['topic', 'partition', 'offset'].every((name) => names.has(name));
}

/** A field of the message's envelope (Kafka's topic, partition, offset, ...); undefined for other columns. */
export function envelopeFinding(facts: ColumnFacts, columnsHaveEnvelope: boolean): Finding | undefined {
  const named = /^_?kafka[._]/i.test(facts.name) || (columnsHaveEnvelope && envelopeWords.has(facts.name));
  if (!named) return undefined;
  const reason = "a field of the message's envelope, not of the transaction";
  return { facts, role: 'ignored', kind: 'text', confidence: 0.95, reason };
}

/** The use of a column that has no special meaning. `earlier` are the columns before it, to find copies among. */
export function ordinaryFinding(facts: ColumnFacts, earlier: readonly ColumnFacts[]): Finding {
  if (facts.presentCount === 0) {
    return { facts, role: 'ignored', kind: 'text', confidence: 0.7, reason: 'empty in every sampled row' };
  }
  const code = facts.numbers === undefined ? undefined : numericCode(facts);
  if (facts.numbers !== undefined && code === undefined) return numberFinding(facts);
  return categoryFinding(facts, code ?? 'text that repeats', earlier);
}
