import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { progressWords } from '../../app/job-words.ts';
import { formatCount, formatCounted, formatPercent } from '../../data/format.ts';
import { shareOf, useJob } from '../../data/jobs.tsx';
import { Button } from '../../ui/button.tsx';
import { Progress } from '../../ui/progress.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { CommandButton } from './command-button.tsx';

const SEEDS = 5;

/** Whether an analyst would see the same alerts, had the forest been grown from another seed. */
export function SeedStability({ openCase, model }: { readonly openCase: CaseOverview; readonly model: ModelListItem }) {
  const job = useJob('stability');
  const canStart = job.running === null && model.scoresAllRows && model.flagged > 0;
  const start = (): void => void job.start({ casePath: openCase.path, model: `${model.id}`, seeds: SEEDS });
  const result =
    job.outcome?.ok === true && job.outcome.result.model.digest === model.digest ? job.outcome.result : null;
  return (
    <section className="models-stability" aria-label="Seed stability">
      <h3>Same alerts with another seed?</h3>
      {job.running !== null ? (
        <div className="models-running">
          <Progress label="Trying other seeds" share={shareOf(job.running.progress)} widthPx={150} />
          <span className="soft tabular">{progressWords('stability', job.running.progress)}</span>
          <Button onClick={job.cancel} disabled={job.running.isCancelling}>
            {job.running.isCancelling ? 'Stopping' : 'Stop'}
          </Button>
        </div>
      ) : (
        <div className="models-actions">
          <CommandButton command="models.stability" run={canStart ? start : null}>
            Try {SEEDS} other seeds
          </CommandButton>
        </div>
      )}
      {job.outcome?.ok === false && job.outcome.error.code !== 'CANCELLED' && (
        <ErrorState
          title="The seeds could not be tried"
          error={job.outcome.error}
          whatIsSafe="The case: it was only read."
        />
      )}
      {result !== null && (
        <>
          <p className="tabular" role="status">
            <strong>{formatPercent(result.kept)}</strong>{' '}
            <span className="soft">
              of the {formatCount(result.flagged)} flagged transactions ({formatCounted(result.alerts, 'alert')}) are
              flagged with another seed too
            </span>
          </p>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col" className="number">
                  Seed
                </th>
                <th scope="col" className="number">
                  Overlap
                </th>
              </tr>
            </thead>
            <tbody>
              {result.seeds.map(({ seed, overlap }) => (
                <tr key={seed}>
                  <td className="number">{seed}</td>
                  <td className="number">{formatPercent(overlap)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="soft">
            Overlap: flagged by both, of those flagged by either; mean {formatPercent(result.meanOverlap)}, least{' '}
            {formatPercent(result.leastOverlap)}. More trees make it higher.
          </p>
        </>
      )}
    </section>
  );
}
