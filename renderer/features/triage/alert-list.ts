import type { VerdictKind } from '../../../engine/domain/verdict.ts';
import type { AlertRow } from '../../../preload/contract/alerts.ts';

/**
 * The alerts read so far, in the order they were read. The list is a snapshot: a decided alert stays in its place, with
 * its verdict, until the analyst asks for the list anew. Nothing moves under the hand.
 */
export interface AlertList {
  readonly rows: readonly AlertRow[];
  readonly total: number;
  /** Flagged transactions of all of them. */
  readonly transactions: number;
  /** How many alerts of the filter each verdict has, 'none' for undecided. */
  readonly counts: Readonly<Record<string, number>>;
  readonly next: string | null;
  /** Of which columns of the recording the rows have cells. */
  readonly columns: readonly string[];
}

export type AlertChange = Partial<
  Pick<AlertRow, 'verdict' | 'reopened' | 'snoozedUntilMs' | 'isSuppressed' | 'hasNote' | 'firstReason'>
>;

/** The list after some of its alerts changed, with the counts of the verdicts moved along. */
export function withChange(list: AlertList, keys: ReadonlySet<string>, change: AlertChange): AlertList {
  const counts: Record<string, number> = { ...list.counts };
  const rows = list.rows.map((row) => {
    if (!keys.has(row.key)) return row;
    const changed = { ...row, ...change };
    move(counts, stateOf(row), stateOf(changed));
    return changed;
  });
  return { ...list, rows, counts };
}

/** The list with these alerts as they were before: what an action that failed leaves behind. */
export function rolledBack(list: AlertList, earlier: readonly AlertRow[]): AlertList {
  const before = new Map(earlier.map((row) => [row.key, row]));
  const counts: Record<string, number> = { ...list.counts };
  const rows = list.rows.map((row) => {
    const old = before.get(row.key);
    if (old === undefined) return row;
    move(counts, stateOf(row), stateOf(old));
    return old;
  });
  return { ...list, rows, counts };
}

/** The list with one more page; alerts that it has already are not repeated. */
export function withPage(list: AlertList, page: AlertList): AlertList {
  const known = new Set(list.rows.map(({ key }) => key));
  return { ...page, rows: [...list.rows, ...page.rows.filter(({ key }) => !known.has(key))] };
}

/** The list with some alerts as they are now; by which transaction each passed the filter stays, with its cells. */
export function withRows(list: AlertList, read: readonly AlertRow[]): AlertList {
  const now = new Map(read.map((row) => [row.key, row]));
  const counts: Record<string, number> = { ...list.counts };
  const rows = list.rows.map((row) => {
    const fresh = now.get(row.key);
    if (fresh === undefined) return row;
    move(counts, stateOf(row), stateOf(fresh));
    return { ...fresh, matched: row.matched, cells: row.cells };
  });
  return { ...list, rows, counts };
}

/** Under which verdict filter an alert falls. */
export function stateOf({
  verdict,
  snoozedUntilMs,
  isSuppressed,
}: Pick<AlertRow, 'verdict' | 'snoozedUntilMs' | 'isSuppressed'>): VerdictKind | 'none' | 'snoozed' | 'suppressed' {
  if (verdict !== null) return verdict;
  if (isSuppressed) return 'suppressed';
  return snoozedUntilMs === null ? 'none' : 'snoozed';
}

function move(counts: Record<string, number>, from: string, to: string): void {
  if (from === to) return;
  counts[from] = Math.max(0, (counts[from] ?? 0) - 1);
  counts[to] = (counts[to] ?? 0) + 1;
}

/** The list with the first reasons that are known by now; nothing else of it changes. */
export function withReasons(list: AlertList, known: readonly AlertRow[]): AlertList {
  const reasons = new Map(
    known.map(({ key, firstReason, firstFeature, theme }) => [key, { firstReason, firstFeature, theme }]),
  );
  return {
    ...list,
    rows: list.rows.map((row) => {
      const stated = reasons.get(row.key);
      return stated === undefined || stated.firstReason === '' || row.firstReason !== '' ? row : { ...row, ...stated };
    }),
  };
}
