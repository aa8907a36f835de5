import { posix } from 'node:path';
import { z } from 'zod';
import { AssayError } from '../../domain/error.ts';
import { modelTags } from './case-model.ts';
import { withOrigin, type Files } from './model-directory.ts';
import { sha256, type Destination, type Publication, type PublicationNotes } from './publication.ts';
import {
  answerOf,
  patiently,
  RefusedByServer,
  ServerUnavailable,
  type Patience,
  type TrackingClient,
} from './tracking-client.ts';

/** Where a publication has arrived. */
export interface Published {
  readonly experimentId: string;
  readonly runId: string;
  /** MLflow 3's logged model; null on a 2.x server. */
  readonly modelId: string | null;
  /** Null where nothing was to be registered. */
  readonly version: string | null;
  /** Whether the alias points at this version. */
  readonly aliasMoved: boolean;
  /** The other version that the alias points or pointed at before; null where it is none. */
  readonly aliasElsewhere: string | null;
  readonly serverVersion: string;
}

export interface PublishContext {
  readonly signal: AbortSignal;
  readonly patience: Patience;
  /** Told before each step: its number from 1, and of how many. */
  readonly onStep: (step: number, steps: number) => void;
}

const { dirname, join } = posix;

const publishTag = 'assay.publish_id';
const roleTag = 'assay.role';
const steps = 9;

const idText = z.union([z.string(), z.number()]).transform(String);
const experimentSchema = z.object({
  experiment: z.object({ experiment_id: idText, lifecycle_stage: z.string().optional() }),
});
const runInfoSchema = z.object({
  run_id: z.string(),
  artifact_uri: z.string(),
  status: z.string(),
});
const runSchema = z.object({ info: runInfoSchema });
const loggedModelSchema = z.object({
  info: z.object({ model_id: z.string(), artifact_uri: z.string() }),
});
const versionSchema = z.object({ version: idText });

/**
 * Publishes a model: experiment, run, figures, dataset, files, logged model, version, alias. Each step looks on the server
 * for what carries the publish id before it makes anything, so a publication that was cut off anywhere is completed by
 * calling this again, and one that is complete is left as it is; an alias that was moved on since is taken back only where
 * it was asked for anew.
 *
 * @throws AssayError FORBIDDEN where the server refuses (`RefusedByServer`), SERVER_UNAVAILABLE where it stays unavailable
 * (`ServerUnavailable`), WRONG_USE where its artifacts cannot be reached through it.
 */
