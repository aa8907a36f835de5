import type { ReactNode } from 'react';
import type { JobName, JobResult } from '../../../preload/contract/jobs.ts';
import { useFileChoice } from '../../app/file-choice.tsx';
import { progressWords } from '../../app/job-words.ts';
import { useWindowState } from '../../data/app-state.tsx';
import { formatCount, formatCounted } from '../../data/format.ts';
import { shareOf, useJob, type JobHandle } from '../../data/jobs.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Progress } from '../../ui/progress.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { Item, Replace, type ExportProps } from './item.tsx';

/** What was typed last stays, also over a restart; none of it is secret. */
function useTyped(key: string, initial = ''): readonly [string, (value: string) => void] {
  return useWindowState(`exports.${key}`, initial);
}

/** The buttons of a job while it rests, its progress while it runs, and what it came to. */
function JobPart<J extends JobName>({
  name,
  job,
  failure,
  said,
  children,
}: {
  readonly name: J;
  readonly job: JobHandle<J>;
  /** Title of the failure. */
  readonly failure: string;
  readonly said: (result: JobResult<J>) => string;
  readonly children: ReactNode;
}) {
  return (
    <>
      {job.running === null ? (
        children
      ) : (
        <>
          <Progress label={progressWords(name, job.running.progress)} share={shareOf(job.running.progress)} />
          <Button onClick={job.cancel}>Stop</Button>
        </>
      )}
      {job.outcome?.ok === true && (
        <span role="status" className="soft">
          {said(job.outcome.result)}
        </span>
      )}
      {job.outcome?.ok === false && job.outcome.error.code !== 'CANCELLED' && (
        <ErrorState
          title={failure}
          error={job.outcome.error}
          whatIsSafe="The case, and what was sent before."
          actions={<Replace job={job} />}
        />
      )}
    </>
  );
}

/** Left out where nothing was typed. */
function given<K extends string>(name: K, value: string): { readonly [N in K]?: string } {
  const text = value.trim();
  return (text === '' ? {} : { [name]: text }) as { readonly [N in K]?: string };
}

export function MlflowExport({ openCase, model }: ExportProps) {
  const job = useJob('exportMlflow');
  const choose = useFileChoice();
  const [trackingUri, setTrackingUri] = useTyped('trackingUri');
  const [experiment, setExperiment] = useTyped('experiment', 'assay');
  const [register, setRegister] = useTyped('registeredModel');
  const [alias, setAlias] = useTyped('alias');
  const common = { casePath: openCase.path, model: `${model.id}` };
  const publish = (): void =>
    void job.start({
      ...common,
      ...given('trackingUri', trackingUri),
      ...given('experiment', experiment),
      ...given('register', register),
      ...given('alias', alias),
      // A person looks on: one more attempt, then it waits in the list below.
      repetitions: 1,
    });
  const write = async (): Promise<void> => {
    const output = await choose.folder();
    if (output !== null) await job.start({ ...common, output });
  };
  return (
    <Item
      title="MLflow"
      text="A run with its figures and charts, the model, and a version of a registered model. Where the server cannot be reached, it waits in the case."
    >
      <div className="exports-fields">
        <Field
          label="Tracking server"
          placeholder="http://127.0.0.1:5000"
          value={trackingUri}
          onChange={setTrackingUri}
        />
        <Field label="Experiment" value={experiment} onChange={setExperiment} />
        <Field label="Registered model" placeholder="none" value={register} onChange={setRegister} />
        <Field label="Alias" placeholder="none" value={alias} onChange={setAlias} />
      </div>
      <JobPart
        name="exportMlflow"
        job={job}
        failure="The model was not published"
        said={({ state, published, output, files }) =>
          state === 'published'
            ? `Published as run ${published?.runId ?? ''}${published?.version == null ? '' : `, version ${published.version}`}.`
            : state === 'waiting'
              ? 'The server cannot be reached; the export waits below.'
              : `${formatCounted(files, 'file')} in ${output ?? ''}`
        }
      >
        <Button tone="primary" disabled={trackingUri.trim() === ''} onClick={publish}>
          Publish
        </Button>
        <Button onClick={() => void write()}>Write a folder…</Button>
      </JobPart>
    </Item>
  );
}

