import type { TimeFormat } from '../domain/profile.ts';
import { isRising } from './column-facts.ts';
import type { ColumnFacts } from './column-facts.ts';
import type { Finding } from './finding.ts';
import { inferEpochFormat } from './infer-time-format.ts';

const timeWords: ReadonlySet<string> = new Set([
  ...['datetime', 'timestamp', 'time', 'date', 'ts', 'when', 'at', 'stamp', 'epoch', 'unix', 'dt'],
  ...['zeit', 'zeitpunkt', 'datum', 'fecha', 'hora', 'heure', 'data', 'tijd', 'ora'],
]);
const eventWords: ReadonlySet<string> = new Set([
  ...[
    'event',
    'transaction',
    'trans',
    'tx',
    'txn',
    'payment',
    'purchase',
    'booking',
    'buchung',
    'authorization',
    'auth',
  ],
]);
const otherEventWords: ReadonlySet<string> = new Set([
  ...['birth', 'dob', 'birthday', 'expiry', 'expires', 'expiration', 'open', 'opened', 'since', 'valid', 'registered'],
  ...[
    'updated',
    'modified',
    'due',
    'settlement',
    'settled',
    'ingest',
    'ingested',
    'processed',
    'received',
    'last',
    'first',
  ],
]);
/** Names made of these alone may count seconds from the start of the recording. */
const elapsedWords: ReadonlySet<string> = new Set([
  ...['time', 'seconds', 'second', 'sec', 'secs', 'elapsed', 'relative', 'since', 'start'],
  ...['tx', 'txn', 'trans', 'transaction', 'event', 's', 'dt'],
]);

interface Candidate {
  readonly facts: ColumnFacts;
  readonly format: TimeFormat;
  readonly confidence: number;
  readonly reason: string;
}

const formatPhrases: Readonly<Record<TimeFormat, string>> = {
  iso: 'ISO 8601 times',
  'month/day/year': 'dates written month/day/year',
  'day/month/year': 'dates written day/month/year',
  'year/month/day': 'dates written year/month/day',
  'day.month.year': 'dates written day.month.year',
  'epoch-seconds': 'seconds since 1970',
  'epoch-milliseconds': 'milliseconds since 1970',
  'epoch-microseconds': 'microseconds since 1970',
  'seconds-relative': 'seconds from an unknown start: they order the stream but tell no hour or weekday',
};

function nameConfidence(facts: ColumnFacts): number {
  const { words } = facts;
  if (words.some((word) => otherEventWords.has(word))) return 0.2;
  if (words.some((word) => eventWords.has(word)) && words.some((word) => timeWords.has(word))) return 0.98;
  if (words.some((word) => timeWords.has(word))) return words.length === 1 ? 0.95 : 0.9;
  return 0.6;
}

function textCandidate(facts: ColumnFacts): Candidate | undefined {
  const { times } = facts;
  if (times === undefined) return undefined;
  const doubt = times.ambiguous ? 0.4 : 0;
  const clock = times.hasClock ? 0 : 0.02;
  const ambiguity = times.ambiguous ? '; no number above 12 settles which is day and which is month' : '';
  return {
    facts,
    format: times.format,
    confidence: Math.max(0.1, nameConfidence(facts) - doubt - clock),
    reason: `${formatPhrases[times.format]}${times.hasClock ? '' : ', without a time of day'}${ambiguity}`,
  };
}

function numberCandidate(facts: ColumnFacts): Candidate | undefined {
  if (facts.numbers === undefined || !facts.words.some((word) => timeWords.has(word) || elapsedWords.has(word))) {
    return undefined;
  }
  const values = facts.numbers.values.filter((value) => !Number.isNaN(value));
  const epoch = facts.words.some((word) => timeWords.has(word)) ? inferEpochFormat(values) : undefined;
  if (epoch !== undefined) {
    return { facts, format: epoch, confidence: nameConfidence(facts) - 0.03, reason: formatPhrases[epoch] };
  }
  const namesElapsed = facts.words.some(
    (word) => word === 'time' || word === 'dt' || word === 'elapsed' || word.startsWith('sec'),
  );
  if (!namesElapsed || !facts.words.every((word) => elapsedWords.has(word))) return undefined;
  if (!values.every((value) => value >= 0) || !isRising(values, 0.1)) return undefined;
  const format: TimeFormat = 'seconds-relative';
  return { facts, format, confidence: isRising(values, 0) ? 0.9 : 0.7, reason: formatPhrases[format] };
}

/** How a column holds times, by its cells and, where they are plain numbers, its name; undefined where it holds none. */
function timeCandidate(facts: ColumnFacts): Candidate | undefined {
  return textCandidate(facts) ?? numberCandidate(facts);
}

/**
 * How a column that a person named as the event time holds it: as inferred, else, where it is numeric, as seconds
 * since 1970 by magnitude or from an unknown start.
 */
export function statedTimeFormat(facts: ColumnFacts): TimeFormat | undefined {
  const inferred = timeCandidate(facts);
  if (inferred !== undefined) return inferred.format;
  if (facts.numbers === undefined) return undefined;
  return inferEpochFormat(facts.numbers.values.filter((value) => !Number.isNaN(value))) ?? 'seconds-relative';
}

/** The event time: the likeliest of the columns that hold times, or undefined. */
export function inferEventTime(columns: readonly ColumnFacts[]): Finding | undefined {
  const candidates = columns.flatMap((facts) => timeCandidate(facts) ?? []);
  const best = candidates.sort((left, right) => right.confidence - left.confidence)[0];
  if (best === undefined || best.confidence < 0.3) {
    return undefined;
  }
  const { facts, format, confidence, reason } = best;
  return { facts, role: 'event_time', kind: 'time', confidence, reason, timeFormat: format };
}

/** A column that by its name and its digits holds times, in a format that cannot be read: one kind a time would be no feature. */
export function unreadableTimeFinding(facts: ColumnFacts): Finding | undefined {
  const named = facts.words.some((word) => timeWords.has(word));
  if (!named || facts.numbers !== undefined || facts.counts.size < 2) return undefined;
  if (!facts.present.every((text) => /\d.*\d.*\d/.test(text))) return undefined;
  const reason = `named like a time, but in no format that is known, for example '${facts.present[0]}'`;
  return { facts, role: 'ignored', kind: 'text', confidence: 0.8, reason };
}

const counterWords: ReadonlySet<string> = new Set([
  ...['time', 'timestamp', 'day', 'days', 'date', 'hours', 'minutes', 'seconds'],
  ...['week', 'weeks', 'month', 'months', 'step', 'steps', 'index', 'row', 'seq', 'sequence', 'offset', 'counter'],
]);

/** A time or counter beside the event time, which tells nothing about a single transaction; undefined for other columns. */
export function otherTimeFinding(facts: ColumnFacts, eventTime: Finding | undefined): Finding | undefined {
  const candidate = timeCandidate(facts);
  if (candidate !== undefined) {
    const beside = eventTime === undefined ? '' : `; the event time is ${eventTime.facts.name}`;
    const reason = `another time (${formatPhrases[candidate.format]})${beside}`;
    return { facts, role: 'ignored', kind: 'time', confidence: 0.8, reason, timeFormat: candidate.format };
  }
  const last = facts.words.at(-1);
  if (facts.numbers === undefined || last === undefined || !counterWords.has(last)) return undefined;
  if (facts.present.length < 20 || facts.counts.size < 2 || !isRising(facts.numbers.values, 0)) return undefined;
  const reason = 'a counter that only rises along the stream, so it tells nothing about a single transaction';
  return { facts, role: 'ignored', kind: 'number', confidence: 0.8, reason };
}
