import { AssayError } from '../../domain/error.ts';
import type { ThresholdHandle as IndexHandle, TuningIndex } from '../../forest/tuning.ts';
import type { StoredModel, StoredThreshold } from '../../store/types.ts';
import type { Line, ThresholdHandle } from '../../../preload/contract/tuning.ts';

/** A new case never starts with more than this share of its transactions flagged, whatever the budget. */
const MOST_SHARE_AT_FIRST = 0.05;
/** Without days there is no budget; scikit-learn's users start here too. */
const CONTAMINATION_WITHOUT_DAYS = 0.02;

/** The contract's handle as the tuning index takes it. */
export function indexHandle(handle: ThresholdHandle | { readonly kind: 'score'; readonly value: number }): IndexHandle {
  switch (handle.kind) {
    case 'contamination':
      return { kind: 'contamination', contamination: handle.value };
    case 'alerts-per-day':
      return {
        kind: 'alerts-per-day',
        alertsPerDay: handle.value,
        ...(handle.mostShare === undefined ? {} : { mostShare: handle.mostShare }),
      };
    case 'recall':
      return { kind: 'recall', recall: handle.value };
    case 'precision':
      return { kind: 'precision', precision: handle.value };
    case 'cost':
      return { kind: 'cost', missedFraudCost: handle.missedFraud, reviewCost: handle.review };
    case 'score':
      return { kind: 'score', score: handle.value };
  }
}

/** What is kept of a threshold: the integer that flags, and the rule that a person chose. */
export function storedThreshold(
  units: number,
  { kind, ...details }: ThresholdHandle | { readonly kind: 'score'; readonly value: number },
  counts: NonNullable<StoredThreshold['counts']>,
): StoredThreshold {
  return { units, rule: kind, details: JSON.parse(JSON.stringify(details)) as StoredThreshold['details'], counts };
}

/** The handle that set a stored threshold; null where it was set by a score or by a rule of a former version. */
export function handleOf({ rule, details }: StoredThreshold): ThresholdHandle | null {
  const number = (name: string): number | null => {
    const value = details[name];
    return typeof value === 'number' ? value : null;
  };
  const value = number('value');
  const mostShare = number('mostShare');
  const missedFraud = number('missedFraud');
  const review = number('review');
  if (rule === 'cost') return missedFraud === null || review === null ? null : { kind: rule, missedFraud, review };
  if (value === null) return null;
  if (rule === 'alerts-per-day') return { kind: rule, value, ...(mostShare === null ? {} : { mostShare }) };
  return rule === 'contamination' || rule === 'recall' || rule === 'precision' ? { kind: rule, value } : null;
}

/** The handle of a line that nobody named: the champion's goes on; a new case takes the team's budget, within bounds. */
export function usualHandle(
  champion: StoredModel | undefined,
  hasDays: boolean,
  alertsPerDay: number,
): ThresholdHandle {
  const kept = champion === undefined ? null : handleOf(champion.threshold);
  if (kept !== null) return kept;
  return hasDays
    ? { kind: 'alerts-per-day', value: alertsPerDay, mostShare: MOST_SHARE_AT_FIRST }
    : { kind: 'contamination', value: CONTAMINATION_WITHOUT_DAYS };
}

/** What set a line, in words: the handle, or the greatest share that holds it down. */
export function lineOf(index: TuningIndex, thresholdUnits: number, handle: ThresholdHandle | null): Line {
  if (handle?.kind !== 'alerts-per-day') {
    const sentence = sentenceOf(handle);
    return { handle, holds: 'handle', sentence: givesLine(index, thresholdUnits, handle) ? sentence : stale(sentence) };
  }
  const { alertsPerDay } = index.tune({ kind: 'threshold', thresholdUnits });
  if (alertsPerDay !== null && alertsPerDay > handle.value) {
    const now = alertsPerDay.toFixed(1);
    const sentence = `The line was set for a budget of ${handle.value} alerts a day; rows or what makes an alert changed since, and it gives ${now}.`;
    return { handle, holds: 'handle', sentence };
  }
  if (handle.mostShare === undefined) return { handle, holds: 'handle', sentence: sentenceOf(handle) };
  const byBudget = index.tune({ kind: 'alerts-per-day', alertsPerDay: handle.value }).thresholdUnits;
  const share = `${Number((100 * handle.mostShare).toFixed(2))} %`;
  if (!givesLine(index, thresholdUnits, handle))
    return { handle, holds: 'handle', sentence: stale(sentenceOf(handle)) };
  return byBudget > thresholdUnits
    ? {
        handle,
        holds: 'most-share',
        sentence: `The budget of ${handle.value} alerts a day would flag more than ${share} of the transactions, so ${share} is the line.`,
      }
    : { handle, holds: 'handle', sentence: sentenceOf(handle) };
}

/** Whether a handle would give the line there is. */
function givesLine(index: TuningIndex, thresholdUnits: number, handle: ThresholdHandle | null): boolean {
  if (handle === null) return true;
  try {
    const flagged = index.tune({ kind: 'threshold', thresholdUnits }).flagged;
    return index.tune(indexHandle(handle)).flagged === flagged;
  } catch (error) {
    // Where the frauds are gone by which it was set, it cannot be set again.
    if (error instanceof AssayError) return false;
    throw error;
  }
}

function stale(sentence: string): string {
  return `${sentence.replace(/\.$/, '')}, as it was set; rows, labels or what makes an alert changed since.`;
}

function sentenceOf(handle: ThresholdHandle | null): string {
  switch (handle?.kind) {
    case undefined:
      return 'The line was set by a score.';
    case 'contamination':
      return `The line flags ${Number((100 * handle.value).toFixed(4))} % of the transactions.`;
    case 'alerts-per-day':
      return `The line keeps to a budget of ${handle.value} alerts a day.`;
    case 'recall':
      return `The line finds ${Number((100 * handle.value).toFixed(2))} % of the known frauds.`;
    case 'precision':
      return `The line keeps a precision of ${Number((100 * handle.value).toFixed(2))} %.`;
    case 'cost':
      return `The line has the least cost at ${handle.missedFraud} a missed fraud and ${handle.review} a review.`;
  }
}
