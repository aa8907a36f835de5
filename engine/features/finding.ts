import type { ColumnKind, ColumnRole, Doubt, TimeFormat } from '../domain/profile.ts';
import type { ColumnFacts } from './column-facts.ts';

/** What the inference concluded about one column. */
export interface Finding {
  readonly facts: ColumnFacts;
  readonly role: ColumnRole;
  readonly kind: ColumnKind;
  readonly confidence: number;
  readonly reason: string;
  readonly timeFormat?: TimeFormat;
  readonly joinedWith?: readonly string[];
  readonly positiveValues?: readonly string[];
  readonly doubt?: Doubt;
}

/** "a, b and c". */
export function joinWords(words: readonly string[]): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** A count with thousands separated, the same on every machine. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
