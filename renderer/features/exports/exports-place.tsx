import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useFileChoice } from '../../app/file-choice.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import { progressWords } from '../../app/job-words.ts';
import { useSaveAlerts } from '../../app/save-alerts.ts';
import { useCase, useCurrentModel } from '../../data/app-state.tsx';
import { formatBytes, formatCount, formatCounted } from '../../data/format.ts';
import { shareOf, useJob } from '../../data/jobs.tsx';
import { fileName, fileStem } from '../../data/paths.ts';
import { Button } from '../../ui/button.tsx';
import { Progress } from '../../ui/progress.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Item, Replace, type ExportProps } from './item.tsx';
import { Outbox } from './outbox.tsx';
import { BigqueryExport, KserveExport, KubeflowExport, MlflowExport, SparkExport } from './server-exports.tsx';
import './exports.css';

/** What can leave the case, as files that another program reads. */
export function ExportsPlace() {
  const openCase = useCase();
  const [model] = useCurrentModel();
  const goTo = useGoTo();
  if (openCase === null || model === null) {
    return (
      <EmptyState
        title={openCase === null ? 'No case is open' : 'No model yet'}
        actions={
          <Button onClick={() => goTo(openCase === null ? 'sources' : 'models')}>
            {openCase === null ? 'Sources' : 'Models'}
          </Button>
        }
      >
        {openCase === null
          ? 'Exports are made from a case.'
          : 'Alerts, scores and the model can be saved once there is a model.'}
      </EmptyState>
    );
  }
  return (
    <div className="exports">
      <p className="exports-about soft">
        From {openCase.name}, model <strong>{model.name}</strong>. Files are written on this machine; only what names a
        server is sent.
      </p>
      <AlertsExport />
      <OnnxExport openCase={openCase} model={model} />
      <ScoresExport openCase={openCase} model={model} />
      <MlflowExport openCase={openCase} model={model} />
      <Outbox casePath={openCase.path} />
      <BigqueryExport openCase={openCase} model={model} />
      <KserveExport openCase={openCase} model={model} />
      <KubeflowExport openCase={openCase} model={model} />
      <SparkExport openCase={openCase} model={model} />
    </div>
  );
}

function AlertsExport() {
  const { job, save } = useSaveAlerts();
  useCommand('exports.alerts', save === null ? null : () => save('csv'));
  useCommand('exports.alertsParquet', save === null ? null : () => save('parquet'));
  const csvKey = useCommandKey('exports.alerts');
  const parquetKey = useCommandKey('exports.alertsParquet');
  return (
    <Item
      title="Alerts as a table"
      text="One line for each alert, with score, first reason, verdict and notes. CSV opens in a spreadsheet: ids keep every digit, formulae do not run. Parquet keeps every value as it is. To save a part, filter it in Triage."
    >
      {job.running === null ? (
        <>
          <Button keyHint={csvKey} onClick={() => save?.('csv')}>
            Save CSV…
          </Button>
          <Button keyHint={parquetKey} onClick={() => save?.('parquet')}>
            Save Parquet…
          </Button>
        </>
      ) : (
        <>
          <Progress label={progressWords('exportAlerts', job.running.progress)} share={shareOf(job.running.progress)} />
          <Button onClick={job.cancel}>Stop</Button>
        </>
      )}
      {job.outcome?.ok === true && (
        <span role="status" className="soft">
          {formatCounted(job.outcome.result.rows, 'alert')} in {job.outcome.result.output}
        </span>
      )}
      {job.outcome?.ok === false && job.outcome.error.code !== 'CANCELLED' && (
        <ErrorState
          title="The alerts were not saved"
          error={job.outcome.error}
          whatIsSafe="The case: it was only read."
          actions={<Replace job={job} />}
        />
      )}
    </Item>
  );
}

function OnnxExport({ openCase, model }: ExportProps) {
  const choose = useFileChoice();
  const job = useJob('exportOnnx');
  const save = (): void => {
    void choose.newFile(`${fileStem(openCase.path)}-${model.name}.onnx`).then((output) => {
      if (output !== null) void job.start({ casePath: openCase.path, model: `${model.id}`, output });
    });
  };
  useCommand('exports.onnx', job.running === null ? save : null);
  const key = useCommandKey('exports.onnx');
  return (
    <Item
      title="Model as ONNX"
      text="The same forest for ONNX Runtime: any batch, any threads, the same flags to the bit."
    >
      {job.running === null ? (
        <Button keyHint={key} onClick={save}>
          Save ONNX…
        </Button>
      ) : (
        <>
          <Progress label={progressWords('exportOnnx', job.running.progress)} share={shareOf(job.running.progress)} />
          <Button onClick={job.cancel}>Stop</Button>
        </>
      )}
      {job.outcome?.ok === true && (
        <span role="status" className="soft">
          {formatBytes(job.outcome.result.bytes)} in {job.outcome.result.output}
        </span>
      )}
      {job.outcome?.ok === false && job.outcome.error.code !== 'CANCELLED' && (
        <ErrorState
          title="The model was not saved"
          error={job.outcome.error}
          whatIsSafe="The case: it was only read."
          actions={<Replace job={job} />}
        />
      )}
    </Item>
  );
}

function ScoresExport({ openCase, model }: ExportProps) {
  const choose = useFileChoice();
  const job = useJob('score');
  const save = async (): Promise<void> => {
    const recordings = await choose.recordings();
    const first = recordings.at(0);
    if (first === undefined) return;
    const output = await choose.newFile(`${fileStem(first)}-scores.csv`);
    if (output === null) return;
    await job.start({ model: openCase.path, modelChoice: `${model.id}`, recordings: [...recordings], output });
  };
  return (
    <Item
      title="Scores of another recording"
      text="Reads a recording that is not in the case and writes id, score and flag of every row, in its order."
    >
      {job.running === null ? (
        <Button onClick={() => void save()}>Choose a recording…</Button>
      ) : (
        <>
          <span className="soft tabular">{progressWords('score', job.running.progress)}</span>
          <Progress label="Scoring" share={shareOf(job.running.progress)} />
          <Button onClick={job.cancel}>Stop</Button>
        </>
      )}
      {job.outcome?.ok === true && (
        <span role="status" className="soft">
          {formatCount(job.outcome.result.rows)} rows, {formatCount(job.outcome.result.flagged)} flagged, in{' '}
          {fileName(job.outcome.result.output)}
        </span>
      )}
      {job.outcome?.ok === false && job.outcome.error.code !== 'CANCELLED' && (
        <ErrorState
          title="The scores were not written"
          error={job.outcome.error}
          whatIsSafe="The case and the recording."
          actions={<Replace job={job} />}
        />
      )}
    </Item>
  );
}
