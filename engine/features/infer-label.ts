import type { ColumnFacts } from './column-facts.ts';
import type { Finding } from './finding.ts';
import { joinWords } from './finding.ts';

const labelWords: ReadonlyMap<string, number> = new Map([
  ['fraud', 0.98],
  ['fraudulent', 0.98],
  ['chargeback', 0.95],
  ['label', 0.97],
  ['anomaly', 0.97],
  ['anomalous', 0.97],
  ['outlier', 0.97],
  ['target', 0.9],
  ['class', 0.9],
  ['y', 0.6],
]);
const labelNoise: ReadonlySet<string> = new Set([
  ...['tx', 'txn', 'trans', 'transaction', 'is', 'flag', 'has', 'bool', 'boolean', 'indicator', 'confirmed'],
]);
/** Words that occur only in what was found out about a transaction afterwards. */
const outcomeWords: ReadonlySet<string> = new Set(['fraud', 'fraudulent', 'chargeback', 'label', 'verdict']);

const positiveTexts: readonly string[] = [
  ...['1', '1.0', 'true', 't', 'yes', 'y', 'fraud', 'fraudulent', 'anomaly', 'anomalous', 'outlier', 'positive', 'bad'],
  ...['suspicious', 'chargeback', 'confirmed', 'ja', 'oui', 'si'],
];
const negativeTexts: readonly string[] = [
  ...['0', '0.0', 'false', 'f', 'no', 'n', 'legit', 'legitimate', 'genuine', 'normal', 'inlier', 'negative', 'good'],
  ...['nein', 'non', 'ok'],
];
const isPositiveText = (text: string): boolean => positiveTexts.includes(text.toLowerCase());
const isNegativeText = (text: string): boolean => negativeTexts.includes(text.toLowerCase());

/**
 * The texts of a label column that mean fraud: all but 0 where the cells are 0 and above; the text that says so where one does;
 * else every text but the most frequent.
 */
export function positiveValuesOf(facts: ColumnFacts): readonly string[] {
  const texts = [...facts.counts.keys()].sort();
  if (texts.length > 0 && texts.every(isNegativeText)) return ['1', 'true', 'yes'];
  if (texts.some(isNegativeText)) return texts.filter((text) => !isNegativeText(text));
  const said = texts.filter(isPositiveText);
  if (said.length > 0) return said;
  const mostFrequent = Math.max(...facts.counts.values());
  const usual = texts.find((text) => facts.counts.get(text) === mostFrequent);
  return texts.filter((text) => text !== usual);
}

function positiveShare(facts: ColumnFacts, positives: readonly string[]): number {
  const count = positives.reduce((sum, text) => sum + (facts.counts.get(text) ?? 0), 0);
  return facts.present.length === 0 ? 0 : count / facts.present.length;
}

const mostTextsShown = 5;

/** `1 means fraud`; where there are many texts, the first few of them. */
function meaning(positives: readonly string[]): string {
  const more = positives.length - mostTextsShown;
  const shown = more > 0 ? [...positives.slice(0, mostTextsShown), `${more} more`] : positives;
  return `${joinWords(shown)} ${positives.length === 1 ? 'means' : 'mean'} fraud`;
}

/** The label of a column that a person named, with the texts that mean fraud: whatever its name and number of values. */
export function statedLabel(facts: ColumnFacts, positives = positiveValuesOf(facts)): Finding {
  const reason = `named as the label; ${meaning(positives)}`;
  return { facts, role: 'label', kind: 'category', confidence: 1, reason, positiveValues: positives };
}

/** Two values of which one can only be what was found out afterwards, whatever the column is called. */
function saysFraud(facts: ColumnFacts): boolean {
  return facts.counts.size === 2 && [...facts.counts.keys()].some((text) => outcomeWords.has(text.toLowerCase()));
}

function labelFinding(facts: ColumnFacts): Finding | undefined {
  const kept = facts.words.filter((word) => !labelNoise.has(word));
  const named = kept.length === 1 ? labelWords.get(kept[0]) : undefined;
  const certainty = named ?? (saysFraud(facts) ? 0.85 : undefined);
  if (certainty === undefined || facts.counts.size > 2 || facts.counts.size === 0) return undefined;
  const positives = positiveValuesOf(facts);
  const share = positiveShare(facts, positives);
  if (share > 0.5) return undefined;
  const only = [...facts.counts.keys()][0];
  if (facts.counts.size === 1 && !isNegativeText(only) && !isPositiveText(only)) return undefined;
  const seen =
    facts.counts.size === 1 ? `only ${only} in the sampled rows` : `${(share * 100).toFixed(2)} % of the sampled rows`;
  return {
    facts,
    role: 'label',
    kind: 'category',
    confidence: facts.counts.size === 1 ? 0.7 : certainty,
    reason: `${named === undefined ? 'two values, one of which says fraud' : 'named like a label with two values'}; ${meaning(positives)} (${seen})`,
    positiveValues: positives,
  };
}

/** The label column by name and values (two values, the positive one at most half of the rows), or undefined. */
export function inferLabel(columns: readonly ColumnFacts[]): Finding | undefined {
  const findings = columns.flatMap((facts) => labelFinding(facts) ?? []);
  return findings.sort((left, right) => right.confidence - left.confidence)[0];
}

/** Few enough values, and frauds enough, that telling all of them apart is no coincidence. */
const fewValues = 20;
const leastPositives = 5;

function separates(facts: ColumnFacts, label: Finding): boolean {
  if (facts.counts.size < 2 || facts.counts.size > fewValues) return false;
  const positives = new Set(label.positiveValues);
  const meaning = new Map<string, boolean>();
  let positiveCount = 0;
  for (let row = 0; row < facts.cells.length; row++) {
    const labelText = label.facts.cells[row];
    if (labelText === undefined) continue;
    const isPositive = positives.has(labelText);
    if (isPositive) positiveCount += 1;
    const text = facts.cells[row] ?? '';
    if ((meaning.get(text) ?? isPositive) !== isPositive) return false;
    meaning.set(text, isPositive);
  }
  return positiveCount >= Math.max(leastPositives, facts.counts.size);
}

/** A column that would give the label away, because its name says what was found out later or because it equals the label. */
export function leakFinding(facts: ColumnFacts, label: Finding | undefined): Finding | undefined {
  const ignored = { facts, role: 'ignored', kind: 'category' } as const;
  if (label !== undefined && label.facts !== facts && separates(facts, label)) {
    const reason = `gives the label away: in every sampled row its value tells whether ${label.facts.name} says fraud`;
    return { ...ignored, confidence: 0.95, reason };
  }
  const word = facts.words.find((each) => outcomeWords.has(each));
  if (word === undefined) return undefined;
  return {
    ...ignored,
    confidence: 0.9,
    reason: `gives the label away: '${word}' in its name says what was found out later`,
  };
}
