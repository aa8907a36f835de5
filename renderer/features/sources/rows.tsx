import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { FilterChips } from '../../app/filter-chips.tsx';
import { formatCount } from '../../data/format.ts';
import { usePagedRequest } from '../../data/requests.ts';
import { useTransactionFilter } from '../../data/use-transaction-filter.ts';
import { Field } from '../../ui/field.tsx';
import { Menu } from '../../ui/menu.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import type { SortEntry } from '../../ui/table-layout.ts';
import { CellsTable, type CellsRow } from './cells-table.tsx';

const pageRows = 200;
const none: readonly string[] = [];

/** The transactions of the case: searched by a text, sorted by a column, filtered as in Triage and Explore. */
export function Rows({ openCase }: { readonly openCase: CaseOverview }) {
  const [filter, setFilter] = useTransactionFilter();
  const [typed, setTyped] = useState('');
  const [sort, setSort] = useState<readonly SortEntry[]>([]);
  const [selected, setSelected] = useState<string | null>(null);
  const bar = useRef<HTMLDivElement>(null);
  const text = useDeferredValue(typed.trim());
  const [first] = sort;
  const page = usePagedRequest(
    'transactions.find',
    {
      filter,
      text,
      limit: pageRows,
      ...(first === undefined || text !== '' ? {} : { sort: { column: first.id, isDescending: first.descending } }),
    },
    { keepsPrevious: true },
  );
  useCommand('sources.search', () => bar.current?.querySelector('input')?.focus());
  const searchKey = useCommandKey('sources.search');
  const columns = page.firstPage?.columns ?? none;
  const kinds = page.firstPage?.kinds;
  const numeric = useMemo(() => new Set(columns.filter((_, index) => kinds?.[index] === 'number')), [columns, kinds]);
  const sortable = useMemo(
    () => new Set(text !== '' ? [] : columns.filter((_, index) => kinds?.[index] !== 'text')),
    [columns, kinds, text],
  );
  const rows = useMemo(() => page.rows.map((row) => ({ key: `${row.sequence}`, cells: row.cells })), [page.rows]);
  // A search goes on by itself until there is something to look at, and stops when another text is typed.
  const { hasMore, isFetching, loadMore } = page;
  const looksOn = text !== '' && hasMore && !isFetching && rows.length < pageRows;
  useEffect(() => {
    if (looksOn) loadMore();
  }, [looksOn, loadMore]);
  if (page.error !== null) return <ErrorState title="The rows cannot be read" error={page.error} />;
  const chosen = rows.find(({ key }) => key === selected);
  const total = page.firstPage?.total ?? null;
  return (
    <>
      <div ref={bar} className="sources-bar" role="search">
        <Field
          label="Search the rows"
          layout="hidden"
          type="search"
          placeholder={searchKey === null ? 'Search any cell' : `Search any cell  ${searchKey}`}
          value={typed}
          onChange={setTyped}
        />
        <FilterChips filter={filter} onFilter={setFilter} />
        {chosen !== undefined && (
          <Menu
            label="Filter by a value of the selected row"
            button={
              <>
                Filter by this row <span aria-hidden="true">▾</span>
              </>
            }
            entries={conditionsOf(chosen, columns, kinds).map(({ column, words, condition }) => ({
              text: (
                <>
                  {column} <strong>{words}</strong>
                </>
              ),
              onSelect: () => setFilter(withCondition(filter, condition)),
            }))}
          />
        )}
        <span className="grow" />
        <span className="soft tabular" role="status">
          {text === ''
            ? `${formatCount(total)} of ${formatCount(openCase.rows)} rows`
            : `${formatCount(rows.length)} found${hasMore ? (isFetching ? ', looking on' : ' so far') : ''}`}
        </span>
      </div>
      <CellsTable
        label="Transactions as received"
        columns={columns}
        numeric={numeric}
        rows={rows}
        {...(total === null ? {} : { total })}
        hasMore={hasMore}
        onNeedMore={loadMore}
        sortable={sortable}
        sort={text === '' ? sort : []}
        onSort={(next) => setSort(next.slice(-1))}
        selectedKey={selected}
        onSelect={setSelected}
        empty={
          hasMore || page.isLoading ? undefined : (
            <EmptyState title="No row has that">Shorten the search, or remove a filter.</EmptyState>
          )
        }
      />
    </>
  );
}

type Condition = Pick<TransactionFilter, 'columns' | 'ranges'>;

interface CellCondition {
  readonly column: string;
  readonly words: string;
  readonly condition: Condition;
}

/** What each cell of a row can be filtered by: the same text of a category, the same number or instant. */
function conditionsOf(
  { cells }: CellsRow,
  columns: readonly string[],
  kinds: readonly string[] | undefined,
): readonly CellCondition[] {
  return columns.flatMap((column, index): readonly CellCondition[] => {
    const cell = cells[index] ?? '';
    if (kinds?.[index] === 'category')
      return [{ column, words: cell === '' ? '(empty)' : cell, condition: { columns: { [column]: [cell] } } }];
    const value = kinds?.[index] === 'time' ? Date.parse(cell) : Number(cell);
    if (cell === '' || kinds?.[index] === 'text' || Number.isNaN(value)) return [];
    return [{ column, words: cell, condition: { ranges: { [column]: { from: value, to: value } } } }];
  });
}

function withCondition(filter: TransactionFilter, { columns, ranges }: Condition): TransactionFilter {
  return {
    ...filter,
    ...(columns === undefined ? {} : { columns: { ...filter.columns, ...columns } }),
    ...(ranges === undefined ? {} : { ranges: { ...filter.ranges, ...ranges } }),
  };
}
