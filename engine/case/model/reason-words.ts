import { columnWithRole } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { describeReasons, type DescribedReasons, type Reason } from '../../forest/reasons/describe-reasons.ts';
import type { UnflaggingChange } from '../../forest/reasons/smallest-change.ts';
import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import { UNKNOWN_CODE } from '../case-arrays.ts';
import type { LabelledWords } from './feature-words.ts';
import type { ModelView, RowReasons } from './model-view.ts';
import { ownUsual } from './own-usual.ts';
import { reasonPhrase } from './reason-phrase.ts';
import { leadingFeature, themeShares } from './theme-shares.ts';

/** Time that reasons are computed for between two looks at the signal. */
const turnMs = 50;

/** Reasons that add up, each with its sentence. */
export interface StatedReasons extends DescribedReasons {
  readonly reasons: readonly (Reason & { readonly sentence: string })[];
}

/** A feature's value as a person reads it. */
export function featureValueText({ valueText }: LabelledWords, value: number): string {
  return Number.isNaN(value) ? 'missing' : valueText(value);
}

/**
 * The reasons of one row in words, at most `limit` of those that raise its score (the usual number where absent), and the
 * rest: the same sentences in the window, in commands and in exports, which say where reasons are by perturbation. The strongest of the leading theme is the first.
 * @param known its contributions and features, where they were computed elsewhere
 */
export function describedReasons(
  view: ModelView,
  sequence: number,
  limit?: number,
  known?: { readonly lengths: RowReasons; readonly features: Float32Array },
): StatedReasons {
  const lengths = known?.lengths ?? view.reasons(sequence);
  const described = describeReasons(
    view.forest,
    lengths,
    known?.features ?? view.featureRow(sequence),
    view.words.map(({ name }) => name),
    view.background,
    limit,
    leadingFeature(view.words, lengths.contributions),
  );
  return {
    ...described,
    reasons: described.reasons.map((reason) => ({
      ...reason,
      sentence: `${phraseOf(view, sequence, reason)}${view.forest.graph === undefined ? '' : ' (by perturbation)'}.`,
    })),
  };
}

/** The strongest feature of a row's leading theme, where its reasons are known and one raises its score. */
export function knownFirstFeature(view: ModelView, sequence: number): string | undefined {
  const contributions = view.knownReasons(sequence)?.contributions;
  const first = contributions === undefined ? undefined : leadingFeature(view.words, contributions);
  return first === undefined ? undefined : view.words[first].name;
}

const phrasesOf = new WeakMap<ModelView, Map<number, string>>();

/** The sentence of the strongest reason of a row, without its full stop: "4.1 times what this card usually pays". */
export function firstReason(view: ModelView, sequence: number): string {
  const phrases = phrasesOf.get(view) ?? new Map<number, string>();
  phrasesOf.set(view, phrases);
  const known = phrases.get(sequence);
  if (known !== undefined) return known;
  const [reason] = describedReasons(view, sequence, 1).reasons;
  const phrase = reason?.sentence.slice(0, -1) ?? 'No single feature raises the score';
  phrases.set(sequence, phrase);
  return phrase;
}

function phraseOf(view: ModelView, sequence: number, { feature, value, median, percentile }: Reason): string {
  const { arrays } = view;
  const words = view.words[feature];
  const { source } = words;
  const ofOther = 'of' in source ? source.of : null;
  const column = 'entity' in source ? ofOther : source.column;
  const kind = arrays.profile.columns.find(({ name }) => name === column)?.kind;
  const text = column === null || kind !== 'category' ? null : arrays.coded(column);
  const code = text?.codes[sequence] ?? UNKNOWN_CODE;
  return reasonPhrase({
    words,
    value,
    median,
    percentile,
    mean: view.backgroundOf(feature).mean,
    isFilled:
      column !== null &&
      ofOther === null &&
      (text === null ? Number.isNaN(arrays.valuesOf(column)[sequence]) : code === UNKNOWN_CODE),
    text: code === UNKNOWN_CODE ? null : (text?.dictionary.textOf(code) ?? null),
    own: ownUsual(arrays, source, sequence),
    isAmount: column !== null && columnWithRole(arrays.profile, 'amount')?.name === column,
    ...('entity' in source && source.kind === 'amount-excess'
      ? { amount: arrays.valuesOf(source.amount)[sequence] }
      : {}),
  });
}

/** What would have to be otherwise for a row not to be flagged, in one sentence. */
export function changeSentence(view: ModelView, change: UnflaggingChange): string {
  const parts = change.changes.map(({ feature, from, to }) => {
    const words = view.words[feature];
    // Between yes and no lies nothing that could be otherwise.
    if (words.isYesNo) return `“${words.description}” ${to < from ? 'did not hold' : 'held'}`;
    return `${words.description} were ${featureValueText(words, to)} instead of ${featureValueText(words, from)}`;
  });
  return `Not flagged if ${parts.join(' and ')}.`;
}

/** A row's themes, strongest first, each with the sentence of its strongest reason. */
export function statedThemes(
  view: ModelView,
  sequence: number,
): readonly Omit<AlertDetail['themes'][number], 'evidence'>[] {
  const shares = themeShares(view.words, view.reasons(sequence).contributions);
  const raised = shares.reduce((sum, { amount }) => sum + Math.max(0, amount), 0);
  const sentences = new Map(
    describedReasons(view, sequence, view.words.length).reasons.map(({ feature, sentence }) => [feature, sentence]),
  );
  return shares.map(({ theme, amount, features }) => ({
    theme,
    amount,
    share: raised === 0 ? 0 : Math.max(0, amount) / raised,
    sentence: sentences.get(features[0]) ?? null,
  }));
}

/** Computes the reasons of some rows, however long it takes, and tells how far it is. @throws AssayError CANCELLED */
export async function computeAllReasons(
  view: ModelView,
  sequences: readonly number[],
  context: WorkContext,
): Promise<void> {
  let left = computeReasons(view, sequences, 0);
  const total = left.length;
  while (left.length > 0) {
    throwIfCancelled(context.signal);
    left = computeReasons(view, left, turnMs);
    context.report({ phase: 'explain', done: total - left.length, total, unit: 'alerts' });
    await new Promise(setImmediate);
  }
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