export async function publish(
  client: TrackingClient,
  { notes, files }: Publication,
  destination: Destination,
  context: PublishContext,
): Promise<Published> {
  let step = 0;
  const next = <T>(work: () => Promise<T>): Promise<T> => {
    context.onStep(++step, steps);
    return patiently(context.patience, context.signal, work);
  };
  const serverVersion = await next(async () => (await client.text('/version', 'say its version')).trim());
  const hasLoggedModels = Number.parseInt(serverVersion, 10) >= 3;
  const experimentId = await next(() => experimentOf(client, destination.experiment));
  const run = await next(() => runOf(client, notes, experimentId));
  const { register, alias } = destination;
  const isFinished = run.status === 'FINISHED';
  const known =
    isFinished && register !== null
      ? await patiently(context.patience, context.signal, () => versionNumber(client, register, notes, run.run_id))
      : null;

  // A folder that was pushed without a name to register may be pushed again with one.
  if (isFinished && (register === null || known !== null)) {
    const modelId = hasLoggedModels ? ((await loggedModel(client, notes, experimentId))?.model_id ?? null) : null;
    const aliasState = await patiently(context.patience, context.signal, () =>
      register === null || alias === null || known === null
        ? Promise.resolve(noAlias)
        : destination.asksAliasAnew
          ? moveAlias(client, register, alias, known, notes, run.run_id, destination.unlessWorse)
          : aliasOf(client, register, alias, known),
    );
    return { experimentId, runId: run.run_id, modelId, version: known, ...aliasState, serverVersion };
  }

  await next(() => describeRun(client, notes, run.run_id));
  const runFolder = artifactFolder(run.artifact_uri);
  const model = hasLoggedModels ? await next(() => makeLoggedModel(client, notes, experimentId, run.run_id)) : null;
  const modelFiles = withOrigin(files, { runId: run.run_id, modelId: model?.model_id ?? null });
  const modelUri = model?.artifact_uri ?? `${run.artifact_uri}/model`;
  await next(async () => {
    await sendFiles(client, artifactFolder(modelUri), modelFiles, context.signal);
    await sendFiles(client, runFolder, runArtifacts(files), context.signal);
  });
  await next(() => announceModel(client, run.run_id, model?.model_id ?? null, notes));

  let version: string | null = null;
  let aliasState = noAlias;
  if (register !== null) {
    version = await next(() => registerVersion(client, register, notes, run.run_id, modelUri, model?.model_id ?? null));
    const registered = version;
    if (alias !== null)
      aliasState = await patiently(context.patience, context.signal, () =>
        moveAlias(client, register, alias, registered, notes, run.run_id, destination.unlessWorse),
      );
  }
  await next(() =>
    client.call('POST', 'runs/update', 'finish the run', {
      run_id: run.run_id,
      status: 'FINISHED',
      end_time: notes.createdAtMs,
    }),
  );
  return { experimentId, runId: run.run_id, modelId: model?.model_id ?? null, version, ...aliasState, serverVersion };
}

async function experimentOf(client: TrackingClient, name: string): Promise<string> {
  const found = await orNull('RESOURCE_DOES_NOT_EXIST', () =>
    client.call('GET', 'experiments/get-by-name', `find the experiment ${name}`, { experiment_name: name }),
  );
  if (found === null) {
    const made = await orNull('RESOURCE_ALREADY_EXISTS', () =>
      client.call('POST', 'experiments/create', `make the experiment ${name}`, { name }),
    );
    if (made === null) return experimentOf(client, name);
    return answerOf(z.object({ experiment_id: idText }), made).experiment_id;
  }
  const { experiment } = answerOf(experimentSchema, found);
  if (experiment.lifecycle_stage === 'deleted')
    await client.call('POST', 'experiments/restore', `restore the deleted experiment ${name}`, {
      experiment_id: experiment.experiment_id,
    });
  return experiment.experiment_id;
}

async function runOf(
  client: TrackingClient,
  notes: PublicationNotes,
  experimentId: string,
): Promise<z.infer<typeof runInfoSchema>> {
  const found = answerOf(
    z.object({ runs: z.array(runSchema).default([]) }),
    await client.call('POST', 'runs/search', 'look for the run', {
      experiment_ids: [experimentId],
      filter: `tags.\`${publishTag}\` = '${notes.publishId}'`,
      max_results: 1,
    }),
  ).runs.at(0);
  if (found !== undefined) return found.info;
  const made = await client.call('POST', 'runs/create', 'make the run', {
    experiment_id: experimentId,
    run_name: notes.run.name,
    start_time: notes.createdAtMs,
    tags: pairs({ ...notes.run.tags, [publishTag]: notes.publishId }),
  });
  return answerOf(z.object({ run: runSchema }), made).run.info;
}

/** Parameters, metrics, tags and the dataset. The metrics' fixed time makes the server take a repetition as the same. */
async function describeRun(client: TrackingClient, notes: PublicationNotes, runId: string): Promise<void> {
  const { params, metrics, description, dataset } = notes.run;
  await client.call('POST', 'runs/log-batch', 'keep parameters and metrics', {
    run_id: runId,
    params: pairs(params),
    metrics: Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp: notes.createdAtMs, step: 0 })),
    tags: pairs({ 'mlflow.note.content': description }),
  });
  await client.call('POST', 'runs/log-inputs', 'keep the dataset', {
    run_id: runId,
    datasets: [
      {
        tags: [{ key: 'mlflow.data.context', value: 'training' }],
        dataset: { ...dataset, source_type: 'local' },
      },
    ],
  });
}

