import type { ReactNode } from 'react';
import type { ModelComparison, SwappedAlert } from '../../../preload/contract/comparisons.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { useGoTo } from '../../app/go-to.tsx';
import { useCurrentModel, useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatScore } from '../../data/format.ts';
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
  if (swapped.data === undefined) return <p className="soft">Listing</p>;
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
  const formats = useFormats();
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
      <div className="models-swapped-table" tabIndex={0} role="region" aria-label={`Alerts of only ${model.name}`}>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">Entity</th>
              <th scope="col" className="number">
                Score
              </th>
              <th scope="col" className="number">
                {other.name}
              </th>
              <th scope="col" className="number">
                Amount
              </th>
              <th scope="col">Strongest reason</th>
            </tr>
          </thead>
          <tbody>
            {alerts.map((alert) => (
              <tr key={alert.id}>
                <td>
                  <button type="button" className="models-link" onClick={() => open(alert)}>
                    {alert.entity === '' ? alert.id : alert.entity}
                  </button>
                  {alert.isFraud === true && (
                    <span className="models-fraud" title="known fraud">
                      {' '}
                      ▲<span className="visually-hidden"> known fraud</span>
                    </span>
                  )}
                </td>
                <td className="number">{formatScore(alert.score)}</td>
                <td className="number soft">{formatScore(alert.otherScore)}</td>
                <td className="number">{formats.amount(alert.amount, null)}</td>
                <td className="soft">{alert.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