export function BigqueryExport({ openCase, model }: ExportProps) {
  const job = useJob('exportBigquery');
  const choose = useFileChoice();
  const [table, setTable] = useTyped('bigqueryTable');
  const common = { casePath: openCase.path, model: `${model.id}` };
  const write = async (): Promise<void> => {
    const output = await choose.folder();
    if (output !== null) await job.start({ ...common, output });
  };
  return (
    <Item
      title="BigQuery"
      text="Flagged transactions, and verdicts beside them. What the tables have is not sent again. The login is that of gcloud."
    >
      <div className="exports-fields">
        <Field label="Table" placeholder="my-project.fraud.flagged" value={table} onChange={setTable} />
      </div>
      <JobPart
        name="exportBigquery"
        job={job}
        failure="Not all rows were sent"
        said={({ tables, output, rows }) =>
          output !== null
            ? `${formatCounted(rows, 'row')} in ${output}`
            : tables
                .map(
                  ({ table: name, sent, sentBefore, refused }) =>
                    `${name}: ${formatCount(sent)} sent, ${formatCount(sentBefore)} there before, ${formatCount(refused.length)} refused.`,
                )
                .join(' ')
        }
      >
        <Button disabled={table.trim() === ''} onClick={() => void job.start({ ...common, ...given('table', table) })}>
          Send
        </Button>
        <Button onClick={() => void write()}>Write files…</Button>
      </JobPart>
    </Item>
  );
}

/** Says where files lie. */
function writtenTo({ files, output }: { readonly files: readonly string[]; readonly output: string }): string {
  return `${formatCounted(files.length, 'file')} in ${output}`;
}

export function KserveExport({ openCase, model }: ExportProps) {
  const job = useJob('exportKserve');
  const choose = useFileChoice();
  const [name, setName] = useTyped('serviceName', 'assay');
  const [tritonUri, setTritonUri] = useTyped('tritonUri');
  const write = async (): Promise<void> => {
    const output = await choose.folder();
    if (output === null) return;
    const choice = { ...given('name', name), ...given('tritonUri', tritonUri) };
    await job.start({ casePath: openCase.path, model: `${model.id}`, output, ...choice });
  };
  return (
    <Item title="KServe and Triton" text="A Triton model repository, and the manifests that point KServe at it.">
      <div className="exports-fields">
        <Field label="Name" value={name} onChange={setName} />
        <Field
          label="Where the cluster finds it"
          placeholder="pvc://models/triton"
          value={tritonUri}
          onChange={setTritonUri}
        />
      </div>
      <JobPart name="exportKserve" job={job} failure="The files were not written" said={writtenTo}>
        <Button onClick={() => void write()}>Write files…</Button>
      </JobPart>
    </Item>
  );
}

export function KubeflowExport({ openCase, model }: ExportProps) {
  const job = useJob('exportKubeflow');
  const choose = useFileChoice();
  const [image, setImage] = useTyped('image');
  const [recordings, setRecordings] = useTyped('recordings', '/data/recordings/*.parquet');
  const [trackingUri, setTrackingUri] = useTyped('clusterTrackingUri', 'http://mlflow:5000');
  const [registeredModel, setRegisteredModel] = useTyped('registeredModel');
  const [upload, setUpload] = useTyped('kubeflowAddress');
  const isReady = [image, recordings, trackingUri, registeredModel].every((text) => text.trim() !== '');
  const write = async (): Promise<void> => {
    const output = await choose.folder();
    if (output === null) return;
    await job.start({
      casePath: openCase.path,
      model: `${model.id}`,
      output,
      image: image.trim(),
      recordings: recordings.trim(),
      trackingUri: trackingUri.trim(),
      registeredModel: registeredModel.trim(),
      ...given('upload', upload),
    });
  };
  return (
    <Item
      title="Kubeflow and Argo"
      text="A pipeline that trains as this model was trained, weighs against the champion, registers and redeploys, on a schedule."
    >
      <div className="exports-fields">
        <Field label="Image" placeholder="registry.example/assay:1" value={image} onChange={setImage} />
        <Field label="Recordings in the cluster" value={recordings} onChange={setRecordings} />
        <Field label="MLflow in the cluster" value={trackingUri} onChange={setTrackingUri} />
        <Field label="Model to register" value={registeredModel} onChange={setRegisteredModel} />
        <Field label="Upload to" placeholder="nowhere" value={upload} onChange={setUpload} />
      </div>
      <JobPart
        name="exportKubeflow"
        job={job}
        failure="The pipeline was not written or uploaded"
        said={(result) =>
          `${writtenTo(result)}${result.uploaded === null ? '' : `; uploaded and scheduled as version ${result.uploaded.versionId}`}`
        }
      >
        <Button disabled={!isReady} onClick={() => void write()}>
          {upload.trim() === '' ? 'Write files…' : 'Write files and upload…'}
        </Button>
      </JobPart>
    </Item>
  );
}

export function SparkExport({ openCase, model }: ExportProps) {
  const job = useJob('exportSpark');
  const choose = useFileChoice();
  const write = async (): Promise<void> => {
    const output = await choose.folder();
    if (output !== null) await job.start({ casePath: openCase.path, model: `${model.id}`, output });
  };
  return (
    <Item title="Spark" text="PySpark jobs: score a table, train the same forest on it, score a topic. The same flags.">
      <JobPart name="exportSpark" job={job} failure="The job was not written" said={writtenTo}>
        <Button onClick={() => void write()}>Write files…</Button>
      </JobPart>
    </Item>
  );
}
