import type { ReactNode } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import { useWindowState } from '../../data/app-state.tsx';
import { formatCount } from '../../data/format.ts';
import { useJob } from '../../data/jobs.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';

type Listed = JobResult<'serverModels'>;

/** Versions and runs that a tracking server has, beside the models of the case; it is asked only when the person says so. */
export function ServerModels({ openCase }: { readonly openCase: CaseOverview }): ReactNode {
  // The address that Exports publishes to.
  const [trackingUri, setTrackingUri] = useWindowState('exports.trackingUri', '');
  const asking = useJob('serverModels');
  const { running, outcome } = asking;
  const ask = (): void => void asking.start({ casePath: openCase.path, trackingUri: trackingUri.trim() });
  return (
    <section aria-label="At the tracking server">
      <h3>At the tracking server</h3>
      <Field
        label="Tracking server"
        value={trackingUri}
        onChange={setTrackingUri}
        placeholder="http://127.0.0.1:5000"
      />
      <div className="models-actions">
        {running === null ? (
          <Button disabled={trackingUri.trim() === ''} onClick={ask}>
            List what it has
          </Button>
        ) : (
          <Button disabled={running.isCancelling} onClick={asking.cancel}>
            Stop
          </Button>
        )}
      </div>
      {outcome?.ok === false && outcome.error.code !== 'CANCELLED' && (
        <ErrorState
          title="The server was not listed"
          error={outcome.error}
          whatIsSafe="The case; nothing was changed at the server."
        />
      )}
      {outcome?.ok === true && outcome.result.case === openCase.path && <List listed={outcome.result} />}
    </section>
  );
}

function List({ listed: { versions, runs, conflicts, notices } }: { readonly listed: Listed }) {
  return (
    <>
      {[...conflicts, ...notices].map((sentence) => (
        <p key={sentence} role="status" className="models-note">
          {sentence}
        </p>
      ))}
      <table className="models-worth" aria-label="Versions at the server">
        <thead>
          <tr>
            <th>Model</th>
            <th>Version</th>
            <th>Aliases</th>
            <th>Made by</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={`${version.name} ${version.version}`}>
              <td>{version.name}</td>
              <td className="tabular">{version.version}</td>
              <td>{version.aliases.join(', ')}</td>
              <td>{makerText(version)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <details>
        <summary>{formatCount(runs.length)} runs, newest first</summary>
        <ul>
          {runs.map((run) => (
            <li key={run.id}>
              {run.name === '' ? run.id : run.name} in {run.experiment}: {makerText(run)}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

function makerText({ madeBy, modelId }: Pick<Listed['versions'][number], 'madeBy' | 'modelId'>): string {
  if (modelId !== null) return `this case, model ${formatCount(modelId)}`;
  return madeBy === 'another-case' ? 'another case' : 'another program';
}
