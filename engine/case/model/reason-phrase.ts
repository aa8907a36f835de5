import type { RowTransform } from '../../domain/feature-spec.ts';
import type { Theme, WindowFeature } from '../../domain/window-feature.ts';
import { capitalised, type LabelledWords } from './feature-words.ts';
import type { OwnUsual } from './own-usual.ts';

/** What one reason is put into words from. */
export interface ReasonFacts {
  readonly words: LabelledWords;
  /** As the model sees it; NaN where it is missing. */
  readonly value: number;
  /** Whether the cell that it comes from is empty, so that the value is a filled one. */
  readonly isFilled: boolean;
  /** The text of the cell, of a column of categories. */
  readonly text: string | null;
  readonly own: OwnUsual | null;
  /** Of all transactions: median, mean, and the share of them below the value; null or NaN where there are none. */
  readonly median: number;
  readonly mean: number;
  readonly percentile: number | null;
  readonly isAmount: boolean;
  /** The amount of the transaction, where the feature is measured from it but is none itself. */
  readonly amount?: number;
}

/** What analysts call the themes. */
export const themeNames: Readonly<Record<Theme, string>> = {
  amount: 'amount',
  velocity: 'velocity',
  new: 'new',
  time: 'time habit',
  terminal: 'terminal',
  risk: 'confirmed fraud',
};

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const ratios = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/**
 * One reason in words that say what the row of the transaction does not: how it stands to what its own card usually does,
 * and where too little is known of that, to all transactions. With a capital, without a full stop.
 */
export function reasonPhrase(facts: ReasonFacts): string {
  const { words, value, isFilled } = facts;
  if (Number.isNaN(value) || isFilled) return `${words.label}: missing`;
  const phrase = 'entity' in words.source ? windowPhrase(facts, words.source) : rowPhrase(facts, words.source);
  return capitalised(words.theme === undefined ? phrase : `${themeNames[words.theme]}: ${phrase}`);
}

function rowPhrase(facts: ReasonFacts, source: RowTransform): string {
  const { words, own, text, mean, value } = facts;
  switch (source.kind) {
    case 'identity':
    case 'log':
      return facts.isAmount ? amountPhrase(facts) : `${words.subject} ${valueText(facts)}${usualText(facts)}`;
    case 'hour':
      return own === null ? `time of day${ofAll(facts)}` : `time of day as in ${alikeText(own)}`;
    case 'weekday':
      return `on a ${weekdays[value] ?? 'day like this'}${own === null ? '' : `, as ${alikeText(own)}`}`;
    case 'night':
      return timePhrase(own, value === 1 ? 'at night' : 'by day', value === 1 ? mean : 1 - mean);
    case 'weekend':
      return timePhrase(own, value === 1 ? 'at the weekend' : 'in the week', value === 1 ? mean : 1 - mean);
    case 'frequency':
    case 'one-hot':
      return categoryPhrase(facts, source, text);
  }
}

function amountPhrase({ own, value, words, median, percentile, amount: given }: ReasonFacts): string {
  const amount = given ?? withoutLogarithm(words.source, value);
  const usual = own?.median ?? null;
  const ofOwn = own === null || usual === null ? null : multiple(amount, usual, `what this ${own.who} usually pays`);
  const ofOthers =
    given === undefined ? multiple(amount, withoutLogarithm(words.source, median), 'what is usual among all') : null;
  return ofOwn ?? ofOthers ?? `amount ${placeOf(percentile)}`;
}

function timePhrase(own: OwnUsual | null, when: string, share: number): string {
  return `${when}, as ${own === null ? `${percent(share)} of all` : alikeText(own)}`;
}

function categoryPhrase({ own, value, mean, words }: ReasonFacts, source: RowTransform, text: string | null): string {
  const column = source.column.replaceAll('_', ' ');
  const isOther = source.kind === 'one-hot' && value !== 1;
  const shown = source.kind === 'one-hot' ? source.value : (text ?? '');
  if (own !== null)
    return isOther
      ? `${column} not ${shown}, as it is in ${alikeText(own)}`
      : `${column} ${shown}, as in ${alikeText(own)}`;
  if (isOther) return `${column} not ${shown}, as it is in ${percent(mean)} of all`;
  const share = source.kind === 'one-hot' ? mean : withoutLogarithm(words.source, value);
  return `${column} ${shown}, as in ${percent(share)} of all`;
}

