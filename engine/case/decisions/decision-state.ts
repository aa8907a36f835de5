import type { StoredVerdict } from '../../store/decision-log.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { RowNumbers } from '../../store/row-numbers.ts';

/** What analysts have decided and nobody took back, in memory; extents and groupings are rows as the case has them now. */
export interface DecisionState {
  /** Oldest first. */
  readonly verdicts: readonly StoredVerdict[];
  /** The newest verdict whose extent holds a row. */
  readonly verdictOfRow: ReadonlyMap<number, StoredVerdict>;
  /** Until when each key is put aside. */
  readonly snoozes: ReadonlyMap<string, number>;
  readonly keysWithNotes: ReadonlySet<string>;
  /** Transactions that people made one alert of their own, oldest first. */
  readonly groupings: readonly Uint32Array[];
}

/** @param numbers by which decisions name their rows */
export function readDecisions({ decisions }: ReadableCase, numbers: RowNumbers): DecisionState {
  const rowsOf = (named: Uint32Array): Uint32Array =>
    numbers.removed === 0
      ? named
      : Uint32Array.from(Array.from(named, (number) => numbers.sequenceOf(number)).filter((row) => row >= 0));
  const verdicts = decisions
    .standingVerdicts()
    .map((verdict) => ({ ...verdict, sequences: rowsOf(verdict.sequences) }))
    .sort((left, right) => (isLater(left, right) ? 1 : -1));
  const verdictOfRow = new Map<number, StoredVerdict>();
  for (const verdict of verdicts) for (const row of verdict.sequences) verdictOfRow.set(row, verdict);
  return {
    verdicts,
    verdictOfRow,
    snoozes: decisions.standingSnoozes(),
    keysWithNotes: decisions.keysWithNotes(),
    groupings: decisions.standingGroupings().map(rowsOf),
  };
}

/**
 * Whether a verdict holds over another on the same rows: the one given later, whenever either came into this case, so that
 * files merged in any order come to one answer.
 */
function isLater(verdict: StoredVerdict, other: StoredVerdict): boolean {
  if (verdict.atMs !== other.atMs) return verdict.atMs > other.atMs;
  if (verdict.by !== other.by) return verdict.by > other.by;
  return verdict.id > other.id;
}

/** What was decided of one alert. */
export interface AlertDecision {
  /** The newest verdict that covers a flagged transaction of the alert. */
  readonly verdict: StoredVerdict;
  /** Flagged transactions that no verdict covers and that open the alert again; none where it is closed. */
  readonly newSequences: readonly number[];
}

/**
 * What was decided of flagged transactions; null where no verdict covers any of them. A verdict speaks for the rows it
 * was shown: a flag beyond them opens the alert again, unless it lies before the time until which it was closed.
 * @param times event times, NaN where missing; null where there are none
 */
export function decisionOfRows(
  { verdictOfRow }: DecisionState,
  flagged: Uint32Array,
  times: Float64Array | null,
): AlertDecision | null {
  let verdict: StoredVerdict | null = null;
  const uncovered: number[] = [];
  for (const row of flagged) {
    const known = verdictOfRow.get(row);
    if (known === undefined) uncovered.push(row);
    else if (verdict === null || isLater(known, verdict)) verdict = known;
  }
  if (verdict === null) return null;
  const { closedUntilMs } = verdict;
  const staysClosed = (row: number): boolean => closedUntilMs !== null && (times?.[row] ?? Infinity) < closedUntilMs;
  return { verdict, newSequences: uncovered.filter((row) => !staysClosed(row)) };
}
