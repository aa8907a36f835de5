import type { Doubt, Reading } from '../domain/profile.ts';
import { hasSameTexts, type ColumnFacts } from './column-facts.ts';
import { flagOf, readingOf } from './doubts.ts';
import { joinWords } from './finding.ts';
import type { Finding } from './finding.ts';
import {
  labelNoise,
  labelRows,
  leastLabelCertainty,
  negativeTexts,
  positiveTexts,
  unknownTexts,
} from './label-names.ts';
import { rowOfWord } from './name-rows.ts';

const labelWords = rowOfWord(labelRows);
const isOutcomeWord = (word: string): boolean => labelWords.get(word)?.isOutcome === true;

const textSet = (texts: readonly string[]): ReadonlySet<string> => new Set(texts);
const positiveSet = textSet(positiveTexts);
const negativeSet = textSet(negativeTexts);
const unknownSet = textSet(unknownTexts);
const plain = (text: string): string => text.trim().toLowerCase();
const isPositiveText = (text: string): boolean => positiveSet.has(plain(text));
const isNegativeText = (text: string): boolean => negativeSet.has(plain(text));

/** Whether `-1` stands beside `1`: of the two, fraud is the rarer one. */
function isSignedPair(texts: readonly string[]): boolean {
  const values = new Set(texts.map(Number));
  return values.size === 2 && values.has(-1) && values.has(1);
}

/** The different texts of a column with how often each occurs. */
interface CountedTexts {
  readonly counts: Pick<ReadonlyMap<string, number>, 'size' | 'get' | 'keys' | 'values'>;
}

function rarest(facts: CountedTexts): readonly string[] {
  const texts = [...facts.counts.keys()].sort();
  const mostFrequent = Math.max(...facts.counts.values());
  const usual = texts.find((text) => facts.counts.get(text) === mostFrequent);
  return texts.filter((text) => text !== usual);
}

/**
 * The texts of a label column that mean fraud: all but those that deny it where one does; the texts that say so where there
 * are some; of -1 and 1 the rarer; else every text but the most frequent. Where every row looked at denies it,
 * all texts that would say so.
 */
export function positiveValuesOf(facts: CountedTexts): readonly string[] {
  const texts = [...facts.counts.keys()].filter((text) => !unknownSet.has(plain(text))).sort();
  if (texts.length > 0 && texts.every(isNegativeText)) return positiveTexts;
  if (texts.some(isNegativeText)) return texts.filter((text) => !isNegativeText(text));
  const said = texts.filter(isPositiveText);
  if (said.length > 0 && !isSignedPair(texts)) return said;
  return rarest(facts);
}

/** Whether a text of a label column is said to mean fraud, or is known to deny it or to leave it open. */
export function isKnownLabelText(text: string, positives: readonly string[]): boolean {
  return isNegativeText(text) || unknownSet.has(plain(text)) || positives.some((each) => plain(each) === plain(text));
}

function positiveCount(facts: ColumnFacts, positives: readonly string[]): number {
  return positives.reduce((sum, text) => sum + (facts.counts.get(text) ?? 0), 0);
}

function positiveShare(facts: ColumnFacts, positives: readonly string[]): number {
  return facts.presentCount === 0 ? 0 : positiveCount(facts, positives) / facts.presentCount;
}

const mostTextsShown = 5;

/** `1 means fraud`; where there are many texts, the first few of them. */
function meaning(positives: readonly string[]): string {
  const more = positives.length - mostTextsShown;
  const shown = more > 0 ? [...positives.slice(0, mostTextsShown), `${more} more`] : positives;
  return `${joinWords(shown)} ${positives.length === 1 ? 'means' : 'mean'} fraud`;
}

/** The label of a column that a person named, with the texts that mean fraud: whatever its name and number of values. */
export function statedLabel(facts: ColumnFacts, stated: readonly string[] | undefined): Finding {
  const positiveValues = stated ?? positiveValuesOf(facts);
  const reason = `named as the label; ${meaning(positiveValues)}`;
  const doubt = stated === undefined ? meaningDoubt(facts, positiveValues) : undefined;
  return { facts, role: 'label', kind: 'category', confidence: 1, reason, positiveValues, ...(doubt && { doubt }) };
}

