import type { OutboxItem, OutboxModel } from '../../../preload/contract/exports.ts';
import { useFormats } from '../../data/app-state.tsx';
import { useJob } from '../../data/jobs.tsx';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/states.tsx';

/** Exports to MLflow and time-stamps of seals: what waits, what went out, and what the server said. Nothing is shown before the first one. */
export function Outbox({ casePath }: { readonly casePath: string }) {
  const { data: items } = useRequest('outbox.list', {});
  const push = useJob('push');
  if (items === undefined || items.length === 0) return null;
  const isBusy = push.running !== null;
  const send = (item: OutboxItem, cancel: boolean): void =>
    void push.start({ casePath, publishId: item.publishId, cancel, repetitions: 1 });
  return (
    <section className="exports-outbox" aria-label="Outbox">
      <h2>Outbox</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">To</th>
            <th scope="col">Made</th>
            <th scope="col">State</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Entry key={item.publishId} item={item} isBusy={isBusy} onSend={send} />
          ))}
        </tbody>
      </table>
      {push.outcome?.ok === false && push.outcome.error.code !== 'CANCELLED' && (
        <ErrorState
          title="It was not sent"
          error={push.outcome.error}
          whatIsSafe="What was to be sent: it waits as before."
        />
      )}
    </section>
  );
}

function Entry({
  item,
  isBusy,
  onSend,
}: {
  readonly item: OutboxItem;
  readonly isBusy: boolean;
  readonly onSend: (item: OutboxItem, cancel: boolean) => void;
}) {
  const { columnTime } = useFormats();
  return (
    <tr data-state={item.state}>
      <td>{item.kind === 'model' ? item.modelName : 'Seal'}</td>
      <td>
        {item.kind === 'model' ? item.trackingUri : item.server}
        <br />
        <span className="soft">{item.kind === 'model' ? namesThere(item) : 'RFC 3161 time-stamp'}</span>
      </td>
      <td className="tabular">{columnTime(item.createdAtMs)}</td>
      <td>
        {stateWords(item)}
        {item.lastError !== null && (
          <>
            <br />
            <span className="soft">{item.lastError}</span>
          </>
        )}
      </td>
      <td>
        {item.state === 'waiting' && (
          <span className="exports-entry-actions">
            <Button disabled={isBusy} onClick={() => onSend(item, false)}>
              Send now
            </Button>
            <Button tone="quiet" disabled={isBusy} onClick={() => onSend(item, true)}>
              Take back
            </Button>
          </span>
        )}
      </td>
    </tr>
  );
}

function namesThere({ experiment, registeredModel, alias }: OutboxModel): string {
  if (registeredModel === null) return experiment;
  return `${experiment}, ${registeredModel}${alias === null ? '' : `@${alias}`}`;
}

function stateWords(item: OutboxItem): string {
  const { state, attempts, lastError } = item;
  if (state === 'cancelled') return 'Taken back';
  if (state === 'waiting')
    return lastError === null ? 'Waiting' : `Waiting, tried ${attempts} times`.replace(' 1 times', ' once');
  if (item.kind === 'timeStamp') return 'Received';
  const version = item.published?.version ?? null;
  return version === null ? 'Sent' : `Sent, version ${version}`;
}