async function loggedModel(
  client: TrackingClient,
  notes: PublicationNotes,
  experimentId: string,
): Promise<z.infer<typeof loggedModelSchema>['info'] | undefined> {
  const answer = await client.call('POST', 'logged-models/search', 'look for the logged model', {
    experiment_ids: [experimentId],
    filter: `tags.\`${publishTag}\` = '${notes.publishId}'`,
    max_results: 1,
  });
  return answerOf(z.object({ models: z.array(loggedModelSchema).default([]) }), answer).models.at(0)?.info;
}

async function makeLoggedModel(
  client: TrackingClient,
  notes: PublicationNotes,
  experimentId: string,
  runId: string,
): Promise<z.infer<typeof loggedModelSchema>['info']> {
  const found = await loggedModel(client, notes, experimentId);
  if (found !== undefined) return found;
  const made = await client.call('POST', 'logged-models', 'make the logged model', {
    experiment_id: experimentId,
    name: modelName(notes),
    model_type: 'IsolationForest',
    source_run_id: runId,
    params: pairs(notes.run.params),
    tags: pairs({ [publishTag]: notes.publishId, [modelTags.digest]: notes.digest }),
  });
  return answerOf(z.object({ model: loggedModelSchema }), made).model.info;
}

/** Names of logged models hold none of / : . % " ' */
function modelName(notes: PublicationNotes): string {
  return `isolation-forest-${notes.digest.slice(0, 8)}`;
}

/** Sends files and reads each back: what the server keeps is what was exported. Files that are there are not sent again. */
async function sendFiles(client: TrackingClient, folder: string, files: Files, signal: AbortSignal): Promise<void> {
  const present = new Set<string>();
  for (const inner of new Set([...files.keys()].map((path) => dirname(path)))) {
    const names = await client.listFiles(join(folder, inner));
    for (const name of names) present.add(join(folder, inner, name));
  }
  for (const [path, bytes] of files) {
    signal.throwIfAborted();
    const target = join(folder, path);
    const wanted = sha256(bytes);
    if (present.has(target) && sha256(await client.getFile(target)) === wanted) continue;
    await client.putFile(target, bytes);
    if (sha256(await client.getFile(target)) !== wanted)
      throw new ServerUnavailable(`The server at ${client.address} did not keep ${path} as it was sent.`);
  }
}

/** What belongs to the run's own page: figures and words, not the model. */
function runArtifacts(files: Files): Files {
  return new Map([...files].filter(([path]) => /^charts\/|\.md$|^metrics\.json$|^feature_spec\.json$/.test(path)));
}

async function announceModel(
  client: TrackingClient,
  runId: string,
  modelId: string | null,
  notes: PublicationNotes,
): Promise<void> {
  if (modelId === null) {
    // MLflow 2 would announce it twice, so a repetition has to look first.
    if (await isAnnounced(client, runId)) return;
    await client.call('POST', 'runs/log-model', 'announce the model', {
      run_id: runId,
      model_json: JSON.stringify({
        artifact_path: 'model',
        run_id: runId,
        utc_time_created: new Date(notes.createdAtMs).toISOString().replace('T', ' ').replace('Z', '000'),
        flavors: { onnx: { data: 'model.onnx' }, python_function: { loader_module: 'assay_pyfunc' } },
      }),
    });
    return;
  }
  await client.call('PATCH', `logged-models/${encodeURIComponent(modelId)}`, 'finish the logged model', {
    model_id: modelId,
    status: 'LOGGED_MODEL_READY',
  });
  // MLflow refuses to tie the same model twice, so a repetition has to look first.
  if (!(await outputsOf(client, runId)).includes(modelId))
    await client.call('POST', 'runs/outputs', 'tie the model to its run', {
      run_id: runId,
      models: [{ model_id: modelId, step: 0 }],
    });
  await client.call('POST', 'runs/log-batch', "keep the model's metrics", {
    run_id: runId,
    metrics: Object.entries(notes.run.metrics).map(([key, value]) => ({
      key,
      value,
      timestamp: notes.createdAtMs,
      step: 0,
      model_id: modelId,
      dataset_name: notes.run.dataset.name,
      dataset_digest: notes.run.dataset.digest,
    })),
  });
}

