import { printableLine } from '../../domain/printable-text.ts';
import type { Narrative, NarrativeTopic } from '../../../preload/contract/alerts.ts';
import type { DismissalReason, VerdictKind } from '../../domain/verdict.ts';
import { offsetText, type ZoneClock } from '../../domain/time-zone.ts';
import { moneyText } from './alert-facts.ts';
import { normalOf } from './own-normal.ts';

/** A transaction of the alert's entity; null is what the recording does not say of it. */
export interface NarrativeTransaction {
  readonly sequence: number;
  readonly timeMs: number | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly counterpart: string | null;
  readonly flagged: boolean;
}

/** Facts of a case about one decided alert: all that its narrative may say. */
export interface NarrativeFacts {
  readonly clock: Pick<ZoneClock, 'timeZone' | 'offsetMsAt'>;
  /** What makes one alert, such as a card; null where the recording names none, its text null where this row does not. */
  readonly entity: { readonly role: string; readonly text: string | null } | null;
  /** 'terminal' or 'merchant'; null where the recording names neither. */
  readonly counterpartRole: string | null;
  /** Columns that the recording has; a missing one is said once, not for every transaction. */
  readonly hasTimes: boolean;
  readonly hasAmounts: boolean;
  readonly model: { readonly id: number; readonly threshold: number };
  readonly top: {
    readonly sequence: number;
    readonly id: string;
    readonly score: number;
    readonly rank: number;
    readonly of: number;
  };
  /** All of the entity, the flagged ones first, then those nearest in time. */
  readonly transactions: readonly NarrativeTransaction[];
  /** Those before the top one; what is usual is measured on them. */
  readonly earlier: readonly NarrativeTransaction[];
  /** What raised the score of the top transaction, the strongest first, each a sentence. */
  readonly reasons: readonly string[];
  /** Further columns of categories that the top transaction fills. */
  readonly categories: readonly { readonly column: string; readonly text: string }[];
  /** Null while nobody has decided. */
  readonly decision: {
    readonly kind: VerdictKind;
    readonly reason: DismissalReason | null;
    readonly atMs: number;
    readonly by: string;
    readonly score: number;
    readonly isSameModel: boolean;
    /** Transactions that were flagged when it was decided. */
    readonly sequences: ArrayLike<number>;
  } | null;
  readonly notes: readonly { readonly text: string; readonly atMs: number; readonly by: string }[];
  /** What was said of it where its outcome needs two people, oldest first. */
  readonly recommendations: readonly { readonly kind: VerdictKind; readonly atMs: number; readonly by: string }[];
}

/** A sentence with all rows it stands on, in the order in which they are named. */
export interface NarrativeSentence {
  readonly topic: NarrativeTopic;
  readonly text: string;
  readonly sequences: readonly number[];
}

const dayMs = 86_400_000;
const namedCounterparts = 5;
const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/**
 * Who, what, when, where, why, how and what was decided, each from facts of the case and with the rows it stands on.
 * What the case does not hold is said to be missing. The only conclusion in it is the one that the analyst recorded.
 */
export function narrativeSentences(facts: NarrativeFacts): readonly NarrativeSentence[] {
  return [who(facts), ...what(facts), when(facts), where(facts), ...why(facts), ...how(facts), ...decision(facts)];
}

/** What the narrative is about, for a heading and a file's name. */
export function narrativeSubject({ entity, top }: Pick<NarrativeFacts, 'entity' | 'top'>): string {
  return entity === null || entity.text === null ? `transaction ${top.id}` : `${entity.role} ${entity.text}`;
}

function who({ entity, transactions, top }: NarrativeFacts): NarrativeSentence {
  const sentence = (text: string): NarrativeSentence => ({ topic: 'who', text, sequences: sequencesOf(transactions) });
  if (entity === null) return sentence(`Missing: the recording names no card, customer or account of ${top.id}.`);
  if (entity.text === null) return sentence(`Missing: transaction ${top.id} names no ${entity.role}.`);
  return sentence(`The case holds ${counted(transactions.length, 'transaction')} of ${entity.role} ${entity.text}.`);
}

function what(facts: NarrativeFacts): readonly NarrativeSentence[] {
  const { transactions, model, top, hasAmounts } = facts;
  const flagged = flaggedOf(facts);
  const sequences = sequencesOf(flagged);
  const topAmount = flagged.find(({ sequence }) => sequence === top.sequence);
  const amount = typeof topAmount?.amount === 'number' ? `${moneyText(topAmount.amount, topAmount.currency)}, ` : '';
  return [
    {
      topic: 'what',
      text: `Model ${model.id} flags ${count.format(flagged.length)} of ${counted(transactions.length, 'transaction')}, at a score of ${score(model.threshold)} or more.`,
      sequences,
    },
    hasAmounts
      ? { topic: 'what', text: amountsText(flagged), sequences }
      : { topic: 'what', text: 'Missing: the recording has no amounts.', sequences },
    {
      topic: 'what',
      text: `The most anomalous is transaction ${top.id}: ${amount}score ${score(top.score)}, rank ${count.format(top.rank)} of ${counted(top.of, 'alert')}.`,
      sequences: [top.sequence],
    },
  ];
}

