import type { ReactNode } from 'react';
import { FilterChips } from '../../app/filter-chips.tsx';
import { formatCounted } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { isEmptyFilter } from '../../data/transaction-filter.ts';
import { useTransactionFilter } from '../../data/use-transaction-filter.ts';

/** The filter that Triage and Explore have, too, and what the line in force flags within it; nothing without a filter. */
export function FilteredLine({ modelId }: { readonly modelId: number }): ReactNode {
  const [filter, setFilter] = useTransactionFilter();
  const isEmpty = isEmptyFilter(filter);
  const within = useRequest(
    'alerts.page',
    { modelId, filter, limit: 1 },
    { isEnabled: !isEmpty, keepsPrevious: true },
  ).data;
  if (isEmpty) return null;
  return (
    <div className="tuning-filtered" role="group" aria-label="Filter">
      <FilterChips filter={filter} onFilter={setFilter} />
      {within !== undefined && (
        <span className="soft tabular" role="status">
          {formatCounted(within.total, 'alert')} at the line in force; the figures below are of all transactions
        </span>
      )}
    </div>
  );
}
