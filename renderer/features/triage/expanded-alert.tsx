import { useEffect, useRef, type ReactNode } from 'react';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import { useFormats } from '../../data/app-state.tsx';
import { formatScore } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { TransactionState } from './alert-transactions.tsx';
import { errorWords } from '../../ui/error-words.ts';

const LINE_HEIGHT = 24;
const MOST_LINES = 12;

/** The room the transactions of an alert take below its row, known before they are read. */
export function expandedHeight({ transactions }: AlertRow): number {
  return (Math.min(transactions, MOST_LINES) + 1) * LINE_HEIGHT + 12;
}

/** Transactions of an alert that something else refers to. */
export interface PointedTransactions {
  readonly key: string;
  readonly sequences: readonly number[];
}

/** The transactions of one alert's entity below its row: flagged ones first, then those nearest in time; those pointed at marked. */
export function ExpandedAlert({
  modelId,
  row,
  pointed,
}: {
  readonly modelId: number;
  readonly row: AlertRow;
  readonly pointed: PointedTransactions | null;
}): ReactNode {
  const formats = useFormats();
  const body = useRef<HTMLTableSectionElement>(null);
  const detail = useRequest('alerts.detail', { modelId, key: row.key });
  const transactions = detail.data?.transactions ?? [];
  const news = detail.data?.decision?.newSequences ?? [];
  const isRead = detail.data !== undefined;
  useEffect(() => {
    if (pointed !== null && isRead)
      body.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [pointed, isRead]);
  return (
    <div
      className="triage-expanded"
      role="row"
      style={{ height: expandedHeight(row) - 6 }}
      onClick={(event) => event.stopPropagation()}
    >
      <div role="gridcell">
        {detail.error !== null && <p role="alert">▲ {errorWords(detail.error)}</p>}
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Id</th>
              <th scope="col" className="number">
                Amount
              </th>
              <th scope="col">Counterpart</th>
              <th scope="col" className="number">
                Score
              </th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody ref={body}>
            {transactions.map((transaction) => (
              <tr
                key={transaction.sequence}
                aria-current={pointed?.sequences.includes(transaction.sequence) === true ? 'true' : undefined}
              >
                <td>{formats.columnTime(transaction.timeMs)}</td>
                <td>{transaction.id}</td>
                <td className="number">{formats.amount(transaction.amount, null)}</td>
                <td>{transaction.counterpart ?? ''}</td>
                <td className="number">{formatScore(transaction.score)}</td>
                <td>
                  <TransactionState transaction={transaction} isNew={news.includes(transaction.sequence)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
