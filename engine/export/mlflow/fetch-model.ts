import { z } from 'zod';
import { AssayError, usageError } from '../../domain/error.ts';
import {
  caseModelFiles,
  changed,
  decodeCaseModel,
  decodeNotedForest,
  modelTags,
  type CaseModel,
} from './case-model.ts';
import { sha256 } from './publication.ts';
import { artifactFolder } from './publish.ts';
import { answerOf, type TrackingClient } from './tracking-client.ts';

/** The address of a registered model's version: by alias or by number. */
const modelUri = /^models:\/+([^/@]+)(?:@([\w-]+)|\/(\d+))$/;
/** The address of a model among the artifacts of a run. */
const runUri = /^runs:\/+([\w-]+)\/(.+?)\/*$/;

const text = z.union([z.string(), z.number()]).transform(String);
const tagsSchema = z.array(z.object({ key: z.string(), value: z.string() })).default([]);
const versionSchema = z.object({ model_version: z.object({ version: text, tags: tagsSchema }) });
const downloadSchema = z.object({ artifact_uri: z.string() });
const loggedModelSchema = z.object({
  model: z.object({ info: z.object({ artifact_uri: z.string(), name: z.string().default('') }) }),
});
const runSchema = z.object({
  run: z.object({
    info: z.object({ artifact_uri: z.string() }),
    data: z.object({ tags: tagsSchema }).default({ tags: [] }),
    outputs: z
      .object({ model_outputs: z.array(z.object({ model_id: z.string() })).default([]) })
      .default({ model_outputs: [] }),
  }),
});

/** True for what is meant as an address at a tracking server. */
export function isModelUri(address: string): boolean {
  return address.startsWith('models:') || address.startsWith('runs:');
}

/** A file of a model at a tracking server, and the digest that the server has noted for the model; null where it has none. */
export interface FetchedFile {
  readonly bytes: Uint8Array;
  readonly digest: string | null;
}

/**
 * One file of a model at a tracking server, such as `model.onnx` of `models:/card-fraud@champion` or `runs:/ID/model`.
 *
 * @throws AssayError WRONG_USE for another address or a server that does not pass its artifacts on, FILE_NOT_FOUND where
 * there is no such file, and those of the client.
 */
export async function fetchModelFile(client: TrackingClient, address: string, file: string): Promise<FetchedFile> {
  const place = await placeOf(client, address);
  const bytes = await fileAt(client, place, file);
  if (bytes !== null) return { bytes, digest: place.digest };
  throw new AssayError('FILE_NOT_FOUND', 'failure', `${place.name} has no file ${file}.`, {
    nextStep: 'Publish the model with `assay export mlflow`.',
  });
}

/** A file of a model, from the likeliest folder that has it; null where none has. */
async function fileAt(client: TrackingClient, { folders }: ModelFolders, file: string): Promise<Uint8Array | null> {
  for (const folder of folders)
    if ((await client.listFiles(folder)).includes(file)) return client.getFile(`${folder}/${file}`);
  return null;
}

/** A model of a tracking server with all that the case keeps which published it. */
export interface FetchedModel extends CaseModel {
  /** The version or run that the address meant. */
  readonly place: string;
}

/**
 * A model at a tracking server for another case, each of its files held against what the server has noted for it.
 *
 * @throws AssayError NO_MODEL where Assay did not publish it, or an earlier version did, MODEL_MISMATCH where a file is not the one
 * that was published, and those of `fetchModelFile`.
 */
export async function fetchCaseModel(client: TrackingClient, address: string): Promise<FetchedModel> {
  const place = await placeOf(client, address);
  const { digest, caseModel } = place;
  if (digest === null) throw notPublished(address);
  if (caseModel === null)
    throw usageError(
      'NO_MODEL',
      `${place.name} was published without what a case keeps of a model.`,
      'Publish it into another experiment with this version, or name the case that published it; for scoring alone it will do.',
    );
  const [notes, forest] = [
    await fileAt(client, place, caseModelFiles.notes),
    await fileAt(client, place, caseModelFiles.forest),
  ];
  if (notes === null || forest === null)
    throw changed(`${notes === null ? caseModelFiles.notes : caseModelFiles.forest} of ${address} is missing`);
  if (sha256(notes) !== caseModel)
    throw changed(`${caseModelFiles.notes} of ${address} is not the file that was published`);
  return { ...decodeCaseModel(notes, decodeNotedForest(forest, digest, address), address), place: place.name };
}

