import type { Files } from '../../../engine/export/mlflow/model-directory.ts';
import { sha256, type Publication } from '../../../engine/export/mlflow/publication.ts';
import { publish, type Published } from '../../../engine/export/mlflow/publish.ts';
import { openTrackingClient } from '../../../engine/export/mlflow/tracking-client.ts';

const encoder = new TextEncoder();

/** A publication whose model is no model: small, and good enough to be kept. */
export function smallPublication(publishId: string): Publication {
  const files: Files = new Map([
    ['MLmodel', encoder.encode('flavors: {}\nmodel_uuid: 0123456789abcdef0123456789abcdef\n')],
    ['model.onnx', new Uint8Array(200_000).map((_, index) => index % 251)],
    ['MODEL_CARD.md', encoder.encode('# Model\n')],
  ]);
  return {
    files,
    notes: {
      version: 1,
      publishId,
      createdAtMs: 1_770_000_000_000,
      digest: 'ab'.repeat(32),
      run: {
        name: 'forest',
        params: { trees: '100' },
        metrics: { auprc: 0.5 },
        tags: { 'mlflow.source.name': 'assay' },
        description: '# Model',
        dataset: { name: 'april.csv', digest: 'abc', source: '{}', schema: '{"mlflow_colspec":[]}', profile: '{}' },
      },
      checksums: Object.fromEntries([...files].map(([path, bytes]) => [path, sha256(bytes)])),
    },
  };
}

const signal = new AbortController().signal;

/** Tries to publish it, as champion, under one name for the experiment and the registered model. */
export function attemptToPublish(
  uri: string,
  publication: Publication,
  name: string,
  repetitions = 0,
): Promise<Published> {
  return publish(
    openTrackingClient(uri, {}, signal),
    publication,
    { trackingUri: uri, experiment: name, register: name, alias: 'champion', unlessWorse: null, asksAliasAnew: false },
    { signal, patience: { repetitions, firstPauseMs: 200 }, onStep: () => undefined },
  );
}
