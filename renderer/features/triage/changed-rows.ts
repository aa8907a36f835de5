import { useCallback, useMemo, useRef, useState } from 'react';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { AlertChange } from './alert-list.ts';

/** What decisions change of a row. */
type DecidedRow = Pick<AlertRow, 'key' | 'verdict' | 'snoozedUntilMs' | 'hasNote'>;

/** Rows as they were read, with the decisions that the engine has not told of yet. */
export function useChangedRows<Row extends DecidedRow>(read: readonly Row[] | undefined, refetch: () => void) {
  const [changes, setChanges] = useState<ReadonlyMap<string, AlertChange>>(new Map());
  const rows = useMemo(
    () => (read ?? []).map((row) => (changes.has(row.key) ? { ...row, ...changes.get(row.key) } : row)),
    [read, changes],
  );
  const newest = useRef(rows);
  newest.current = rows;
  const change = useCallback((keys: ReadonlySet<string>, made: AlertChange) => {
    const before = newest.current.filter(({ key }) => keys.has(key));
    setChanges((others) =>
      withChanges(
        others,
        [...keys].map((key) => [key, made]),
      ),
    );
    return () =>
      setChanges((others) =>
        withChanges(
          others,
          before.map(({ key, verdict, snoozedUntilMs, hasNote }) => [key, { verdict, snoozedUntilMs, hasNote }]),
        ),
      );
  }, []);
  const reload = useCallback(() => {
    setChanges(new Map());
    refetch();
  }, [refetch]);
  return { rows, change, reload };
}

function withChanges(
  changes: ReadonlyMap<string, AlertChange>,
  made: readonly (readonly [key: string, change: AlertChange])[],
): ReadonlyMap<string, AlertChange> {
  return new Map([...changes, ...made.map(([key, change]) => [key, { ...changes.get(key), ...change }] as const)]);
}
