import { useMemo, useState, type ReactNode } from 'react';
import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import { useCommandKey } from '../../app/commands.tsx';
import { useCase, useFormats, useReadOnlyWords } from '../../data/app-state.tsx';
import { formatCount, formatScore, withCapital } from '../../data/format.ts';
import { Button } from '../../ui/button.tsx';
import { EntityLinkButton } from './entity-link.tsx';
import type { EntityRef } from './entity-stack.ts';
import { VerdictMark } from '../../ui/verdict-mark.tsx';

type Transaction = AlertDetail['transactions'][number];

/** Whether the chosen transactions can become an alert of their own: flagged ones, and not all of them. */
export function canSplit(
  { transactions, row }: Pick<AlertDetail, 'transactions' | 'row'>,
  chosen: readonly number[],
): boolean {
  const flagged = new Set(transactions.filter((transaction) => transaction.flagged).map(({ sequence }) => sequence));
  return chosen.length > 0 && chosen.length < row.flaggedTransactions && chosen.every((row) => flagged.has(row));
}

/** Transactions listed before the rest is asked for: drawing all of them would delay the next alert. */
const FIRST_LISTED = 20;

/** The transactions of the alert's entity, flagged ones first: to be judged one by one, or split off. */
export function AlertTransactions({
  detail,
  chosen,
  onChoose,
  onSplit,
  onOpenEntity,
}: {
  readonly detail: AlertDetail;
  readonly chosen: readonly number[];
  readonly onChoose: (sequences: readonly number[]) => void;
  readonly onSplit: () => void;
  readonly onOpenEntity: (entity: EntityRef) => void;
}): ReactNode {
  const formats = useFormats();
  const counterpart = useCase()?.counterpart?.role ?? 'counterpart';
  const splitKey = useCommandKey('triage.split');
  const offBecause = useReadOnlyWords();
  const news = useMemo(() => new Set(detail.decision?.newSequences ?? []), [detail.decision]);
  const [isWhole, setWhole] = useState(false);
  const { transactions } = detail;
  const listed = isWhole ? transactions : transactions.slice(0, Math.max(FIRST_LISTED, detail.row.flaggedTransactions));
  const toggle = (sequence: number): void =>
    onChoose(chosen.includes(sequence) ? chosen.filter((other) => other !== sequence) : [...chosen, sequence]);
  return (
    <section aria-label="Transactions">
      <h3>
        Transactions <span className="soft triage-place">choose some to judge or split off only those</span>
      </h3>
      <div className="triage-transactions" tabIndex={0} role="region" aria-label="Transactions of the alert">
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col">State</th>
              <th scope="col">Time</th>
              <th scope="col" className="number">
                Amount
              </th>
              <th scope="col" className="number">
                Score
              </th>
              <th scope="col">{withCapital(counterpart)}</th>
            </tr>
          </thead>
          <tbody>
            {listed.map((transaction) => (
              <tr
                key={transaction.sequence}
                title={`Transaction ${transaction.id}`}
                data-chosen={chosen.includes(transaction.sequence)}
                onClick={() => toggle(transaction.sequence)}
              >
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Choose transaction ${transaction.id}`}
                    checked={chosen.includes(transaction.sequence)}
                    onClick={(event) => event.stopPropagation()}
                    onChange={() => toggle(transaction.sequence)}
                  />
                </td>
                <td>
                  <TransactionState transaction={transaction} isNew={news.has(transaction.sequence)} />
                </td>
                <td>{formats.columnTime(transaction.timeMs)}</td>
                <td className="number">{formats.amount(transaction.amount, null)}</td>
                <td className="number">{formatScore(transaction.score)}</td>
                <td className="ellipsis">
                  {transaction.counterpart !== null && (
                    <EntityLinkButton
                      entity={{ text: transaction.counterpart, side: 'counterpart' }}
                      onOpen={onOpenEntity}
                    />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {listed.length < transactions.length && (
        <button type="button" className="text-link" onClick={() => setWhole(true)}>
          {formatCount(transactions.length - listed.length)} more
        </button>
      )}
      {chosen.length > 0 && (
        <div className="triage-chosen-actions">
          <span className="soft">{formatCount(chosen.length)} chosen</span>
          <Button
            tone="quiet"
            keyHint={splitKey}
            offBecause={offBecause}
            disabled={!canSplit(detail, chosen)}
            onClick={onSplit}
          >
            Split off: another story
          </Button>
          <Button tone="quiet" onClick={() => onChoose([])}>
            Choose none
          </Button>
        </div>
      )}
    </section>
  );
}

/** Whether a transaction is flagged, what was decided of it, and whether it came after that. */
export function TransactionState({
  transaction: { flagged, verdict },
  isNew,
}: {
  readonly transaction: Pick<Transaction, 'flagged' | 'verdict'>;
  readonly isNew: boolean;
}): ReactNode {
  if (verdict !== null) return <VerdictMark verdict={verdict} />;
  if (isNew) return <strong className="triage-reopened">↻ new</strong>;
  return flagged ? <span className="triage-flag">▲ flagged</span> : null;
}
