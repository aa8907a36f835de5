import { useCallback, useMemo } from 'react';
import type { AlertFilter } from '../../preload/contract/alert-choice.ts';
import type { TransactionFilter } from '../../preload/contract/transactions.ts';
import { useCaseState } from './app-state.tsx';
import { alertFilterOf, changedParts, isTransactionFilter, withoutNothing } from './transaction-filter.ts';

const EVERYTHING: TransactionFilter = {};

/** The one filter of transactions that Triage, Explore and Tuning share; it survives leaving a place and a restart. */
export function useTransactionFilter(): readonly [TransactionFilter, (filter: TransactionFilter) => void] {
  const [filter, keep] = useCaseState<TransactionFilter>('transactions.filter', EVERYTHING, isTransactionFilter);
  const set = useCallback((next: TransactionFilter) => keep(withoutNothing(next)), [keep]);
  return [filter, set];
}

/** The filter of the list of alerts: the shared one, with what only the list knows (verdicts, search, ids, day). */
export function useAlertFilter(initial: AlertFilter): readonly [AlertFilter, (filter: AlertFilter) => void] {
  const [shared, setShared] = useTransactionFilter();
  const [own, setOwn] = useCaseState<AlertFilter>('triage.filter', initial);
  const filter = useMemo(() => alertFilterOf({ shared, own }), [shared, own]);
  const set = useCallback(
    (next: AlertFilter) => {
      const parts = changedParts({ shared, own }, next);
      setShared(parts.shared);
      setOwn(parts.own);
    },
    [shared, own, setShared, setOwn],
  );
  return [filter, set];
}
