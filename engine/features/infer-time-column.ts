import type { Doubt, Reading, TimeFormat } from '../domain/profile.ts';
import { isRelativeTimeFormat, timeReader } from '../domain/time-text.ts';
import { isRising, isWhole } from './column-facts.ts';
import type { ColumnFacts } from './column-facts.ts';
import { flagOf, readingOf } from './doubts.ts';
import { formatCount } from './finding.ts';
import type { Finding } from './finding.ts';
import { inferNumericTimeFormat } from './infer-time-format.ts';
import type { TimeFinding } from './infer-time-format.ts';
import { rowOfWord, wordsOf } from './name-rows.ts';
import { spanOf, spanWords, timesGiven } from './time-evidence.ts';
import { countedTimeForms, packedTimeForms, textTimeForms } from './time-forms.ts';
import { counterWords, elapsedWords, eventRows, otherEventRows, stepRows, timeRows } from './time-names.ts';

const timeWords = wordsOf(timeRows);
const eventWords = wordsOf(eventRows);
const otherEventWords = wordsOf(otherEventRows);
const stepRowOf = rowOfWord(stepRows);

/** A column that may be the event time. */
export interface TimeCandidate {
  readonly facts: ColumnFacts;
  readonly format: TimeFormat;
  readonly confidence: number;
  /** The confidence that the name alone gives: what is no event by its name is none, however well it can be read. */
  readonly byName: number;
  readonly reason: string;
  readonly hasClock: boolean;
  readonly doubt?: Doubt;
  readonly joinedWith?: readonly ColumnFacts[];
}

const formNames: ReadonlyMap<TimeFormat, string> = new Map(
  [...textTimeForms, ...packedTimeForms, ...countedTimeForms].map(({ format, name }) => [format, name]),
);

const relativePhrase = 'from an unknown start: they order the stream but tell no hour or weekday';

/** How times are written, in words. */
export function formatPhrase(format: TimeFormat): string {
  if (isRelativeTimeFormat(format)) return `${format.replace('-relative', '')} ${relativePhrase}`;
  const [pattern, language] = format.split('@');
  const name = formNames.get(pattern.replace("'.0'", ''));
  const phrase = name === undefined ? `times written ${pattern}` : `times: ${name}`;
  return language === undefined ? phrase : `${phrase}, with names in the language '${language}'`;
}

/** How likely a column is the event time by its name. */
export function timeNameConfidence({ words }: ColumnFacts): number {
  const isTime = words.some((word) => timeWords.has(word));
  if (words.some((word) => otherEventWords.has(word))) return isTime && words.length === 1 ? 0.5 : 0.2;
  if (words.some((word) => eventWords.has(word)) && isTime) return 0.98;
  if (isTime) return words.length === 1 ? 0.95 : 0.9;
  return 0.6;
}

function readingInFormat(name: string, format: TimeFormat, gives: Reading['gives']): Reading {
  const states = { [name]: { kind: 'time', timeFormat: format } } as const;
  return readingOf(formatPhrase(format), gives, flagOf('--time-format', `${name}=${format}`), states);
}

function questionOf(name: string, finding: TimeFinding, other: TimeFormat): string {
  if (finding.form.dayOrder !== undefined && finding.other?.form.dayOrder !== undefined)
    return `Which number of '${name}' is the day, and which the month?`;
  if (finding.format.includes('@') && other.includes('@')) return `In which language are the months of '${name}'?`;
  return /yy/.test(finding.format + other)
    ? `Which number of '${name}' is the year?`
    : `How are the times of '${name}' written?`;
}

/** The doubt of a column that can be read as two different times, or undefined. */
function timeDoubt(name: string, finding: TimeFinding): Doubt | undefined {
  const { other } = finding;
  if (other === undefined) return undefined;
  return {
    question: questionOf(name, finding, other.format),
    evidence: finding.evidence ?? 'nothing in these rows speaks for either',
    taken: readingInFormat(name, finding.format, timesGiven(finding.values)),
    other: readingInFormat(name, other.format, timesGiven(other.values)),
  };
}

