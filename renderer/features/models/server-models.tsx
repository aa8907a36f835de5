import type { ReactNode } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { progressWords } from '../../app/job-words.ts';
import { useFormats, useWindowState } from '../../data/app-state.tsx';
import { formatCount, formatCounted } from '../../data/format.ts';
import { useJob } from '../../data/jobs.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';

type Listed = JobResult<'serverModels'>;
type Version = Listed['versions'][number];
type Run = Listed['runs'][number];

export interface ServerModelsProps {
  readonly openCase: CaseOverview;
  readonly models: readonly ModelListItem[];
  /** Shows a model in the list. */
  readonly onShow: (modelId: number) => void;
}

/** Versions and runs that a tracking server has, beside the models of the case; it is asked only when the person says so. */
export function ServerModels({ openCase, models, onShow }: ServerModelsProps): ReactNode {
  // The address that Exports publishes to.
  const [trackingUri, setTrackingUri] = useWindowState('exports.trackingUri', '');
  const asking = useJob('serverModels');
  const taking = useJob('takeOver');
  const { running, outcome } = asking;
  const server = { casePath: openCase.path, trackingUri: trackingUri.trim() };
  const takeOver = async (model: string): Promise<void> => {
    const ended = await taking.start({ ...server, model });
    if (!ended.ok) return;
    onShow(ended.result.model.id);
    await asking.start(server);
  };
  return (
    <section aria-label="At the tracking server" className="models-server">
      <h3>At the tracking server</h3>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (running === null && trackingUri.trim() !== '') void asking.start(server);
        }}
      >
        <Field
          label="Tracking server"
          value={trackingUri}
          onChange={setTrackingUri}
          placeholder="http://127.0.0.1:5000"
        />
        <div className="models-actions">
          {running === null ? (
            <Button type="submit" disabled={trackingUri.trim() === ''}>
              List what it has
            </Button>
          ) : (
            <Button disabled={running.isCancelling} onClick={asking.cancel}>
              {running.isCancelling ? 'Stopping…' : 'Stop'}
            </Button>
          )}
          {taking.running !== null && (
            <>
              <span className="tabular">{progressWords('takeOver', taking.running.progress)}</span>
              <Button disabled={taking.running.isCancelling} onClick={taking.cancel}>
                {taking.running.isCancelling ? 'Stopping…' : 'Stop taking over'}
              </Button>
            </>
          )}
        </div>
      </form>
      {outcome?.ok === false && outcome.error.code !== 'CANCELLED' && (
        <ErrorState
          title="The server was not listed"
          error={outcome.error}
          whatIsSafe="The case; nothing was changed at the server."
        />
      )}
      {taking.outcome?.ok === false && taking.outcome.error.code !== 'CANCELLED' && (
        <ErrorState
          title="The model was not taken over"
          error={taking.outcome.error}
          whatIsSafe="All models and transactions of the case; nothing was changed at the server."
        />
      )}
      {taking.outcome?.ok === true && taking.outcome.result.case === openCase.path && (
        <Taken taken={taking.outcome.result} models={models} />
      )}
      {outcome?.ok === true && outcome.result.case === openCase.path && (
        <List
          listed={outcome.result}
          models={models}
          onShow={onShow}
          onTakeOver={
            openCase.readOnly || openCase.rows === 0 || taking.running !== null ? null : (model) => void takeOver(model)
          }
        />
      )}
    </section>
  );
}

interface TakenProps {
  readonly taken: JobResult<'takeOver'>;
  readonly models: readonly ModelListItem[];
}

function Taken({ taken: { model, from, alerts, flagged, notices }, models }: TakenProps) {
  return (
    <p role="status">
      {from === null ? 'The case has it already' : 'Taken over'} as {nameOf(models, model.id)}:{' '}
      {formatCounted(alerts, 'alert')}, {formatCount(flagged)} flagged. {notices.join(' ')}
    </p>
  );
}

/** Before the list was read again, the number of the new model is all that is known. */
function nameOf(models: readonly ModelListItem[], id: number): string {
  return models.find((model) => model.id === id)?.name ?? `model ${formatCount(id)}`;
}

interface ListProps extends Pick<ServerModelsProps, 'models' | 'onShow'> {
  readonly listed: Listed;
  /** Null where nothing can be taken over now. */
  readonly onTakeOver: ((model: string) => void) | null;
}

function List({ listed: { versions, runs, conflicts, notices }, ...here }: ListProps) {
  const formats = useFormats();
  return (
    <>
      {[...conflicts, ...notices].map((sentence) => (
        <p key={sentence} role="status" className="models-note">
          {sentence}
        </p>
      ))}
      {versions.length === 0 ? (
        <p className="soft">It has no registered models.</p>
      ) : (
        <table className="plain-table" aria-label="Versions at the server">
          <thead>
            <tr>
              <th>Registered model</th>
              <th className="number">Version</th>
              <th>Made by</th>
            </tr>
          </thead>
          <tbody>
            {versions.map((version) => (
              <tr key={`${version.name} ${version.version}`}>
                <td title={version.digest ?? undefined}>
                  {version.name}
                  {version.aliases.map((alias) => (
                    <span key={alias} className="models-alias">
                      @{alias}
                    </span>
                  ))}
                  <span className="soft">{formats.time(version.createdAtMs)}</span>
                </td>
                <td className="number">{version.version}</td>
                <MadeBy made={version} address={`models:/${version.name}/${version.version}`} {...here} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <details>
        <summary>{formatCounted(runs.length, 'run')}, newest first</summary>
        <table className="plain-table" aria-label="Runs at the server">
          <thead>
            <tr>
              <th>Run</th>
              <th>Experiment</th>
              <th>Made by</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td title={run.id}>
                  {run.name === '' ? run.id : run.name}
                  <span className="soft">
                    {formats.time(run.startedAtMs)}, {run.status.toLowerCase()}
                  </span>
                </td>
                <td>{run.experiment}</td>
                <MadeBy made={run} address={`runs:/${run.id}/model`} {...here} />
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

interface MadeByProps extends Omit<ListProps, 'listed'> {
  readonly made: Pick<Version | Run, 'madeBy' | 'modelId'>;
  readonly address: string;
}

/** Who made it, and what can be done with it here. */
function MadeBy({ made: { madeBy, modelId }, address, models, onShow, onTakeOver }: MadeByProps) {
  if (modelId !== null)
    return (
      <td>
        this case:{' '}
        <Button tone="quiet" onClick={() => onShow(modelId)}>
          {nameOf(models, modelId)}
        </Button>
      </td>
    );
  if (madeBy !== 'another-case') return <td>another program</td>;
  return (
    <td>
      <div className="models-actions">
        another case
        <Button
          disabled={onTakeOver === null}
          aria-label={`Take over ${address}`}
          onClick={() => onTakeOver?.(address)}
        >
          Take over
        </Button>
      </div>
    </td>
  );
}