async function isAnnounced(client: TrackingClient, runId: string): Promise<boolean> {
  const schema = z.object({
    run: z.object({ data: z.object({ tags: z.array(z.object({ key: z.string() })).default([]) }) }),
  });
  const answer = await client.call('GET', 'runs/get', "look at the run's models", { run_id: runId });
  return answerOf(schema, answer).run.data.tags.some(({ key }) => key === 'mlflow.log-model.history');
}

async function outputsOf(client: TrackingClient, runId: string): Promise<readonly string[]> {
  const schema = z.object({
    run: z.object({
      outputs: z
        .object({ model_outputs: z.array(z.object({ model_id: z.string() })).default([]) })
        .default({ model_outputs: [] }),
    }),
  });
  const answer = await client.call('GET', 'runs/get', "look at the run's models", { run_id: runId });
  return answerOf(schema, answer).run.outputs.model_outputs.map(({ model_id: id }) => id);
}

async function registerVersion(
  client: TrackingClient,
  name: string,
  notes: PublicationNotes,
  runId: string,
  source: string,
  modelId: string | null,
): Promise<string> {
  await orNull('RESOURCE_ALREADY_EXISTS', () =>
    client.call('POST', 'registered-models/create', `register ${name}`, {
      name,
      description: 'Ranks transactions by how unusual they are; published by Assay.',
    }),
  );
  const found = await versionNumber(client, name, notes, runId);
  if (found !== null) return found;
  const made = await client.call('POST', 'model-versions/create', `make a version of ${name}`, {
    name,
    source,
    run_id: runId,
    ...(modelId === null ? {} : { model_id: modelId }),
    description: notes.run.description,
    tags: pairs({ [publishTag]: notes.publishId, [modelTags.digest]: notes.digest, ...tagOfCaseModel(notes) }),
  });
  return answerOf(z.object({ model_version: versionSchema }), made).model_version.version;
}

/** What waits since an earlier version has none. */
function tagOfCaseModel({ run: { tags } }: PublicationNotes): Record<string, string> {
  const { [modelTags.caseModel]: caseModel } = tags;
  return caseModel === undefined ? {} : { [modelTags.caseModel]: caseModel };
}

/** The version of a registered model that came from a run; a run makes one at most. */
async function versionNumber(
  client: TrackingClient,
  name: string,
  notes: PublicationNotes,
  runId: string,
): Promise<string | null> {
  const answer = await client.call('GET', 'model-versions/search', `look for a version of ${name}`, {
    filter: `run_id = '${runId}'`,
    max_results: 100,
  });
  const schema = z.object({
    model_versions: z
      .array(
        versionSchema.extend({
          name: z.string(),
          tags: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
        }),
      )
      .default([]),
  });
  const found = answerOf(schema, answer).model_versions.find(
    (version) =>
      version.name === name && version.tags.some(({ key, value }) => key === publishTag && value === notes.publishId),
  );
  return found?.version ?? null;
}

/**
 * Lets an alias point at a version. Where a figure is named, it must be known of this model and be at least that of the version
 * the alias points at now.
 */
