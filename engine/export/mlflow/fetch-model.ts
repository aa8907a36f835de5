import { z } from 'zod';
import { AssayError, usageError } from '../../domain/error.ts';
import { artifactFolder } from './publish.ts';
import { answerOf, type TrackingClient } from './tracking-client.ts';

/** The address of a registered model's version: by alias or by number. */
const modelUri = /^models:\/+([^/@]+)(?:@([\w-]+)|\/(\d+))$/;

const text = z.union([z.string(), z.number()]).transform(String);
const versionSchema = z.object({ model_version: z.object({ version: text }) });
const downloadSchema = z.object({ artifact_uri: z.string() });
const loggedModelSchema = z.object({ model: z.object({ info: z.object({ artifact_uri: z.string() }) }) });

/** True for what is meant as an address at a tracking server. */
export function isModelUri(address: string): boolean {
  return address.startsWith('models:');
}

/**
 * One file of a registered model's version, such as `model.onnx` of `models:/card-fraud@champion`.
 *
 * @throws AssayError WRONG_USE for another address or a server that does not pass its artifacts on, FILE_NOT_FOUND where
 * the version has no such file, and those of the client.
 */
export async function fetchModelFile(client: TrackingClient, address: string, file: string): Promise<Uint8Array> {
  const match = modelUri.exec(address);
  if (match === null)
    throw usageError(
      'WRONG_USE',
      `${address} does not name a version of a registered model.`,
      'Write models:/NAME@ALIAS or models:/NAME/VERSION.',
    );
  const [, name, alias, number] = match;
  const version =
    number ??
    answerOf(
      versionSchema,
      await client.call('GET', 'registered-models/alias', `look where ${address} points`, { name, alias }),
    ).model_version.version;
  const { artifact_uri: source } = answerOf(
    downloadSchema,
    await client.call('GET', 'model-versions/get-download-uri', `say where version ${version} of ${name} lies`, {
      name,
      version,
    }),
  );
  const folder = artifactFolder(await ownAddress(client, source));
  if (!(await client.listFiles(folder)).includes(file))
    throw new AssayError('FILE_NOT_FOUND', 'failure', `Version ${version} of ${name} has no file ${file}.`, {
      nextStep: 'Publish the model with `assay export mlflow`.',
    });
  return client.getFile(`${folder}/${file}`);
}

/** MLflow 3 may answer with the name of a logged model, whose own artifact address has to be asked for. */
async function ownAddress(client: TrackingClient, source: string): Promise<string> {
  const logged = /^models:\/+(m-[\w-]+)$/.exec(source);
  if (logged === null) return source;
  const answer = await client.call('GET', `logged-models/${logged[1]}`, `say where ${source} lies`, {});
  return answerOf(loggedModelSchema, answer).model.info.artifact_uri;
}