/** Two values of which one can only be what was found out afterwards, whatever the column is called. */
export function saysFraud(facts: CountedTexts): boolean {
  const isSaid = (text: string): boolean => {
    const word = plain(text);
    return isOutcomeWord(word) && word !== 'label' && word !== 'verdict';
  };
  return facts.counts.size === 2 && [...facts.counts.keys()].some(isSaid);
}

/** How surely a name says that the column is the label: only words for labels and words that add nothing; else undefined. */
function nameCertainty(facts: ColumnFacts): number | undefined {
  const rows = facts.words.flatMap((word) => labelWords.get(word) ?? []);
  const rest = facts.words.filter((word) => !labelWords.has(word) && !labelNoise.has(word));
  if (rows.length === 0 || rest.length > 0) return undefined;
  const best = Math.max(...rows.map(({ certainty }) => certainty));
  const another = rows.some(({ certainty }) => certainty < leastLabelCertainty) && rows.length > 1;
  return another ? best - 0.05 : best;
}

/** Values that a label may have beside the two: not known yet, or kinds of fraud. */
const mostValues = 5;

function mayBeLabel(facts: ColumnFacts): boolean {
  if (facts.presentCount === 0 || facts.counts.hasMoreThan(mostValues)) return false;
  if (!facts.counts.hasMoreThan(2)) return true;
  const texts = [...facts.counts.keys()];
  if (texts.filter((text) => !unknownSet.has(plain(text))).length <= 2) return true;
  return texts.every((text) => /^-?\d(?:\.0)?$/.test(text)) || texts.some(isNegativeText);
}

function meaningReading(facts: ColumnFacts, positives: readonly string[]): Reading {
  const states: Reading['states'] = { [facts.name]: { role: 'label', positiveValues: [...positives] } };
  const gives = { positives: positiveCount(facts, positives) };
  return readingOf(meaning(positives), gives, flagOf('--positive', positives.join(',')), states);
}

/** The doubt which values mean fraud, where nothing in them says so; undefined where they do. */
function meaningDoubt(facts: ColumnFacts, positives: readonly string[]): Doubt | undefined {
  const texts = [...facts.counts.keys()].sort();
  if (texts.length < 2) return undefined;
  const rest = texts.filter((text) => !positives.includes(text) && !unknownSet.has(plain(text)));
  const isSaid = positives.every(isPositiveText) && rest.every(isNegativeText);
  const question = `Which values of '${facts.name}' mean fraud?`;
  if (isSaid && positiveShare(facts, positives) <= 0.5) return undefined;
  if (texts.length === 2 && !(isSaid && positives.length === 1 && rest.length === 0)) {
    const evidence = isSaid
      ? 'the value says so, although it is the more frequent one'
      : 'the rarer of two values is taken for fraud';
    return { question, evidence, taken: meaningReading(facts, positives), other: meaningReading(facts, rest) };
  }
  const alone = positives.filter((text) => Number(text) === 1);
  const fewer = alone.length === 1 ? alone : positives.slice(0, 1);
  if (positives.length < 2) return undefined;
  const evidence = 'every value but the one for genuine is taken for fraud';
  return { question, evidence, taken: meaningReading(facts, positives), other: meaningReading(facts, fewer) };
}

function labelFinding(facts: ColumnFacts): Finding | undefined {
  const named = nameCertainty(facts);
  const said = facts.counts.hasExactly(2) && saysFraud(facts) ? 0.85 : 0;
  const certainty = Math.max(named ?? 0, said);
  if (certainty < leastLabelCertainty || !mayBeLabel(facts)) return undefined;
  const positives = positiveValuesOf(facts);
  const share = positiveShare(facts, positives);
  const isSure = certainty >= 0.94;
  if (share > 0.5 && !isSure) return undefined;
  const only = [...facts.counts.keys()][0];
  if (facts.counts.size === 1 && !isNegativeText(only) && !isPositiveText(only)) return undefined;
  const seen =
    facts.counts.size === 1 ? `only ${only} in the sampled rows` : `${(share * 100).toFixed(2)} % of the sampled rows`;
  const values = facts.counts.size <= 2 ? 'two values' : `${String(facts.counts.size)} values`;
  const doubt = meaningDoubt(facts, positives);
  const confidence = (facts.counts.size === 1 ? 0.7 : certainty) - (facts.counts.size > 2 ? 0.1 : 0);
  return {
    facts,
    role: 'label',
    kind: 'category',
    confidence: Math.max(0.3, confidence - (doubt === undefined ? 0 : 0.2)),
    reason: `${said > (named ?? 0) ? 'two values, one of which says fraud' : `named like a label with ${values}`}; ${meaning(positives)} (${seen})`,
    positiveValues: positives,
    ...(doubt && { doubt }),
  };
}

