import { useState } from 'react';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import { useCase } from '../../data/app-state.tsx';
import { formatBytes, formatCounted } from '../../data/format.ts';
import { useJob } from '../../data/jobs.tsx';
import { useAction } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field, NumberField } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import './case.css';

const firstDays = 400;
const shortestReason = 3;

/** Old transactions, and who they were about, out of the case for good: first what would go, then, once that was looked at, the work. */
export function EraseDialog({ casePath, onClose }: { readonly casePath: string; readonly onClose: () => void }) {
  const openCase = useCase();
  const [olderThanDays, setDays] = useState(firstDays);
  const [reason, setReason] = useState('');
  const [isSure, setSure] = useState(false);
  const [isAway, setAway] = useState(false);
  const erase = useJob('erase');
  const close = useAction('case.close', {});
  const open = useAction('case.open', {});
  /** What would go, by these days; null until it was asked for. */
  const [planned, setPlanned] = useState<JobResult<'erase'> | null>(null);
  const change = (set: () => void): void => {
    set();
    setPlanned(null);
    setSure(false);
  };
  const input = { casePath, olderThanDays, reason: reason.trim() };
  const plan = async (): Promise<void> => {
    const ended = await erase.start({ ...input, dryRun: true });
    if (ended.ok) setPlanned(ended.result);
  };
  /** The file is written anew, which nobody may look on at; the case is open again afterwards, whatever came of it. */
  const eraseForGood = async (): Promise<void> => {
    setAway(true);
    try {
      await close.runAsync({});
      await erase.start({ ...input, dryRun: false });
      await open.runAsync({ path: casePath });
    } catch {
      // What failed is kept by the action, and shown.
    }
    setPlanned(null);
    setSure(false);
    setAway(false);
  };
  const isBusy = isAway || erase.running !== null;
  const { outcome } = erase;
  const isNothing = planned !== null && planned.removedRows + planned.forgottenTexts === 0;
  const failures = [outcome?.ok === false ? outcome.error : null, close.error, open.error].filter(
    (error) => error !== null,
  );
  return (
    <Dialog title="Erase by age" onClose={onClose}>
      <div className="case-form">
        <p>
          Old transactions go for good, and so do the texts behind the tokens of people who are only in old ones. Those
          that decisions speak of stay, with tokens that nobody can open. The history stays whole and says what went and
          why. It cannot be undone: backups and copies made before hold what they held.
        </p>
        <NumberField
          label="Older than"
          unit="days before the newest transaction"
          value={olderThanDays}
          minimum={1}
          maximum={36_500}
          isInteger
          disabled={isBusy}
          onChange={(days) => change(() => setDays(days))}
        />
        <Field
          label="Reason"
          hint="for the history, such as: end of the retention period"
          value={reason}
          disabled={isBusy}
          onChange={(text) => change(() => setReason(text))}
        />
        <Button disabled={isBusy || reason.trim().length < shortestReason} onClick={() => void plan()}>
          What would go
        </Button>
        {planned !== null && (
          <>
            <p role="status">{isNothing ? 'Nothing is so old.' : `Would go: ${erasedWords(planned)}`}</p>
            {!isNothing && (
              <>
                <Checkbox label="I looked at it: this cannot be undone" checked={isSure} onChange={setSure} />
                <Button
                  tone="primary"
                  disabled={isBusy || !isSure || openCase?.path !== casePath}
                  onClick={() => void eraseForGood()}
                >
                  Erase for good
                </Button>
              </>
            )}
          </>
        )}
        {!isAway && outcome?.ok === true && !outcome.result.dryRun && (
          <p role="status">
            Erased: {erasedWords(outcome.result)}{' '}
            {formatCounted(outcome.result.rows, 'transaction is', 'transactions are')} left,{' '}
            {formatBytes(outcome.result.bytes)}.
          </p>
        )}
        {failures.map((error) => (
          <ErrorState key={error.message} title="That was not done" error={error} />
        ))}
      </div>
    </Dialog>
  );
}

function erasedWords({ removedRows, keptRows, forgottenTexts }: JobResult<'erase'>): string {
  return [
    formatCounted(removedRows, 'transaction', 'transactions'),
    `the names behind ${formatCounted(forgottenTexts, 'token', 'tokens')}`,
  ]
    .join(' and ')
    .concat(`; ${formatCounted(keptRows, 'old one stays', 'old ones stay')} for decisions or beside newer ones.`);
}
