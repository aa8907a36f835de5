import { useState, type ReactNode } from 'react';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { useCase, useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatScore, withCapital } from '../../data/format.ts';
import { useRequest, type RequestResult } from '../../data/requests.ts';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { Segmented } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { VerdictMark } from '../../ui/verdict-mark.tsx';

const SHOWN_ALERTS = 40;
const SHOWN_ROWS = 50;

export type SelectedAlerts = RequestResult<RequestOutput<'alerts.page'>>;

/** The alerts of a selection, as Triage lists them under the same filter; they follow a brush while it is dragged. */
export function useSelectedAlerts(modelId: number, filter: TransactionFilter): SelectedAlerts {
  return useRequest(
    'alerts.page',
    { modelId, filter, limit: SHOWN_ALERTS },
    { keepsPrevious: true, isOnlyWhileShown: true },
  );
}

/** What lies within the selection: its alerts, or its transactions as received. */
export function Selected({
  modelId,
  filter,
  alerts,
  onAlert,
}: {
  readonly modelId: number;
  readonly filter: TransactionFilter;
  readonly alerts: SelectedAlerts;
  readonly onAlert: (key: string) => void;
}): ReactNode {
  const [list, setList] = useState<'alerts' | 'transactions'>('alerts');
  return (
    <section className="explore-rows" aria-label="Selected">
      <div className="explore-section-head">
        <h3 className="chart-question">Which are these?</h3>
        <Segmented
          label="List"
          value={list}
          options={[
            { value: 'alerts', text: 'Alerts' },
            { value: 'transactions', text: 'Transactions' },
          ]}
          onChange={setList}
        />
        {list === 'alerts' && alerts.data !== undefined && (
          <span className="soft tabular" role="status">
            {formatCounted(alerts.data.total, 'alert')} in the selection
            {alerts.data.total > alerts.data.rows.length && `, the first ${formatCount(alerts.data.rows.length)}`}
          </span>
        )}
      </div>
      {list === 'alerts' ? (
        <AlertTable alerts={alerts} onAlert={onAlert} />
      ) : (
        <TransactionTable modelId={modelId} filter={filter} />
      )}
    </section>
  );
}

function AlertTable({
  alerts,
  onAlert,
}: {
  readonly alerts: SelectedAlerts;
  readonly onAlert: (key: string) => void;
}): ReactNode {
  const formats = useFormats();
  const role = useCase()?.alertEntity?.role ?? 'transaction';
  if (alerts.error !== null)
    return <ErrorState title="The alerts could not be read" error={alerts.error} onRetry={alerts.refetch} />;
  const rows = alerts.data?.rows ?? [];
  return (
    <div className="chart-table" tabIndex={0} role="region" aria-label="Alerts of the selection">
      <table>
        <thead>
          <tr>
            <th scope="col" className="chart-number">
              Score
            </th>
            <th scope="col">{withCapital(role)}</th>
            <th scope="col" className="chart-number">
              Amount
            </th>
            <th scope="col">{formats.column.name}</th>
            <th scope="col">Strongest reason</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <td className="chart-number">{formatScore(row.score)}</td>
              <td>
                <button type="button" className="text-link" onClick={() => onAlert(row.key)}>
                  {nameOf(row)}
                </button>
              </td>
              <td className="chart-number">{formats.amount(row.matched?.amount ?? row.amount, null)}</td>
              <td className="tabular">{formats.columnTime(row.matched?.timeMs ?? row.timeMs)}</td>
              <td className="explore-reason" title={row.firstReason}>
                {row.firstReason}
              </td>
              <td>
                <VerdictMark verdict={row.verdict} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {alerts.data !== undefined && rows.length === 0 && <p className="soft">Nothing here is flagged.</p>}
    </div>
  );
}

function nameOf({ entity, topId }: AlertRow): string {
  return entity === '' ? topId : entity;
}

/** The first transactions of the selection, as received. */
function TransactionTable({
  modelId,
  filter,
}: {
  readonly modelId: number;
  readonly filter: TransactionFilter;
}): ReactNode {
  const formats = useFormats();
  const answer = useRequest(
    'explore.rows',
    { modelId, filter, limit: SHOWN_ROWS },
    { keepsPrevious: true, isOnlyWhileShown: true },
  );
  if (answer.error !== null)
    return <ErrorState title="The transactions could not be read" error={answer.error} onRetry={answer.refetch} />;
  if (answer.data === undefined) return <p className="soft">Reading</p>;
  const { columns, kinds, rows, total } = answer.data;
  return (
    <>
      <p className="soft tabular">
        {formatCounted(total, 'transaction')} in the selection
        {total > rows.length && `, the first ${formatCount(rows.length)}`}
      </p>
      <div className="chart-table" tabIndex={0} role="region" aria-label="Transactions of the selection">
        <table>
          <thead>
            <tr>
              <th scope="col" className="chart-number">
                Score
              </th>
              <th scope="col">Flag</th>
              {columns.map((name, column) => (
                <th key={name} scope="col" className={kinds[column] === 'number' ? 'chart-number' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ sequence, score, flagged, cells }) => (
              <tr key={sequence}>
                <td className="chart-number">{formatScore(score)}</td>
                <td className="explore-flag">{flagged ? '▲ flagged' : ''}</td>
                {cells.map((cell, column) => (
                  <td key={column} className={kinds[column] === 'number' ? 'chart-number' : undefined}>
                    {kinds[column] === 'time' && cell !== '' ? formats.columnTime(Date.parse(cell)) : cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
