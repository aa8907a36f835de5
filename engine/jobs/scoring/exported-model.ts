import { fetchModelFile, isModelUri } from '../../export/mlflow/fetch-model.ts';
import { openTrackingClient, type TrackingClient } from '../../export/mlflow/tracking-client.ts';
import { AssayError, usageError } from '../../domain/error.ts';
import { trackingAccess } from '../exporting/tracking-access.ts';
import { isOnnxModel, openOnnxModel, readOnnxFile, type OnnxModel } from './open-onnx.ts';

/** Where a model comes from. */
export interface ModelPlace {
  /** A case, an ONNX file or its folder, or `models:/NAME@ALIAS`, `models:/NAME/VERSION` and `runs:/RUN/PATH` of a tracking server. */
  readonly model: string;
  /** The tracking server of such an address. */
  readonly trackingUri?: string | undefined;
}

/** The tracking server that an address lies at. @throws AssayError WRONG_USE where none was named. */
export async function trackingClientOf(
  address: string,
  trackingUri: string | undefined,
  signal: AbortSignal,
): Promise<TrackingClient> {
  if (trackingUri === undefined)
    throw usageError(
      'WRONG_USE',
      `${address} lies at a tracking server, and none was named.`,
      'Add --tracking-uri ADDRESS, or set MLFLOW_TRACKING_URI.',
    );
  return openTrackingClient(trackingUri, await trackingAccess(), signal);
}

/**
 * The exported model at a place, from a file or a tracking server; null where the place is a case.
 * @throws AssayError WRONG_USE where a server is needed and none named, FILE_NOT_FOUND, MODEL_MISMATCH (also where the file is
 * another model than the server has noted) and those of the server.
 */
export async function exportedModelAt(
  { model, trackingUri }: ModelPlace,
  signal: AbortSignal,
): Promise<OnnxModel | null> {
  if (!isModelUri(model)) return (await isOnnxModel(model)) ? openOnnxModel(await readOnnxFile(model), model) : null;
  const client = await trackingClientOf(model, trackingUri, signal);
  const { bytes, digest } = await fetchModelFile(client, model, 'model.onnx');
  const opened = await openOnnxModel(bytes, model);
  if (digest === null || digest === opened.scorer.notes.digest) return opened;
  const found = opened.scorer.notes.digest.slice(0, 12);
  await opened.scorer.close();
  throw new AssayError(
    'MODEL_MISMATCH',
    'failure',
    `${model} is noted as the model ${digest.slice(0, 12)}, and its file is the model ${found}.`,
    { nextStep: 'Its artifacts were changed after it was published: publish it again.' },
  );
}