function asLabel(facts: ColumnFacts): Reading {
  const gives = { positives: positiveCount(facts, positiveValuesOf(facts)) };
  const states = { [facts.name]: { role: 'label' } } as const;
  return readingOf(`'${facts.name}' is the label`, gives, flagOf('--label', facts.name), states);
}

/** Two names are equally likely the label's within this much certainty. */
const equallyLikely = 0.04;

/** The label column by name and values (few values, the positive one at most half of the rows unless the name is sure), or undefined. */
export function inferLabel(columns: readonly ColumnFacts[]): Finding | undefined {
  const findings = columns.flatMap((facts) => labelFinding(facts) ?? []);
  const [best, second] = findings.sort((left, right) => right.confidence - left.confidence);
  if (best === undefined || second === undefined || best.confidence - second.confidence > equallyLikely) return best;
  if (best.doubt !== undefined || hasSameTexts(best.facts, second.facts)) return best;
  const doubt: Doubt = {
    question: 'Which column is the label?',
    evidence: `the name '${best.facts.name}' says it more plainly`,
    taken: asLabel(best.facts),
    other: asLabel(second.facts),
  };
  return { ...best, confidence: best.confidence - 0.2, doubt };
}

/** Few enough values, and frauds enough, that telling all of them apart is no coincidence. */
const fewValues = 20;
const leastPositives = 5;

function separates(facts: ColumnFacts, label: Finding): boolean {
  if (!facts.counts.hasMoreThan(1) || facts.counts.hasMoreThan(fewValues)) return false;
  const positives = new Set(label.positiveValues?.map(plain));
  const meaning = new Map<string, boolean>();
  let positiveRows = 0;
  const cells = facts.cells();
  const labelCells = label.facts.cells();
  for (let row = 0; row < facts.rowCount; row++) {
    const labelText = labelCells[row];
    if (labelText === undefined) continue;
    const isPositive = positives.has(plain(labelText));
    if (isPositive) positiveRows += 1;
    const text = cells[row] ?? '';
    if ((meaning.get(text) ?? isPositive) !== isPositive) return false;
    meaning.set(text, isPositive);
  }
  return positiveRows >= Math.max(leastPositives, facts.counts.size);
}

/** The doubt about a column that may be a verdict, where there is no label to compare it with. */
function verdictDoubt(facts: ColumnFacts): Doubt {
  return {
    question: `Is '${facts.name}' what was found out later?`,
    evidence: 'its name may say so; left out, it can give nothing away',
    taken: readingOf('left out', {}, flagOf('--ignore', facts.name), { [facts.name]: { role: 'ignored' } }),
    other: asLabel(facts),
  };
}

/** A column that would give the label away, because its name says what was found out later or because it equals the label. */
export function leakFinding(facts: ColumnFacts, label: Finding | undefined): Finding | undefined {
  const ignored = { facts, role: 'ignored', kind: 'category' } as const;
  if (label !== undefined && label.facts !== facts && separates(facts, label)) {
    const reason = `gives the label away: in every sampled row its value tells whether ${label.facts.name} says fraud`;
    return { ...ignored, confidence: 0.95, reason };
  }
  const word = facts.words.find(
    (each) => isOutcomeWord(each) && (each !== 'label' || !facts.counts.hasMoreThan(fewValues)),
  );
  if (word !== undefined) {
    const reason = `gives the label away: '${word}' in its name says what was found out later`;
    const doubt =
      label === undefined && facts.counts.hasMoreThan(1) && mayBeLabel(facts) ? verdictDoubt(facts) : undefined;
    return { ...ignored, confidence: doubt === undefined ? 0.9 : 0.5, reason, ...(doubt && { doubt }) };
  }
  const isVerdict = nameCertainty(facts) !== undefined && facts.presentCount > 0 && !facts.counts.hasMoreThan(2);
  if (!isVerdict) return undefined;
  const reason = 'named like a verdict with two values: it may say what was found out later';
  if (label !== undefined || !facts.counts.hasMoreThan(1)) return { ...ignored, confidence: 0.7, reason };
  return { ...ignored, confidence: 0.5, reason, doubt: verdictDoubt(facts) };
}
