import type { ReactNode } from 'react';
import type { ModelComparison, SwappedAlert } from '../../../preload/contract/comparisons.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { useGoTo } from '../../app/go-to.tsx';
import { SwapTable } from '../../app/swap-table.tsx';
import { useCurrentModel } from '../../data/app-state.tsx';
import { formatCount, formatCounted } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { ErrorState } from '../../ui/states.tsx';

const SHOWN = 100;

/** Which alerts only the one model has and which only the other, side by side, each with its strongest reason. */
export function SwappedAlerts({
  first,
  second,
  at,
}: {
  readonly first: ModelListItem;
  readonly second: ModelListItem;
  readonly at: ModelComparison['at'];
}): ReactNode {
  const swapped = useRequest(
    'models.swapAlerts',
    { firstModelId: first.id, secondModelId: second.id, at, limit: SHOWN },
    { keepsPrevious: true },
  );
  if (swapped.error !== null)
    return <ErrorState title="The alerts could not be listed" error={swapped.error} onRetry={swapped.refetch} />;
  if (swapped.data === undefined) return <p className="soft">Listing the alerts</p>;
  const { onlyFirst, onlySecond, totals } = swapped.data;
  return (
    <div className="models-swapped">
      <AlertsOfOne model={first} other={second} alerts={onlyFirst} total={totals.onlyFirst} />
      <AlertsOfOne model={second} other={first} alerts={onlySecond} total={totals.onlySecond} />
    </div>
  );
}

function AlertsOfOne({
  model,
  other,
  alerts,
  total,
}: {
  readonly model: ModelListItem;
  readonly other: ModelListItem;
  readonly alerts: readonly SwappedAlert[];
  readonly total: number;
}): ReactNode {
  const goTo = useGoTo();
  const [, setCurrent] = useCurrentModel();
  const open = ({ id, entity, isListed }: SwappedAlert): void => {
    setCurrent(model.id);
    // At another line than its own the model has no such alert to list; its entity is there all the same.
    if (isListed || entity === '') goTo('triage', { 'triage.filter': { anyOf: [id] } });
    else goTo('triage', { 'triage.entity': [{ text: entity, side: 'entity' }] });
  };
  return (
    <section aria-label={`Only ${model.name}`}>
      <h3>
        Only {model.name}: {formatCounted(total, 'alert')}{' '}
        {total > alerts.length && <span className="soft">the first {formatCount(alerts.length)}</span>}
      </h3>
      <SwapTable label={`Alerts of only ${model.name}`} rows={alerts} otherName={other.name} onOpen={open} />
    </section>
  );
}
