import { type ReactNode } from 'react';
import type { EntityTransaction } from '../../../preload/contract/entities.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatScore, withCapital } from '../../data/format.ts';
import { usePagedRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { TransactionState } from './alert-transactions.tsx';
import { EntityLinkButton } from './entity-link.tsx';
import type { EntityRef } from './entity-stack.ts';
import { EntityTable } from './entity-table.tsx';

const PAGE = 100;

export interface EntityTransactionsProps {
  readonly modelId: number;
  readonly entity: EntityRef;
  readonly title: string;
  readonly filter: TransactionFilter;
  /** What the other side is called. */
  readonly otherRole: string | null;
  readonly onOpen: (entity: EntityRef) => void;
  readonly onOpenAlert: (key: string) => void;
  /** Asks more of the transactions by one value; absent where the list is not filtered so. */
  readonly onFilter?: (change: TransactionFilter) => void;
  /** The day that a time lies in, as a condition. */
  readonly dayOf?: (timeMs: number) => TransactionFilter;
  /** Transactions that alone are judged; absent where none can be chosen. */
  readonly chosen?: readonly number[];
  readonly onChoose?: (sequences: readonly number[]) => void;
}

/** Transactions of an entity within a filter, newest first; each value opens, filters or chooses. */
export function EntityTransactions(props: EntityTransactionsProps): ReactNode {
  const { modelId, entity, title, filter, otherRole, chosen = [], onChoose } = props;
  const pages = usePagedRequest(
    'entity.transactions',
    { modelId, entity: entity.text, side: entity.side, filter, limit: PAGE },
    { keepsPrevious: true },
  );
  const total = pages.firstPage?.total ?? 0;
  const toggle = (sequence: number): void =>
    onChoose?.(chosen.includes(sequence) ? chosen.filter((other) => other !== sequence) : [...chosen, sequence]);
  const columns = [
    ...(onChoose === undefined ? [] : [null]),
    { title: 'State' },
    { title: 'Time' },
    { title: 'Amount', isNumber: true },
    { title: 'Score', isNumber: true },
    ...(otherRole === null ? [] : [{ title: withCapital(otherRole) }]),
    { title: 'Transaction' },
  ];
  if (pages.error !== null) return <ErrorState title="The transactions could not be read" error={pages.error} />;
  return (
    <section aria-label={title}>
      <h3>
        {title}{' '}
        <span className="soft triage-place tabular">
          {formatCounted(total, 'transaction')}
          {onChoose !== undefined && '; choose some to judge only those'}
        </span>
      </h3>
      <EntityTable label={title} columns={columns}>
        {pages.rows.map((row) => (
          <tr key={row.sequence} data-chosen={chosen.includes(row.sequence)}>
            {onChoose !== undefined && (
              <td>
                <input
                  type="checkbox"
                  aria-label={`Choose transaction ${row.id}`}
                  checked={chosen.includes(row.sequence)}
                  onChange={() => toggle(row.sequence)}
                />
              </td>
            )}
            <Cells {...props} row={row} />
          </tr>
        ))}
      </EntityTable>
      {pages.hasMore && (
        <Button tone="quiet" onClick={pages.loadMore}>
          {formatCount(total - pages.rows.length)} older
        </Button>
      )}
    </section>
  );
}

function Cells({
  row,
  entity,
  otherRole,
  onOpen,
  onOpenAlert,
  onFilter,
  dayOf,
}: EntityTransactionsProps & { readonly row: EntityTransaction }): ReactNode {
  const formats = useFormats();
  const { alertKey, timeMs, amount, other } = row;
  const time = formats.columnTime(timeMs);
  const money = formats.amount(amount, null);
  const ofAlert = (shown: ReactNode): ReactNode =>
    alertKey === null ? (
      shown
    ) : (
      <button type="button" className="text-link" title="Open its alert" onClick={() => onOpenAlert(alertKey)}>
        {shown}
      </button>
    );
  return (
    <>
      <td>{ofAlert(<TransactionState transaction={row} isNew={false} />)}</td>
      <td>
        {onFilter === undefined || dayOf === undefined || timeMs === null ? (
          time
        ) : (
          <button type="button" className="triage-value" title="Only this day" onClick={() => onFilter(dayOf(timeMs))}>
            {time}
          </button>
        )}
      </td>
      <td className="number">
        {onFilter === undefined || amount === null ? (
          money
        ) : (
          <button
            type="button"
            className="triage-value"
            title="Only from this amount up"
            onClick={() => onFilter({ minimumAmount: amount })}
          >
            {money}
          </button>
        )}
      </td>
      <td className="number">{ofAlert(formatScore(row.score))}</td>
      {otherRole !== null && (
        <td className="ellipsis">
          {other !== null && (
            <EntityLinkButton
              entity={{ text: other, side: entity.side === 'entity' ? 'counterpart' : 'entity' }}
              onOpen={onOpen}
            />
          )}
        </td>
      )}
      <td className="ellipsis" title={row.id}>
        {ofAlert(row.id)}
      </td>
    </>
  );
}
