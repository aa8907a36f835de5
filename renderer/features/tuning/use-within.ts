import type { ScoredTransactions, TransactionsAtLine } from '../../../preload/contract/tuning.ts';
import { useRequest } from '../../data/requests.ts';
import { isEmptyFilter } from '../../data/transaction-filter.ts';
import { useTransactionFilter } from '../../data/use-transaction-filter.ts';

/** What the filter leaves of the figures; undefined without a filter, and until they are there. */
export interface Within {
  readonly isFiltered: boolean;
  readonly scored: ScoredTransactions | undefined;
  readonly point: TransactionsAtLine | undefined;
}

/** The figures within the filter that Triage and Explore have, too; they follow the line while it is dragged. */
export function useWithin(modelId: number, thresholdUnits: number): Within {
  const [filter] = useTransactionFilter();
  const isFiltered = !isEmptyFilter(filter);
  const options = { isEnabled: isFiltered, keepsPrevious: true };
  const scored = useRequest('tuning.within', { modelId, filter }, options).data;
  const point = useRequest(
    'tuning.pointWithin',
    { modelId, filter, thresholdUnits },
    { ...options, isOnlyWhileShown: true },
  ).data;
  return isFiltered ? { isFiltered, scored, point } : { isFiltered, scored: undefined, point: undefined };
}