function windowPhrase(facts: ReasonFacts, feature: WindowFeature): string {
  const { words, own, percentile, median } = facts;
  const value = withoutLogarithm(feature, facts.value);
  const description = words.description.replace(/ \(logarithm\)$/u, '');
  const who = words.who;
  switch (feature.kind) {
    case 'count':
    case 'distinct':
    case 'fraud-count':
      return `${whole.format(value)} ${counted(description, value)}${usualText(facts)}`;
    case 'sum':
    case 'mean':
    case 'min':
    case 'max':
    case 'std': {
      const ofOwn = own?.median == null ? null : multiple(value, own.median, `what is usual for it`);
      const ofOthers = multiple(value, withoutLogarithm(feature, median), 'what is usual among all');
      return `${description}: ${ofOwn ?? ofOthers ?? placeOf(percentile)}`;
    }
    case 'ratio-to-mean': {
      const span = 'includeCurrent' in feature && feature.includeCurrent ? words.span : `the ${words.span} before`;
      return (
        multiple(value, 1, `this ${who}’s average payment of ${span}`) ?? `${words.subject}: ${placeOf(percentile)}`
      );
    }
    case 'deviations-from-mean':
      return `${ratios.format(Math.abs(value))} standard deviations ${value < 0 ? 'below' : 'above'} the ${who}’s mean of ${words.span}`;
    case 'since-last':
      return value * hourMs >= feature.windowMs
        ? `no ${description.replace(/^hours since the last /u, '').replace(/, at most .*/u, '')} in the ${words.span} before`
        : `${durationText(value)} ${description.replace(/^hours since/u, 'after').replace(/, at most .*/u, '')}${usualText(facts)}`;
    case 'first-seen':
      return value === 1 ? description : `not the ${description}`;
    case 'risk':
      return knownText(own, feature, words, value) ?? `${percent(value)} ${description.replace(/^share of /u, '')}`;
    case 'confirmed-fraud':
      return knownText(own, feature, words, value) ?? description.replace(/^share of /u, '');
    case 'amount-excess':
      return own === null ? `${words.subject} (${placeOf(percentile)})` : amountPhrase(facts);
    case 'novelty':
    case 'rarity': {
      const noun = words.noun ?? 'value';
      const shown = facts.text === null || feature.kind === 'novelty' ? noun : `${noun} ${facts.text}`;
      if (own === null) return `${shown} unusual for this ${who}`;
      return own.alike === 0
        ? `${shown} never seen in ${whole.format(own.count)} payments of this ${who}`
        : `${shown} as in ${alikeText(own)}`;
    }
    case 'hour-rarity':
      return own === null ? `hour of day unusual for this ${who}` : `hour of day as in ${alikeText(own)}`;
    case 'burst':
    case 'new-visitors': {
      const noun = feature.kind === 'burst' ? 'payment' : `new ${words.noun ?? 'value'}`;
      if (own?.rate === undefined) return `${words.subject}, ${words.span} (${placeOf(percentile)})`;
      const { now, perDay } = own.rate;
      const usual = perDay < 0.95 ? `one in ${ratios.format(1 / perDay)} days` : `${ratios.format(perDay)} a day`;
      return `${whole.format(now)} ${noun}${now === 1 ? '' : 's'} in ${words.span}, usually ${usual}`;
    }
    case 'small-payments':
      return value === 1
        ? `a payment below a fifth of what this ${who} usually pays`
        : `${whole.format(value)} payments in ${words.span}, each below a fifth of what this ${who} usually pays`;
    case 'sum-to-habit':
      return `${description.replace(/ as a multiple of .*/u, '')}: ${multiple(value, 1, 'a usual day and payment') ?? placeOf(percentile)}`;
  }
}

/**
 * `5 of 9 payments at this terminal 7 to 14 days ago were fraud, of 4 cards` (where each was of another card, that is left out); null where these numbers are not what the feature
 * saw, as of rows that came too late for it.
 */