async function moveAlias(
  client: TrackingClient,
  name: string,
  alias: string,
  version: string,
  notes: PublicationNotes,
  runId: string,
  unlessWorse: string | null,
): Promise<AliasState> {
  const holder = await aliasHolder(client, name, alias);
  const before = { aliasElsewhere: elsewhere(holder?.version, version) };
  const isHolder = holder?.version === version;
  if (unlessWorse !== null && !isHolder) {
    const own = notes.run.metrics[unlessWorse];
    if (own === undefined)
      throw new AssayError('NO_LABEL', 'usage', `The model has no figure '${unlessWorse}' to compare by.`, {
        nextStep: `It has: ${Object.keys(notes.run.metrics).join(', ')}.`,
      });
    const figure = holder === null ? null : await metricOf(client, holder.run_id, unlessWorse);
    if (figure !== null && own < figure) {
      await setRole(client, runId, `challenger of ${alias}`);
      return { aliasMoved: false, ...before };
    }
  }
  // Before the alias moves: afterwards nobody could tell who held it.
  if (holder !== null && !isHolder) await setRole(client, holder.run_id, `former ${alias}`);
  if (!isHolder)
    await client.call('POST', 'registered-models/alias', `set the alias ${alias}`, { name, alias, version });
  await setRole(client, runId, alias);
  return { aliasMoved: true, ...before };
}

/** Says in the list of runs which of them holds, held or did not get an alias. A run that was deleted is passed over. */
async function setRole(client: TrackingClient, runId: string, role: string): Promise<void> {
  await orNull('RESOURCE_DOES_NOT_EXIST', () =>
    client.call('POST', 'runs/set-tag', 'note the role of a run', { run_id: runId, key: roleTag, value: role }),
  );
}

/** Where an alias is, as seen from one version. */
type AliasState = Pick<Published, 'aliasMoved' | 'aliasElsewhere'>;

const noAlias: AliasState = { aliasMoved: false, aliasElsewhere: null };

async function aliasOf(client: TrackingClient, name: string, alias: string, version: string): Promise<AliasState> {
  const holder = await aliasHolder(client, name, alias);
  return { aliasMoved: holder?.version === version, aliasElsewhere: elsewhere(holder?.version, version) };
}

function elsewhere(holder: string | undefined, version: string): string | null {
  return holder === undefined || holder === version ? null : holder;
}

const holderSchema = z.object({ model_version: versionSchema.extend({ run_id: z.string().default('') }) });

async function aliasHolder(
  client: TrackingClient,
  name: string,
  alias: string,
): Promise<z.infer<typeof holderSchema>['model_version'] | null> {
  const find = (): Promise<unknown> =>
    client.call('GET', 'registered-models/alias', `look where the alias ${alias} points`, { name, alias });
  try {
    return answerOf(holderSchema, await find()).model_version;
  } catch (error) {
    // MLflow says INVALID_PARAMETER_VALUE, not "does not exist", of an alias that is not set.
    if (error instanceof RefusedByServer && (error.refusal.status === 400 || error.refusal.status === 404)) return null;
    throw error;
  }
}

async function metricOf(client: TrackingClient, runId: string, metric: string): Promise<number | null> {
  const schema = z.object({
    run: z.object({
      data: z.object({ metrics: z.array(z.object({ key: z.string(), value: z.number() })).default([]) }),
    }),
  });
  const answer = await client.call('GET', 'runs/get', "read the champion's figures", { run_id: runId });
  return answerOf(schema, answer).run.data.metrics.find(({ key }) => key === metric)?.value ?? null;
}

/** The folder below the server's artifact door that an artifact address names. @throws AssayError WRONG_USE for another. */
export function artifactFolder(uri: string): string {
  const match = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.*)$/.exec(uri);
  if (match === null)
    throw new AssayError(
      'WRONG_USE',
      'failure',
      `The tracking server keeps artifacts at ${uri}, which it does not pass on to.`,
      { nextStep: 'Start it with --serve-artifacts and --artifacts-destination, or use a new experiment there.' },
    );
  return match[1].replace(/\/+$/, '');
}

/** Null where the server refuses with this code, which tells that there is nothing to do or to find. */
async function orNull<T>(code: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RefusedByServer && error.refusal.code === code) return null;
    throw error;
  }
}

function pairs(record: Readonly<Record<string, string>>): readonly { readonly key: string; readonly value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}
