import { useCallback, useMemo } from 'react';
import { useCaseState } from '../../data/app-state.tsx';

interface CheckedAlerts {
  readonly modelId: number;
  readonly keys: readonly string[];
}

const NONE: CheckedAlerts = { modelId: 0, keys: [] };

/**
 * Alerts that the next decision takes together, kept for the case. Only alerts of the list count: what has left it, as by
 * a decision elsewhere, must not be decided unseen.
 * @param order keys of the alerts in the list
 */
export function useCheckedAlerts(
  modelId: number,
  order: readonly string[],
): readonly [ReadonlySet<string>, (keys: ReadonlySet<string>) => void] {
  const [stored, setStored] = useCaseState<CheckedAlerts>('triage.checked', NONE, isCheckedAlerts);
  const checked = useMemo(() => checkedOfList(stored, modelId, order), [stored, modelId, order]);
  const setChecked = useCallback(
    (keys: ReadonlySet<string>) => setStored({ modelId, keys: [...keys] }),
    [setStored, modelId],
  );
  return [checked, setChecked];
}

/** Those of the same model that are in the list. */
export function checkedOfList(stored: CheckedAlerts, modelId: number, order: readonly string[]): ReadonlySet<string> {
  const listed = new Set(stored.modelId === modelId && stored.keys.length > 0 ? order : []);
  return new Set(stored.keys.filter((key) => listed.has(key)));
}

function isCheckedAlerts(value: unknown): value is CheckedAlerts {
  if (typeof value !== 'object' || value === null) return false;
  const { modelId, keys } = value as Partial<Record<keyof CheckedAlerts, unknown>>;
  return typeof modelId === 'number' && Array.isArray(keys) && keys.every((key) => typeof key === 'string');
}
