import type { LeadingTheme } from '../../engine/domain/window-feature.ts';
import type { AlertFilter } from '../../preload/contract/alert-choice.ts';
import { themeNames } from './theme-names.ts';

export type VerdictFilter = NonNullable<AlertFilter['verdict']>[number];

/** What every verdict filter is called on its chip. */
export const verdictFilters: readonly { readonly value: VerdictFilter; readonly words: string }[] = [
  { value: 'none', words: 'open' },
  { value: 'fraud', words: 'fraud' },
  { value: 'legitimate', words: 'legitimate' },
  { value: 'valuable', words: 'valuable' },
  { value: 'unsure', words: 'unsure' },
  { value: 'snoozed', words: 'snoozed' },
  { value: 'suppressed', words: 'suppressed' },
];

/** One condition of a filter, in words, and the filter without it. */
export interface FilterChip {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly without: AlertFilter;
}

export interface FilterWords {
  readonly day: (timeMs: number) => string;
  readonly time: (timeMs: number) => string;
  readonly amount: (amount: number) => string;
  /** What a feature is called. */
  readonly reason: (feature: string) => string;
  /** A value of a column of the recording, of numbers or times. */
  readonly stored: (column: string, value: number) => string;
}

/** The filter with the verdict chosen or, when it was chosen, taken away; none chosen is no condition. */
export function toggleVerdict(filter: AlertFilter, value: VerdictFilter): AlertFilter {
  const chosen = filter.verdict ?? [];
  const next = chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value];
  const { verdict: _taken, ...rest } = filter;
  return next.length === 0 ? rest : { ...rest, verdict: next };
}

/** The filter with a leading theme chosen or, when it was chosen, taken away; none chosen is no condition. */
export function toggleTheme(filter: AlertFilter, theme: LeadingTheme): AlertFilter {
  const chosen = filter.themes ?? [];
  const next = chosen.includes(theme) ? chosen.filter((other) => other !== theme) : [...chosen, theme];
  const { themes: _taken, ...rest } = filter;
  return next.length === 0 ? rest : { ...rest, themes: next };
}

/** The conditions of a filter besides the verdicts, which have chips of their own, and the search, which has its box. */
export function filterChips(filter: AlertFilter, words: FilterWords): readonly FilterChip[] {
  const chips: FilterChip[] = [];
  const { dayMs, minimumAmount, maximumAmount, fromMs, toMs, anyOf, columns, ranges } = filter;
  const { minimumScore, minimumFlagged, firstReasons, themes } = filter;
  const add = (id: string, name: string, value: string, keys: readonly (keyof AlertFilter)[]): void => {
    const without = Object.fromEntries(Object.entries(filter).filter(([key]) => !keys.some((taken) => taken === key)));
    chips.push({ id, name, value, without });
  };
  if (dayMs !== undefined) add('day', 'day', words.day(dayMs), ['dayMs']);
  if (minimumAmount !== undefined || maximumAmount !== undefined) {
    add('amount', 'amount', span(minimumAmount, maximumAmount, words.amount), ['minimumAmount', 'maximumAmount']);
  }
  if (minimumScore !== undefined) add('score', 'score', `from ${minimumScore.toFixed(3)}`, ['minimumScore']);
  if (minimumFlagged !== undefined) add('flagged', 'flagged', `from ${minimumFlagged}`, ['minimumFlagged']);
  if (firstReasons !== undefined)
    add('reason', 'first reason', listed(firstReasons.map((feature) => words.reason(feature))), ['firstReasons']);
  if (themes !== undefined) add('theme', 'theme', listed(themes.map((theme) => themeNames[theme])), ['themes']);
  if (fromMs !== undefined || toMs !== undefined)
    add('time', 'time', span(fromMs, toMs, words.time), ['fromMs', 'toMs']);
  if (anyOf !== undefined) {
    if (anyOf.length === 1) add('ids', 'id', anyOf[0], ['anyOf']);
    else if (isOfKeys(anyOf)) add('ids', 'alerts', `${anyOf.length} chosen`, ['anyOf']);
    else add('ids', 'ids', `${anyOf.length} pasted`, ['anyOf']);
  }
  for (const [column, texts] of Object.entries(columns ?? {})) {
    const { [column]: _taken, ...others } = columns ?? {};
    const { columns: _columns, ...rest } = filter;
    const without = Object.keys(others).length === 0 ? rest : { ...rest, columns: others };
    chips.push({
      ...{ id: `column:${column}`, name: column, without },
      value: listed(texts.map((text) => (text === '' ? '(empty)' : text))),
    });
  }
  for (const [column, { from, to }] of Object.entries(ranges ?? {})) {
    const { [column]: _taken, ...others } = ranges ?? {};
    const { ranges: _ranges, ...rest } = filter;
    const without = Object.keys(others).length === 0 ? rest : { ...rest, ranges: others };
    const value = span(from, to, (each) => words.stored(column, each));
    chips.push({ id: `range:${column}`, name: column, value, without });
  }
  return chips;
}

function span(from: number | undefined, to: number | undefined, words: (value: number) => string): string {
  if (from !== undefined && from === to) return words(from);
  if (from === undefined) return `to ${words(to ?? 0)}`;
  return to === undefined ? `from ${words(from)}` : `${words(from)} to ${words(to)}`;
}

function listed(texts: readonly string[]): string {
  return texts.length > 2 ? `${texts[0]} and ${texts.length - 1} more` : texts.join(', ');
}

/** Whether all of these are keys of alerts, which are chosen and not pasted. */
export function isOfKeys(ids: readonly string[]): boolean {
  return ids.every((id) => /^#\d+$/u.test(id));
}
