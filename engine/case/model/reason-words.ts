import { describeReasons, type DescribedReasons } from '../../forest/reasons/describe-reasons.ts';
import type { UnflaggingChange } from '../../forest/reasons/smallest-change.ts';
import type { LabelledWords } from './feature-words.ts';
import type { ModelView } from './model-view.ts';

/** A feature's value as a person reads it. */
export function featureValueText({ valueText }: LabelledWords, value: number): string {
  return Number.isNaN(value) ? 'missing' : valueText(value);
}

/** The reasons of one row in words, at most `limit` of those that raise its score (the usual number where absent), and the rest. */
export function describedReasons(view: ModelView, sequence: number, limit?: number): DescribedReasons {
  return describeReasons(
    view.forest,
    view.reasons(sequence),
    view.featureRow(sequence),
    view.words,
    view.background,
    limit,
  );
}

/** The strongest reason of a row as a short phrase, such as "Payments by customer: 14, usually 2 (24 h)". */
export function firstReason(view: ModelView, sequence: number): string {
  const reason = describedReasons(view, sequence, 1).reasons[0];
  if (reason === undefined) return 'No single feature raises the score';
  const words = view.words[reason.feature];
  const value = featureValueText(words, reason.value);
  const usual = words.comparesByRank && !Number.isNaN(reason.median) ? words.valueText(reason.median) : value;
  const span = words.span === '' ? '' : ` (${words.span})`;
  return `${words.subject}: ${value}${usual === value ? '' : `, usually ${usual}`}${span}`;
}

/** What would have to be otherwise for a row not to be flagged, in one sentence. */
export function changeSentence(view: ModelView, change: UnflaggingChange): string {
  const parts = change.changes.map(({ feature, from, to }) => {
    const words = view.words[feature];
    return `${words.description} were ${featureValueText(words, to)} instead of ${featureValueText(words, from)}`;
  });
  return `Not flagged if ${parts.join(' and ')}.`;
}

/**
 * Computes the first reasons of some rows, in stream order so that each segment is read once, until the time is
 * spent. Returns the rows that are left.
 */
export function computeReasons(view: ModelView, sequences: readonly number[], budgetMs: number): readonly number[] {
  const missing = sequences.filter((sequence) => view.knownReasons(sequence) === undefined).sort((a, b) => a - b);
  const endMs = performance.now() + budgetMs;
  for (const [index, sequence] of missing.entries()) {
    if (performance.now() >= endMs) return missing.slice(index);
    view.reasons(sequence);
  }
  return [];
}
