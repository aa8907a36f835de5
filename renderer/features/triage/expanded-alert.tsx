import type { ReactNode } from 'react';
import type { AlertRow } from '../../../preload/contract/requests.ts';
import { useFormats } from '../../data/app-state.tsx';
import { formatScore } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { errorWords } from '../../ui/error-words.ts';

const LINE_HEIGHT = 24;
const MOST_LINES = 12;

/** The room the transactions of an alert take below its row, known before they are read. */
export function expandedHeight({ transactions }: AlertRow): number {
  return (Math.min(transactions, MOST_LINES) + 1) * LINE_HEIGHT + 12;
}

/** The transactions of one alert's entity, flagged ones first, then those nearest in time, below its row. */
export function ExpandedAlert({ modelId, row }: { readonly modelId: number; readonly row: AlertRow }): ReactNode {
  const formats = useFormats();
  const detail = useRequest('alerts.detail', { modelId, key: row.key });
  const transactions = detail.data?.transactions ?? [];
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
              <th scope="col">Flag</th>
            </tr>
          </thead>
          <tbody>
            {transactions.map((transaction) => (
              <tr key={transaction.sequence}>
                <td>{formats.columnTime(transaction.timeMs)}</td>
                <td>{transaction.id}</td>
                <td className="number">{formats.amount(transaction.amount, null)}</td>
                <td>{transaction.counterpart ?? ''}</td>
                <td className="number">{formatScore(transaction.score)}</td>
                <td>{transaction.flagged && <span className="triage-flag">▲ flagged</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
