import type { ReactNode } from 'react';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { AlertSort } from '../../../preload/contract/alert-choice.ts';
import type { ColumnReport } from '../../../preload/contract/recordings.ts';
import type { CaseFormats } from '../../data/case-formats.ts';
import { formatCount, formatScore, withCapital } from '../../data/format.ts';
import { themeNames } from '../../data/theme-names.ts';
import { VerdictMark } from '../../ui/verdict-mark.tsx';
import { stateOf } from './alert-list.ts';

/** A column of the recording that may stand in the list. */
export type StoredColumn = Pick<ColumnReport, 'name' | 'kind'>;

/** What a cell needs besides its row. */
export interface ColumnContext {
  readonly formats: CaseFormats;
  readonly openCase: Pick<CaseOverview, 'alertEntity' | 'counterpart'>;
  /** Scores at which the bar beside a score is empty and full. */
  readonly scores: { readonly low: number; readonly high: number };
  /** Whether the model has themes, and whether their column stands in the list, so that reasons need not name them. */
  readonly hasThemes: boolean;
  readonly showsThemes: boolean;
  /** Columns of the recording that the list has none of its own for. */
  readonly stored: readonly StoredColumn[];
  /** Of which columns the rows have cells, in the order of the cells. */
  readonly cellColumns: readonly string[];
}

export interface AlertColumn {
  readonly id: string;
  readonly title: (context: ColumnContext) => string;
  readonly width: number;
  readonly isNumber: boolean;
  readonly sort: AlertSort['by'];
  /** As copied; also shown, where `draw` does not show more. */
  readonly text: (row: AlertRow, context: ColumnContext) => string;
  readonly draw?: (row: AlertRow, context: ColumnContext) => ReactNode;
  readonly isQuiet?: boolean;
  /** Takes the room that is left, unless a person gave it a width; where that is little, a line of its own under the others. */
  readonly isElastic?: boolean;
  /** Stands in the list only where it was chosen. */
  readonly isOptional?: boolean;
}

/** The transaction a row shows: the one that matched the filter, else the most anomalous of the alert. */
export function shownTransaction({ matched, topId: id, amount, timeMs, counterpart }: AlertRow): {
  readonly id: string;
  readonly amount: number | null;
  readonly timeMs: number | null;
  readonly counterpart: string | null;
} {
  return matched ?? { id, amount, timeMs, counterpart };
}

/** `legitimate on 12 Mar; 5 new since`: what was decided before flags that nobody was shown. */
export function reopenedWords(
  { kind, decidedAtMs, newTransactions }: NonNullable<AlertRow['reopened']>,
  day: (instantMs: number) => string,
): string {
  return `${kind} on ${day(decidedAtMs).slice(0, -5)}; ${formatCount(newTransactions)} new since`;
}

/** Every column that the list can have: its own, then those of the recording. */
export function columnsOf({ stored, hasThemes }: Pick<ColumnContext, 'stored' | 'hasThemes'>): readonly AlertColumn[] {
  const columnsByStored = hasThemes ? columnsWithThemes : columnsWithoutThemes;
  const known = columnsByStored.get(stored);
  if (known !== undefined) return known;
  const columns = [...alertColumns.filter(({ id }) => hasThemes || id !== 'theme'), ...stored.map(storedColumn)];
  columnsByStored.set(stored, columns);
  return columns;
}

/** A row is drawn again where its columns are others: the same columns stay the same objects. */
const columnsWithThemes = new WeakMap<readonly StoredColumn[], readonly AlertColumn[]>();
const columnsWithoutThemes = new WeakMap<readonly StoredColumn[], readonly AlertColumn[]>();

/** The id in the list of a column of the recording; also what it is sorted by. */
export function storedColumnId(name: string): `column:${string}` {
  return `column:${name}`;
}

function storedColumn({ name, kind }: StoredColumn): AlertColumn {
  return {
    id: storedColumnId(name),
    title: () => name,
    width: 104,
    isNumber: kind === 'number',
    sort: storedColumnId(name),
    isOptional: true,
    text: ({ cells }, { cellColumns, formats }) => {
      const cell = cells[cellColumns.indexOf(name)] ?? '';
      return kind === 'time' && typeof cell === 'number' ? formats.columnTime(cell) : String(cell);
    },
  };
}

/** The list's own columns, in the order in which they first stand. */
const alertColumns: readonly AlertColumn[] = [
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
    text: (row, { formats }) =>
      formats.amount(shownTransaction(row).amount, row.currency === formats.currency ? null : row.currency),
  },
  {
    id: 'time',
    title: ({ formats }) => `Time (${formats.column.name})`,
    width: 104,
    isNumber: false,
    sort: 'time',
    text: (row, { formats }) => formats.columnTime(shownTransaction(row).timeMs),
  },
  {
    id: 'theme',
    title: () => 'Theme',
    width: 118,
    isNumber: false,
    sort: 'theme',
    text: ({ theme }) => (theme === null ? '' : themeNames[theme]),
  },
  {
    id: 'firstReason',
    title: () => 'First reason',
    width: 164,
    isNumber: false,
    sort: 'firstReason',
    isQuiet: true,
    isElastic: true,
    text: ({ firstReason }) => firstReason,
    draw: (row, { showsThemes }) => (showsThemes ? withoutTheme(row) : row.firstReason),
  },
  {
    id: 'verdict',
    title: () => 'Verdict',
    width: 94,
    isNumber: false,
    sort: 'verdict',
    text: (row, { formats }) =>
      row.reopened !== null ? reopenedWords(row.reopened, formats.day) : stateOf(row) === 'none' ? '' : stateOf(row),
    draw: (row) =>
      row.reopened !== null ? (
        <span className="triage-reopened">
          <span aria-hidden="true">↻</span> {formatCount(row.reopened.newTransactions)} new
        </span>
      ) : row.isSuppressed ? (
        <span className="soft">⌀ suppressed</span>
      ) : row.verdict === null && row.snoozedUntilMs !== null ? (
        <span className="soft">◷ snoozed</span>
      ) : (
        <>
          <VerdictMark verdict={row.verdict} />
          {row.isFromBelowLine && (
            <span className="soft" title="drawn from below the line">
              {' '}
              ↓<span className="visually-hidden"> drawn from below the line</span>
            </span>
          )}
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
    sort: 'counterpart',
    text: (row) => shownTransaction(row).counterpart ?? '',
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
    title: () => 'Transaction',
    width: 150,
    isNumber: false,
    sort: 'topId',
    text: (row) => shownTransaction(row).id,
  },
  {
    id: 'day',
    title: () => 'Opens on',
    width: 96,
    isNumber: false,
    sort: 'day',
    isOptional: true,
    text: ({ opensMs }, { formats }) => formats.caseDay(opensMs),
  },
];

/** The first reason without the theme that stands beside it. */
function withoutTheme({ firstReason, theme }: Pick<AlertRow, 'firstReason' | 'theme'>): string {
  const prefix = theme === null ? '' : `${withCapital(themeNames[theme])}: `;
  return firstReason.startsWith(prefix) ? withCapital(firstReason.slice(prefix.length)) : firstReason;
}

function barShare(score: number, { low, high }: ColumnContext['scores']): number {
  return high > low ? Math.min(1, Math.max(0.04, (score - low) / (high - low))) : 1;
}