function amountsText(flagged: readonly NarrativeTransaction[]): string {
  const sums = new Map<string | null, number>();
  for (const { amount, currency } of flagged)
    if (amount !== null) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  const missing = flagged.filter(({ amount }) => amount === null).length;
  const missingText = missing === 0 ? '' : ` Missing: the amount of ${count.format(missing)} of them.`;
  if (sums.size === 0) return missingText.trim();
  const unknown = sums.has(null) ? ' (currency missing)' : '';
  const total = listed([...sums].map(([currency, sum]) => moneyText(sum, currency)));
  return `What is flagged comes to ${total}${unknown}.${missingText}`;
}

function when({ clock, hasTimes, ...facts }: NarrativeFacts): NarrativeSentence {
  const flagged = flaggedOf(facts);
  const sequences = sequencesOf(flagged);
  const sentence = (text: string): NarrativeSentence => ({ topic: 'when', text, sequences });
  if (!hasTimes) return sentence('Missing: the recording has no times with a calendar.');
  const times = flagged.flatMap(({ timeMs }) => (timeMs === null ? [] : [timeMs])).sort((left, right) => left - right);
  const missing = flagged.length - times.length;
  const missingText = missing === 0 ? '' : ` Missing: the time of ${count.format(missing)} of them.`;
  if (times.length === 0) return sentence(missingText.trim());
  const first = timeText(clock, times[0]);
  const last = timeText(clock, times[times.length - 1]);
  const span = first === last ? `at ${first}` : `between ${first} and ${last}`;
  return sentence(`What is flagged took place ${span}.${missingText}`);
}

function where(facts: NarrativeFacts): NarrativeSentence {
  const { counterpartRole } = facts;
  const flagged = flaggedOf(facts);
  const sequences = sequencesOf(flagged);
  const sentence = (text: string): NarrativeSentence => ({ topic: 'where', text, sequences });
  if (counterpartRole === null) return sentence('Missing: the recording names no terminal or merchant.');
  const counts = new Map<string, number>();
  for (const { counterpart } of flagged)
    if (counterpart !== null) counts.set(counterpart, (counts.get(counterpart) ?? 0) + 1);
  const missing = flagged.filter(({ counterpart }) => counterpart === null).length;
  const missingText = missing === 0 ? '' : ` Missing: the ${counterpartRole} of ${count.format(missing)} of them.`;
  if (counts.size === 0) return sentence(missingText.trim());
  const ranked = [...counts].sort((left, right) => right[1] - left[1]);
  const named = ranked.slice(0, namedCounterparts).map(([text, times]) => `${text} (${count.format(times)})`);
  const others = ranked.length - named.length;
  const all = others === 0 ? named : [...named, `${count.format(others)} more`];
  return sentence(
    `What is flagged took place at ${counterpartRole}${ranked.length === 1 ? '' : 's'} ${listed(all)}.${missingText}`,
  );
}

function why({ entity, earlier, reasons, top, hasAmounts }: NarrativeFacts): readonly NarrativeSentence[] {
  const stated = reasons.map((reason): NarrativeSentence => ({
    topic: 'why',
    text: reason,
    sequences: [top.sequence],
  }));
  const none: NarrativeSentence = {
    topic: 'why',
    text: `No single feature raises the score of transaction ${top.id}.`,
    sequences: [top.sequence],
  };
  const all = stated.length === 0 ? [none] : stated;
  if (entity === null || entity.text === null || !hasAmounts) return all;
  const amounts = earlier.filter(({ amount }) => amount !== null);
  const normal = normalOf(
    Float64Array.from(amounts, ({ amount }) => amount ?? NaN),
    0,
  );
  const text =
    normal === null
      ? `Missing: what is usual for this ${entity.role}; it has ${counted(amounts.length, 'earlier transaction')} with an amount.`
      : `Earlier amounts of this ${entity.role} were usually ${moneyText(normal.low, null)} to ${moneyText(normal.high, null)} (5th to 95th percentile of ${count.format(normal.count)}).`;
  return [...all, { topic: 'why', text, sequences: normal === null ? [top.sequence] : sequencesOf(amounts) }];
}