function knownText(
  own: OwnUsual | null,
  { kind, delayMs, windowMs }: Extract<WindowFeature, { kind: 'risk' | 'confirmed-fraud' }>,
  { who, noun }: LabelledWords,
  value: number,
): string | null {
  if (own?.known === undefined || (windowMs % dayMs) + (delayMs % dayMs) > 0) return null;
  const { frauds, judged, victims } = own.known;
  const seen = kind === 'risk' ? frauds / judged : Math.max(0, (victims ?? 0) - 1) / (judged + 2);
  if (!(Math.abs(seen - value) < 1e-6)) return null;
  const when = `${delayMs / dayMs} to ${(delayMs + windowMs) / dayMs} days ago`;
  const place = who === 'terminal' || who === 'merchant' ? `at this ${who}` : `of this ${who}`;
  const of =
    victims === null || victims === frauds
      ? ''
      : `, of ${whole.format(victims)} ${noun ?? 'other'}${victims === 1 ? '' : 's'}`;
  return `${whole.format(frauds)} of ${whole.format(judged)} payments ${place} ${when} ${frauds === 1 ? 'was' : 'were'} fraud${of}`;
}

/** `payments` of one payment is `payment`. */
function counted(description: string, count: number): string {
  return count === 1 ? description.replace(/^((?:different|known) )?(\w+)s /u, '$1$2 ') : description;
}

/** `4.1 times what this card usually pays`; null where a ratio says nothing, as of nothing or a refund. */
function multiple(value: number, usual: number, what: string): string | null {
  if (!(value > 0) || !(usual > 0) || !Number.isFinite(value / usual)) return null;
  const ratio = value / usual;
  if (ratio >= 0.95 && ratio < 1.05) return `about ${what}`;
  if (ratio < 1) return `${percent(ratio)} of ${what}`;
  return `${ratio < 10 ? ratios.format(ratio) : whole.format(ratio)} times ${what}`;
}

function usualText({ own, median, percentile, words }: ReasonFacts): string {
  if (own?.median != null) return `, usually ${plainValue(words, own.median)} for this ${own.who}`;
  if (Number.isNaN(median)) return ofAll({ percentile });
  return `, usually ${plainValue(words, withoutLogarithm(words.source, median))} among all${ofAll({ percentile })}`;
}

function valueText({ words, value }: ReasonFacts): string {
  return plainValue(words, withoutLogarithm(words.source, value));
}

function plainValue(words: LabelledWords, value: number): string {
  return words.source.kind === 'since-last' ? durationText(value) : words.valueText(value);
}

function ofAll({ percentile }: Pick<ReasonFacts, 'percentile'>): string {
  return percentile === null ? '' : ` (${placeOf(percentile)})`;
}

function alikeText({ alike, count, who }: OwnUsual): string {
  return `${alike === 0 ? 'none' : whole.format(alike)} of this ${who}’s ${whole.format(count)} earlier payments`;
}

/** Rounded towards the middle, so that a value inside of what was seen never reads as beyond all of it. */
function placeOf(percentile: number | null): string {
  if (percentile === null) return 'nothing to compare with';
  if (percentile === 1) return 'above all others';
  if (percentile === 0) return 'below all others';
  const isAbove = percentile >= 0.5;
  const tenths = Math.floor((isAbove ? percentile : 1 - percentile) * 1000);
  return `${isAbove ? 'above' : 'below'} ${Math.min(tenths, 999) / 10} % of all`;
}

function percent(share: number): string {
  const shown = share * 100;
  return `${shown > 0 && shown < 0.1 ? 'less than 0.1' : ratios.format(shown)} %`;
}

/** 0.02 h is 1 min. */
function durationText(hours: number): string {
  if (hours * 60 < 1) return `${whole.format(hours * 3600)} s`;
  if (hours < 2) return `${whole.format(hours * 60)} min`;
  return hours < 72 ? `${ratios.format(hours)} h` : `${whole.format(hours / 24)} days`;
}

/** The value before a logarithm was taken: sign(x) * (e^|x| - 1). */
function withoutLogarithm(source: RowTransform | WindowFeature, value: number): number {
  const isLogarithm = 'entity' in source ? source.scale === 'log' : source.kind === 'log';
  return isLogarithm ? Math.sign(value) * Math.expm1(Math.abs(value)) : value;
}
