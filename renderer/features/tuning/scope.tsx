import type { ReactNode } from 'react';
import { isEmptyFilter } from '../../data/transaction-filter.ts';
import { useTransactionFilter } from '../../data/use-transaction-filter.ts';

/** Says of a figure whether it follows the filter that holds; nothing where none does. */
export function Scope({ of }: { readonly of: 'filter' | 'all' }): ReactNode {
  const [filter] = useTransactionFilter();
  if (isEmptyFilter(filter)) return null;
  return (
    <span className="tuning-scope" data-scope={of}>
      {of === 'filter' ? 'within the filter' : 'of all transactions'}
    </span>
  );
}