/** What to say of a model that Assay did not put at a server. */
export function notPublished(address: string): Error {
  return usageError(
    'NO_MODEL',
    `The server has noted no digest for ${address}, so no model of a case is that one.`,
    'Name a version that Assay has published, or fetch its ONNX file and import that.',
  );
}

/** The digest that a server has noted for a model; null where another program has put it there. Errors as `fetchModelFile`. */
export async function digestAt(client: TrackingClient, address: string): Promise<string | null> {
  return (await placeOf(client, address)).digest;
}

/** Where the files of a model may lie, the likeliest first. */
interface ModelFolders {
  readonly name: string;
  readonly folders: readonly string[];
  readonly digest: string | null;
  /** SHA-256 of what a case keeps of it; null where it was published without. */
  readonly caseModel: string | null;
}

async function placeOf(client: TrackingClient, address: string): Promise<ModelFolders> {
  const ofRun = runUri.exec(address);
  if (ofRun !== null) return placeInRun(client, ofRun[1], ofRun[2]);
  const match = modelUri.exec(address);
  if (match === null)
    throw usageError(
      'WRONG_USE',
      `${address} does not name a version of a registered model, or a model of a run.`,
      'Write models:/NAME@ALIAS, models:/NAME/VERSION or runs:/RUN/PATH.',
    );
  const [, name, alias, number] = match;
  const found =
    alias === undefined
      ? await client.call('GET', 'model-versions/get', `find ${address}`, { name, version: number })
      : await client.call('GET', 'registered-models/alias', `look where ${address} points`, { name, alias });
  const { version, tags } = answerOf(versionSchema, found).model_version;
  const { artifact_uri: source } = answerOf(
    downloadSchema,
    await client.call('GET', 'model-versions/get-download-uri', `say where version ${version} of ${name} lies`, {
      name,
      version,
    }),
  );
  const folder = artifactFolder(await ownAddress(client, source));
  return { name: `Version ${version} of ${name}`, folders: [folder], ...notedIn(tags) };
}

/** MLflow 3 keeps a model that a run has logged beside the run's artifacts, under the name that the path has. */
async function placeInRun(client: TrackingClient, runId: string, path: string): Promise<ModelFolders> {
  const answer = await client.call('GET', 'runs/get', `find the run ${runId}`, { run_id: runId });
  const { info, data, outputs } = answerOf(runSchema, answer).run;
  const logged = await Promise.all(
    outputs.model_outputs.map(async ({ model_id: id }) => {
      const found = await client.call('GET', `logged-models/${encodeURIComponent(id)}`, `say where ${id} lies`, {});
      return answerOf(loggedModelSchema, found).model.info;
    }),
  );
  const own = logged.filter(({ name }) => name === path || logged.length === 1);
  return {
    name: `The run ${runId}`,
    folders: [`${artifactFolder(info.artifact_uri)}/${path}`, ...own.map((each) => artifactFolder(each.artifact_uri))],
    ...notedIn(data.tags),
  };
}

function notedIn(tags: z.output<typeof tagsSchema>): Pick<ModelFolders, 'digest' | 'caseModel'> {
  const valueOf = (tag: string): string | null => tags.find(({ key }) => key === tag)?.value ?? null;
  return { digest: valueOf(modelTags.digest), caseModel: valueOf(modelTags.caseModel) };
}

/** MLflow 3 may answer with the name of a logged model, whose own artifact address has to be asked for. */
async function ownAddress(client: TrackingClient, source: string): Promise<string> {
  const logged = /^models:\/+(m-[\w-]+)$/.exec(source);
  if (logged === null) return source;
  const answer = await client.call('GET', `logged-models/${logged[1]}`, `say where ${source} lies`, {});
  return answerOf(loggedModelSchema, answer).model.info.artifact_uri;
}
