import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { dataOf, useClient } from '../../data/client.tsx';
import { requestKey, useRequest } from '../../data/requests.ts';

/** Alerts below the selected one whose details are read ahead. */
const READ_AHEAD = 2;

/** The detail of the selected alert, and those of the next ones read ahead, so that moving on shows them at once. */
export function useSelectedDetail(modelId: number, order: readonly string[], selected: string | null) {
  const client = useClient();
  const queries = useQueryClient();
  const detail = useRequest(
    'alerts.detail',
    { modelId, key: selected ?? '' },
    { isEnabled: selected !== null, keepsPrevious: true },
  );
  const isRead = detail.data?.row.key === selected;
  useEffect(() => {
    if (selected === null || !isRead) return;
    const at = order.indexOf(selected);
    for (const key of order.slice(at + 1, at + 1 + READ_AHEAD)) {
      void queries.prefetchQuery({
        queryKey: requestKey('alerts.detail', { modelId, key }),
        queryFn: async () => dataOf(await client.request('alerts.detail', { modelId, key })),
      });
    }
  }, [client, queries, modelId, order, selected, isRead]);
  return detail;
}