function candidateOf(facts: ColumnFacts, finding: TimeFinding, byName: number): TimeCandidate {
  const doubt = timeDoubt(facts.name, finding);
  const phrase = formatPhrase(finding.format);
  const clock = finding.hasClock ? '' : ', without a time of day';
  const bad = finding.badCount === 0 ? '' : `; ${formatCount(finding.badCount)} sampled cells are none`;
  const orDoubt = doubt === undefined ? '' : `; in doubt: ${doubt.evidence}`;
  return {
    facts,
    format: finding.format,
    byName,
    confidence: Math.max(0.1, byName - (doubt === undefined ? 0 : 0.4) - (finding.hasClock ? 0 : 0.02)),
    reason: `${phrase}${clock}${bad}${orDoubt}`,
    hasClock: finding.hasClock,
    ...(doubt && { doubt }),
  };
}

function presentNumbers({ numbers }: ColumnFacts): Float64Array {
  const values = new Float64Array(numbers?.values.length ?? 0);
  let present = 0;
  for (const value of numbers?.values ?? []) if (!Number.isNaN(value)) values[present++] = value;
  return values.subarray(0, present);
}

function relativeGiven(values: Float64Array, format: TimeFormat, { hints }: ColumnFacts): Reading['gives'] {
  const read = timeReader(format);
  const { firstMs, lastMs, longestGapMs } = spanOf(values.map((value) => read(String(value), hints.clock)));
  return {
    from: `start + ${spanWords(firstMs)}`,
    to: `start + ${spanWords(lastMs)}`,
    longestGapSeconds: Math.round(longestGapMs / 1000),
  };
}

/** Steps may fall in a few places where recordings were put together. */
const toleratedFalls = 0.1;

/** A column that counts hours, days or other steps from an unknown start. */
function stepCandidate(facts: ColumnFacts): TimeCandidate | undefined {
  const rows = facts.words.flatMap((word) => stepRowOf.get(word) ?? []);
  const isNamed = facts.words.every((word) => stepRowOf.has(word) || elapsedWords.has(word) || word === 'number');
  if (rows.length !== 1 || !isNamed || !isWhole(facts)) return undefined;
  const values = presentNumbers(facts);
  const { format, other, above, certainty } = rows[0];
  if (!values.every((value) => value >= 0) || !isRising(values, toleratedFalls)) return undefined;
  if (!values.some((value) => value > above)) return undefined;
  const candidate = {
    facts,
    format,
    confidence: certainty,
    byName: certainty,
    reason: formatPhrase(format),
    hasClock: false,
  };
  if (other === undefined) return candidate;
  const doubt: Doubt = {
    question: `How long is a step of '${facts.name}'?`,
    evidence: 'the best known recordings with such a column count hours',
    taken: readingInFormat(facts.name, format, relativeGiven(values, format, facts)),
    other: readingInFormat(facts.name, other, relativeGiven(values, other, facts)),
  };
  return { ...candidate, reason: `${candidate.reason}; in doubt: ${doubt.evidence}`, doubt };
}

function elapsedCandidate(facts: ColumnFacts): TimeCandidate | undefined {
  const namesElapsed = facts.words.some(
    (word) => word === 'time' || word === 'dt' || word === 'elapsed' || word.startsWith('sec'),
  );
  if (!namesElapsed || !facts.words.every((word) => elapsedWords.has(word))) return undefined;
  const values = presentNumbers(facts);
  if (!values.every((value) => value >= 0) || !isRising(values, toleratedFalls)) return undefined;
  const format: TimeFormat = 'seconds-relative';
  const confidence = isRising(values, 0) ? 0.9 : 0.7;
  return { facts, format, confidence, byName: confidence, reason: formatPhrase(format), hasClock: false };
}

function numberCandidate(facts: ColumnFacts): TimeCandidate | undefined {
  if (facts.numbers === undefined) return undefined;
  if (facts.words.some((word) => timeWords.has(word))) {
    const finding = inferNumericTimeFormat(facts.present(), facts.numbers.values, facts.hints);
    if (finding !== undefined) return candidateOf(facts, finding, timeNameConfidence(facts) - 0.03);
  }
  return elapsedCandidate(facts) ?? stepCandidate(facts);
}

const dayMs = 86_400_000;

