import type { ReactNode } from 'react';
import { useFormats } from '../data/app-state.tsx';
import { formatScore } from '../data/format.ts';

/** What one model or line flags and the other does not. */
export interface Swapped {
  readonly id: string;
  readonly entity: string;
  readonly score: number;
  readonly otherScore: number | null;
  readonly amount: number | null;
  readonly isFraud: boolean | null;
  readonly reason: string;
}

/** What is only on one side of a comparison, for Tuning as for Models: a name opens it. */
export function SwapTable<Row extends Swapped>({
  label,
  rows,
  otherName = null,
  onOpen,
}: {
  readonly label: string;
  readonly rows: readonly Row[];
  /** Heads the scores of the other model; without it there is none. */
  readonly otherName?: string | null;
  readonly onOpen: (row: Row) => void;
}): ReactNode {
  const formats = useFormats();
  return (
    <div className="swap-table" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">Entity</th>
            <th scope="col" className="number">
              Score
            </th>
            {otherName !== null && (
              <th scope="col" className="number">
                {otherName}
              </th>
            )}
            <th scope="col" className="number">
              Amount
            </th>
            <th scope="col">Strongest reason</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td>
                <button type="button" className="text-link" onClick={() => onOpen(row)}>
                  {row.entity === '' ? row.id : row.entity}
                </button>
                {row.isFraud === true && (
                  <span className="swap-fraud" title="known fraud">
                    {' '}
                    ▲<span className="visually-hidden"> known fraud</span>
                  </span>
                )}
              </td>
              <td className="number">{formatScore(row.score)}</td>
              {otherName !== null && <td className="number soft">{formatScore(row.otherScore)}</td>}
              <td className="number">{formats.amount(row.amount, null)}</td>
              <td className="soft swap-reason" title={row.reason}>
                {row.reason}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
