import type { ReactNode } from 'react';
import { FilterChips } from '../../app/filter-chips.tsx';
import { formatCount, formatCounted } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { isEmptyFilter } from '../../data/transaction-filter.ts';
import { useTransactionFilter } from '../../data/use-transaction-filter.ts';
import type { Within } from './use-within.ts';

/** The filter that Triage and Explore have, too, and what the line in force flags within it; nothing without a filter. */
export function FilteredLine({
  modelId,
  within: { scored, point },
}: {
  readonly modelId: number;
  readonly within: Within;
}): ReactNode {
  const [filter, setFilter] = useTransactionFilter();
  const isEmpty = isEmptyFilter(filter);
  const alerts = useRequest(
    'alerts.page',
    { modelId, filter, limit: 1 },
    { isEnabled: !isEmpty, keepsPrevious: true },
  ).data;
  if (isEmpty) return null;
  return (
    <div className="tuning-filtered" role="group" aria-label="Filter">
      <FilterChips filter={filter} onFilter={setFilter} />
      {alerts !== undefined && (
        <span className="soft tabular" role="status">
          {formatCounted(alerts.total, 'alert')} at the line in force
          {scored !== undefined &&
            point !== undefined &&
            `; ${formatCount(point.flagged)} of ${formatCounted(scored.rows, 'transaction')} flagged`}
        </span>
      )}
    </div>
  );
}
