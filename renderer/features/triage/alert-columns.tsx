import type { ReactNode } from 'react';
import type { AlertRow, CaseOverview, RequestInput } from '../../../preload/contract/requests.ts';
import type { CaseFormats } from '../../data/app-state.tsx';
import { formatCount, formatScore, withCapital } from '../../data/format.ts';
import { VerdictMark } from '../../ui/verdict-mark.tsx';
import { stateOf } from './alert-list.ts';

export type AlertSort = NonNullable<RequestInput<'alerts.page'>['sort']>[number];

/** What a cell needs besides its row. */
export interface ColumnContext {
  readonly formats: CaseFormats;
  readonly openCase: CaseOverview;
  /** Scores at which the bar beside a score is empty and full. */
  readonly scores: { readonly low: number; readonly high: number };
}

export interface AlertColumn {
  readonly id: string;
  readonly title: (context: ColumnContext) => string;
  readonly width: number;
  readonly isNumber: boolean;
  readonly sort: AlertSort['by'] | null;
  /** As copied; also shown, where `draw` does not show more. */
  readonly text: (row: AlertRow, context: ColumnContext) => string;
  readonly draw?: (row: AlertRow, context: ColumnContext) => ReactNode;
  readonly isQuiet?: boolean;
  /** Takes the room that is left, unless a person gave it a width. */
  readonly isElastic?: boolean;
}

/** Every column of the list of alerts, in the order in which they first stand. */
export const alertColumns: readonly AlertColumn[] = [
  {
    id: 'entity',
    title: ({ openCase }) => withCapital(openCase.alertEntity?.role ?? 'transaction'),
    width: 84,
    isNumber: false,
    sort: 'entity',
    text: ({ entity, topId }, { openCase }) => (openCase.alertEntity === null ? topId : entity),
  },
  {
    id: 'score',
    title: () => 'Score',
    width: 94,
    isNumber: true,
    sort: 'score',
    text: ({ score }) => formatScore(score),
    draw: ({ score }, { scores }) => (
      <>
        <span className="triage-score" aria-hidden="true">
          <span style={{ width: `${barShare(score, scores) * 100}%` }} />
        </span>
        {formatScore(score)}
      </>
    ),
  },
  {
    id: 'amount',
    title: ({ formats }) => (formats.currency === null ? 'Amount' : `Amount ${formats.currency}`),
    width: 98,
    isNumber: true,
    sort: 'amount',
    text: ({ amount, currency }, { formats }) =>
      formats.amount(amount, currency === formats.currency ? null : currency),
  },
  {
    id: 'time',
    title: ({ formats }) => `Time (${formats.column.name})`,
    width: 104,
    isNumber: false,
    sort: 'time',
    text: ({ timeMs }, { formats }) => formats.columnTime(timeMs),
  },
  {
    id: 'firstReason',
    title: () => 'First reason',
    width: 164,
    isNumber: false,
    sort: null,
    isQuiet: true,
    isElastic: true,
    text: ({ firstReason }) => firstReason,
  },
  {
    id: 'verdict',
    title: () => 'Verdict',
    width: 94,
    isNumber: false,
    sort: null,
    text: (row) => (stateOf(row) === 'none' ? '' : stateOf(row)),
    draw: (row) =>
      row.verdict === null && row.snoozedUntilMs !== null ? (
        <span className="soft">◷ snoozed</span>
      ) : (
        <>
          <VerdictMark verdict={row.verdict} />
          {row.hasNote && (
            <span className="soft" title="has a note">
              {' '}
              ✎<span className="visually-hidden"> has a note</span>
            </span>
          )}
        </>
      ),
  },
  {
    id: 'counterpart',
    title: ({ openCase }) => withCapital(openCase.counterpart?.role ?? 'counterpart'),
    width: 100,
    isNumber: false,
    sort: null,
    text: ({ counterpart }) => counterpart ?? '',
  },
  {
    id: 'transactions',
    title: () => 'Flagged',
    width: 84,
    isNumber: true,
    sort: 'transactions',
    text: ({ flaggedTransactions, transactions }) =>
      `${formatCount(flaggedTransactions)} of ${formatCount(transactions)}`,
  },
  {
    id: 'topId',
    title: () => 'Id of the highest',
    width: 150,
    isNumber: false,
    sort: null,
    text: ({ topId }) => topId,
  },
];

function barShare(score: number, { low, high }: ColumnContext['scores']): number {
  return high > low ? Math.min(1, Math.max(0.04, (score - low) / (high - low))) : 1;
}