function how({ entity, transactions, earlier, categories, top }: NarrativeFacts): readonly NarrativeSentence[] {
  const sequences = [top.sequence];
  const columns: NarrativeSentence = {
    topic: 'how',
    text:
      categories.length === 0
        ? `Missing: columns that tell how transaction ${top.id} was made, such as a channel or a device.`
        : `Transaction ${top.id} has ${listed(categories.map(({ column, text }) => `${column} ${text}`))}.`,
    sequences,
  };
  const last = transactions.find(({ sequence }) => sequence === top.sequence);
  if (entity === null || entity.text === null || last === undefined || last.timeMs === null) return [columns];
  const endMs = last.timeMs;
  const within = [last, ...earlier.filter(({ timeMs }) => timeMs !== null && timeMs > endMs - dayMs)];
  const text = `In the 24 h up to transaction ${top.id} this ${entity.role} has ${counted(within.length, 'transaction')}, that one included; ${count.format(within.filter(({ flagged }) => flagged).length)} flagged.`;
  return [{ topic: 'how', text, sequences: sequencesOf(within) }, columns];
}

function decision(facts: NarrativeFacts): readonly NarrativeSentence[] {
  const { clock, decision: recorded, notes, top } = facts;
  const recommended = facts.recommendations.map(({ kind, atMs, by }): NarrativeSentence => ({
    topic: 'decision',
    text: `${by} recommended ${kind} at ${timeText(clock, atMs)}, for a second person to decide.`,
    sequences: [top.sequence],
  }));
  if (recorded === null)
    return [
      ...recommended,
      { topic: 'decision', text: 'Missing: nobody has decided it yet.', sequences: [top.sequence] },
    ];
  const { kind, reason, atMs, by, isSameModel } = recorded;
  const sequences = Array.from(recorded.sequences);
  const reasonText = reason === null ? 'no reason is recorded' : `reason: ${reason.replaceAll('-', ' ')}`;
  const model = isSameModel ? '' : ' by another model';
  const decided: NarrativeSentence = {
    topic: 'decision',
    text: `${by} decided ${kind} at ${timeText(clock, atMs)}; ${reasonText}; the score was then ${score(recorded.score)}${model}.`,
    sequences,
  };
  if (notes.length === 0)
    return [...recommended, decided, { topic: 'decision', text: 'Missing: no note is recorded.', sequences }];
  const noted = notes.map((note): NarrativeSentence => {
    const words = note.text.trim().replace(/\s+/gu, ' ');
    return { topic: 'decision', text: `${note.by} noted at ${timeText(clock, note.atMs)}: “${words}”`, sequences };
  });
  return [...recommended, decided, ...noted];
}

/** What stands above the sentences of a topic. */
export const topicTitles: Readonly<Record<NarrativeTopic, string>> = {
  who: 'Who',
  what: 'What',
  when: 'When',
  where: 'Where',
  why: 'Why it was flagged',
  how: 'How',
  decision: 'Decision',
};

/** A narrative as plain text or Markdown: under each topic its sentences, behind each the ids it stands on. */
export function narrativeText({ title, sentences }: Omit<Narrative, 'text'>, format: 'plain' | 'markdown'): string {
  const isMarkdown = format === 'markdown';
  const plain = (text: string): string => {
    const shown = printableLine(text);
    return isMarkdown ? shown.replace(/[\\`*_<>[\]#|~]/gu, '\\$&') : shown;
  };
  const topics = [...new Set(sentences.map(({ topic }) => topic))];
  const blocks = topics.map((topic) => {
    const lines = sentences
      .filter((sentence) => sentence.topic === topic)
      .map((sentence) => `${isMarkdown ? '- ' : ''}${plain(`${sentence.text} ${citation(sentence)}`)}`);
    return [isMarkdown ? `## ${topicTitles[topic]}\n` : topicTitles[topic], ...lines].join('\n');
  });
  return `${[isMarkdown ? `# ${plain(title)}` : plain(title), ...blocks].join('\n\n')}\n`;
}

/** `[transactions 41, 57 and 12 more]`. */
function citation({ transactions, transactionCount }: Narrative['sentences'][number]): string {
  const more = transactionCount - transactions.length;
  const ids = transactions.map(({ id }) => id).join(', ');
  return `[${transactionCount === 1 ? 'transaction' : 'transactions'} ${ids}${more === 0 ? '' : ` and ${count.format(more)} more`}]`;
}

function flaggedOf({ transactions }: Pick<NarrativeFacts, 'transactions'>): readonly NarrativeTransaction[] {
  return transactions.filter(({ flagged }) => flagged);
}

function sequencesOf(transactions: readonly NarrativeTransaction[]): readonly number[] {
  return transactions.map(({ sequence }) => sequence);
}

function counted(number: number, noun: string): string {
  return `${count.format(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function score(value: number): string {
  return value.toFixed(3);
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

/** `2024-01-12 02:14:05 (UTC+01:00)`: the case's own clock, and what it is ahead of UTC. */
function timeText({ offsetMsAt }: Pick<ZoneClock, 'offsetMsAt'>, instantMs: number): string {
  const offsetMs = offsetMsAt(instantMs);
  const local = new Date(instantMs + offsetMs).toISOString().slice(0, 19).replace('T', ' ');
  if (offsetMs === 0) return `${local} (UTC)`;
  return `${local} (UTC${offsetText(offsetMs)})`;
}
