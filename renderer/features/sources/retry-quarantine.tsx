import type { CaseOverview } from '../../../preload/contract/cases.ts';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { formatCount, formatCounted } from '../../data/format.ts';
import { useJob } from '../../data/jobs.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/states.tsx';

/** Looks first how many records the profile of now can read and why the others fail, then stores those that fit. */
export function RetryQuarantine({ openCase }: { readonly openCase: CaseOverview }) {
  const retry = useJob('retryQuarantine');
  const key = useCommandKey('sources.retry');
  const { outcome } = retry;
  const look = outcome?.ok === true ? outcome.result : null;
  const isStored = look !== null && !look.dryRun;
  const fits = look !== null && !isStored ? look.fit : 0;
  const isBusy = retry.running !== null;
  const start = (dryRun: boolean) => (): void => void retry.start({ casePath: openCase.path, dryRun });
  const next = fits > 0 ? start(false) : start(true);
  useCommand('sources.retry', isBusy || openCase.readOnly ? null : next);
  return (
    <section className="sources-retry" aria-label="Retry" aria-live="polite">
      {look !== null && (
        <>
          <h3>
            {isStored
              ? `${formatCounted(look.fit, 'row')} stored, ${formatCount(look.flagged)} of them flagged`
              : `${formatCount(look.fit)} of ${formatCount(look.tried)} fit now`}
          </h3>
          {look.failing.length > 0 && (
            <>
              <p className="soft">{formatCount(look.tried - look.fit)} still fail:</p>
              <ul>
                {look.failing.map(({ reason, records }) => (
                  <li key={reason}>
                    <strong className="tabular">{formatCount(records)}</strong> {reason}
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
      {outcome?.ok === false && (
        <ErrorState title="The retry failed" error={outcome.error} whatIsSafe="Each record is still held, or stored." />
      )}
      <Button tone={fits > 0 ? 'primary' : 'plain'} keyHint={key} disabled={isBusy || openCase.readOnly} onClick={next}>
        {isBusy ? 'Retrying…' : fits > 0 ? `Store the ${formatCount(fits)} that fit` : 'See what fits now'}
      </Button>
    </section>
  );
}
