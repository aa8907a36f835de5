import { fetchModelFile, isModelUri } from '../../export/mlflow/fetch-model.ts';
import { openTrackingClient } from '../../export/mlflow/tracking-client.ts';
import { usageError } from '../../domain/error.ts';
import { trackingAccess } from '../exporting/tracking-access.ts';
import { isOnnxModel, openOnnxModel, readOnnxFile, type OnnxModel } from './open-onnx.ts';

/** Where a model comes from. */
export interface ModelPlace {
  /** A case, an ONNX file or its folder, or `models:/NAME@ALIAS` and `models:/NAME/VERSION` of a tracking server. */
  readonly model: string;
  /** The tracking server of a `models:` address. */
  readonly trackingUri?: string | undefined;
}

/**
 * The exported model at a place, from a file or a tracking server; null where the place is a case.
 * @throws AssayError WRONG_USE where a server is needed and none named, FILE_NOT_FOUND, MODEL_MISMATCH and those of the server.
 */
export async function exportedModelAt(
  { model, trackingUri }: ModelPlace,
  signal: AbortSignal,
): Promise<OnnxModel | null> {
  if (!isModelUri(model)) return (await isOnnxModel(model)) ? openOnnxModel(await readOnnxFile(model), model) : null;
  if (trackingUri === undefined)
    throw usageError(
      'WRONG_USE',
      `${model} lies at a tracking server, and none was named.`,
      'Add --tracking-uri ADDRESS, or set MLFLOW_TRACKING_URI.',
    );
  const client = openTrackingClient(trackingUri, await trackingAccess(), signal);
  return openOnnxModel(await fetchModelFile(client, model, 'model.onnx'), model);
}
