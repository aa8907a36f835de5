import type { AlertFilter } from '../../../preload/contract/alert-choice.ts';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import { shownTransaction, storedColumnId, type ColumnContext } from './alert-columns.tsx';
import { stateOf } from './alert-list.ts';

/** How other alerts stand to the cell: the same, from it up, up to it. */
export type CellRelation = 'same' | 'from' | 'upTo';

/** What is asked of where the filter is one of a case: its entity and the other side. */
type CellContext = Pick<ColumnContext, 'stored' | 'cellColumns'> & {
  readonly openCase: Pick<CaseOverview, 'alertEntity' | 'counterpart'>;
};

/**
 * The filter with what one cell of the list says as a further condition, or without it where it is there already. Null
 * where the cell says nothing to filter by: an empty one, or an order asked of a text.
 */
export function filteredByCell(
  filter: AlertFilter,
  columnId: string,
  row: AlertRow,
  context: CellContext,
  relation: CellRelation = 'same',
): AlertFilter | null {
  const change = conditionOf(columnId, row, context, relation);
  if (change === null) return null;
  const { columns, ranges, ...own } = change;
  const next: AlertFilter = {
    ...filter,
    ...own,
    ...(columns === undefined ? {} : { columns: { ...filter.columns, ...columns } }),
    ...(ranges === undefined ? {} : { ranges: { ...filter.ranges, ...ranges } }),
  };
  return JSON.stringify(next) === JSON.stringify(filter) ? without(filter, change) : next;
}

function conditionOf(
  columnId: string,
  row: AlertRow,
  { stored, cellColumns, openCase }: CellContext,
  relation: CellRelation,
): AlertFilter | null {
  const { amount, timeMs, counterpart, id } = shownTransaction(row);
  const textOnly = (change: AlertFilter): AlertFilter | null => (relation === 'same' ? change : null);
  switch (columnId) {
    case 'entity':
      return textOnly(
        openCase.alertEntity === null
          ? { anyOf: [row.topId] }
          : { columns: { [openCase.alertEntity.column]: [row.entity] } },
      );
    case 'score':
      return relation === 'upTo' ? null : { minimumScore: row.score };
    case 'amount':
      if (amount === null) return null;
      if (relation === 'same') return { minimumAmount: amount, maximumAmount: amount };
      return relation === 'from' ? { minimumAmount: amount } : { maximumAmount: amount };
    case 'time':
    case 'day':
      if (relation === 'same') return row.opensMs === null ? null : { dayMs: row.opensMs };
      if (timeMs === null) return null;
      return relation === 'from' ? { fromMs: timeMs } : { toMs: timeMs };
    case 'firstReason':
      return row.firstFeature === null ? null : textOnly({ firstReasons: [row.firstFeature] });
    case 'theme':
      return row.theme === null ? null : textOnly({ themes: [row.theme] });
    case 'verdict':
      return textOnly({ verdict: [stateOf(row)] });
    case 'counterpart':
      return openCase.counterpart === null
        ? null
        : textOnly({ columns: { [openCase.counterpart.column]: [counterpart ?? ''] } });
    case 'transactions':
      return relation === 'upTo' ? null : { minimumFlagged: row.flaggedTransactions };
    case 'topId':
      return textOnly({ anyOf: [id] });
    default: {
      const column = stored.find(({ name }) => storedColumnId(name) === columnId);
      const cell = column === undefined ? undefined : row.cells[cellColumns.indexOf(column.name)];
      if (column === undefined || cell === undefined) return null;
      if (typeof cell !== 'number')
        return column.kind === 'category' ? textOnly({ columns: { [column.name]: [cell ?? ''] } }) : null;
      const range = {
        ...(relation === 'upTo' ? {} : { from: cell }),
        ...(relation === 'from' ? {} : { to: cell }),
      };
      return { ranges: { [column.name]: range } };
    }
  }
}

/** The filter without the conditions of a change. */
function without(filter: AlertFilter, { columns = {}, ranges = {}, ...own }: AlertFilter): AlertFilter {
  const left = {
    ...filter,
    columns: Object.fromEntries(Object.entries(filter.columns ?? {}).filter(([name]) => !(name in columns))),
    ranges: Object.fromEntries(Object.entries(filter.ranges ?? {}).filter(([name]) => !(name in ranges))),
  };
  return Object.fromEntries(
    Object.entries(left).filter(([key, value]) => {
      const isEmpty = typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
      return !(key in own) && !isEmpty;
    }),
  );
}