function statedCandidate(facts: ColumnFacts, format: TimeFormat): TimeCandidate {
  const byName = timeNameConfidence(facts);
  const read = timeReader(format);
  const localMs = facts.present().map((text) => {
    const instantMs = read(text.trim(), facts.hints.clock);
    return instantMs + facts.hints.clock.offsetMsAt(instantMs);
  });
  const hasClock = localMs.some((each) => !Number.isNaN(each) && each % dayMs !== 0);
  return { facts, format, confidence: byName, byName, reason: `${formatPhrase(format)}, as stated`, hasClock };
}

/** How a column holds times, by its cells and, where they are plain numbers, its name; undefined where it holds none. */
export function timeCandidate(facts: ColumnFacts): TimeCandidate | undefined {
  if (facts.statedTimeFormat !== undefined) return statedCandidate(facts, facts.statedTimeFormat);
  if (facts.times !== undefined) return candidateOf(facts, facts.times, timeNameConfidence(facts));
  return numberCandidate(facts);
}

/**
 * How a column that a person named as the event time holds it: as inferred, else, where it is numeric, as packed digits or a count
 * since 1970 by magnitude, or as seconds from an unknown start.
 */
export function statedTime(facts: ColumnFacts): Pick<TimeCandidate, 'format' | 'doubt'> | undefined {
  const inferred = timeCandidate(facts);
  if (inferred !== undefined || facts.numbers === undefined) return inferred;
  const finding = inferNumericTimeFormat(facts.present(), facts.numbers.values, facts.hints);
  return finding === undefined ? { format: 'seconds-relative' } : candidateOf(facts, finding, 1);
}

/** The finding for the column that was taken as the event time. */
export function eventTimeFinding(candidate: TimeCandidate): Finding {
  const { facts, format, confidence, reason, doubt, joinedWith } = candidate;
  return {
    ...{ facts, role: 'event_time', kind: 'time', confidence, reason, timeFormat: format },
    ...(doubt && { doubt }),
    ...(joinedWith && { joinedWith: joinedWith.map(({ name }) => name) }),
  };
}

/** The likeliest of the candidates for the event time, or undefined. */
export function likeliestTime(candidates: readonly TimeCandidate[]): TimeCandidate | undefined {
  const events = candidates.filter(({ byName }) => byName >= leastByName);
  return events.sort((left, right) => right.confidence - left.confidence)[0];
}

/** A birthday or an expiry is no event time, even where nothing else is. */
const leastByName = 0.3;

/** A column that by its name and its digits holds times, in a format that cannot be read: one kind a time would be no feature. */
export function unreadableTimeFinding(facts: ColumnFacts): Finding | undefined {
  const named = facts.words.some((word) => timeWords.has(word));
  if (!named || facts.numbers !== undefined || !facts.counts.hasMoreThan(1)) return undefined;
  if (!facts.present().every((text) => /\d.*\d.*\d/.test(text))) return undefined;
  const reason = `named like a time, but in no format that is known, for example '${facts.present()[0]}'; state it with ${flagOf('--time-format', `${facts.name}=PATTERN`)}`;
  return { facts, role: 'ignored', kind: 'text', confidence: 0.8, reason };
}

/** A time or counter beside the event time, which tells nothing about a single transaction; undefined for other columns. */
export function otherTimeFinding(facts: ColumnFacts, eventTime: Finding | undefined): Finding | undefined {
  const candidate = timeCandidate(facts);
  if (candidate !== undefined) {
    const beside = eventTime === undefined ? '' : `; the event time is ${eventTime.facts.name}`;
    const reason = `another time (${formatPhrase(candidate.format)})${beside}`;
    return { facts, role: 'ignored', kind: 'time', confidence: 0.8, reason, timeFormat: candidate.format };
  }
  const last = facts.words.at(-1);
  if (facts.numbers === undefined || last === undefined || !counterWords.has(last)) return undefined;
  if (facts.presentCount < 20 || !facts.counts.hasMoreThan(1) || !isRising(facts.numbers.values, 0)) return undefined;
  const reason = 'a counter that only rises along the stream, so it tells nothing about a single transaction';
  return { facts, role: 'ignored', kind: 'number', confidence: 0.8, reason };
}
