import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { serviceFiles } from '../../../engine/export/serving/service-files.ts';
import { servingFiles } from '../../../engine/export/serving/serving-files.ts';
import { pipelineFiles } from '../../../engine/export/kubeflow/pipeline-files.ts';
import { examplePipeline } from '../kfp/example-pipeline.ts';
import { pythonEnvironment } from '../python-environment.ts';

const kubernetes = pythonEnvironment('kubernetes');

interface Checked {
  readonly file: string;
  readonly kind: string;
  readonly faults: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'assay-manifests-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function check(files: ReadonlyMap<string, Uint8Array | string>): Promise<readonly Checked[]> {
  const paths = [...files].flatMap(([name, content]) => {
    if (typeof content !== 'string' || !name.endsWith('.yaml')) return [];
    const path = join(folder, name);
    writeFileSync(path, content);
    return [path];
  });
  return (await kubernetes.run('check_manifests.py', paths)) as readonly Checked[];
}

const faultless = (kinds: readonly string[]): readonly object[] =>
  kinds.map((kind) => expect.objectContaining({ kind, faults: [] }) as object);

const service = {
  name: 'cards',
  namespace: 'fraud',
  image: 'registry.example/assay:1',
  leastReplicas: 2,
  mostReplicas: 6,
};
const registered = { kind: 'registered', uri: 'models:/cards@champion', trackingUri: 'http://mlflow:5000' } as const;
const volume = { kind: 'volume', claim: 'models', onnx: new Uint8Array(3) } as const;
const served = {
  name: 'cards',
  namespace: 'fraud',
  onnx: new Uint8Array(3),
  inputs: [],
  tritonUri: 's3://m/triton',
  mlflowUri: 's3://m/mlflow',
};

describe.skipIf(kubernetes.isSkipped)('by the schemas of Kubernetes, KServe and Argo', () => {
  it.each([
    ['a registered model', registered],
    ['a model on a volume', volume],
  ])('the scoring service is valid with %s', async (_, model) => {
    const checked = await check(serviceFiles({ ...service, model }));
    expect(checked).toEqual(faultless(['Deployment', 'Service', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']));
  });

  it('the KServe services are valid', async () => {
    expect(await check(servingFiles(served))).toEqual(faultless(['InferenceService', 'InferenceService']));
  });

  it("the pipeline's rights and its forms for Argo and plain Kubernetes are valid", async () => {
    const files = pipelineFiles(examplePipeline);
    const forArgo = new Map([...files].filter(([name]) => /^(cron-|access)/u.test(name)));
    expect(await check(forArgo)).toEqual(
      faultless(['CronWorkflow', 'CronJob', 'ServiceAccount', 'Role', 'RoleBinding']),
    );
  });

  it('what lies in deploy/kubernetes is valid', async () => {
    const paths = ['volume.yaml', 'scoring-service.yaml'].map((name) =>
      resolve(import.meta.dirname, '../../../deploy/kubernetes', name),
    );
    const checked = (await kubernetes.run('check_manifests.py', paths)) as readonly Checked[];
    expect(checked.length).toBeGreaterThan(4);
    expect(checked.flatMap(({ faults }) => faults)).toEqual([]);
  });

  it.each([
    ['a key of a deployment', serviceFiles({ ...service, model: registered }), 'readinessProbe', 'readynessProbe'],
    [
      'a number of the autoscaler',
      serviceFiles({ ...service, model: registered }),
      'maxReplicas: 6',
      'maxReplicas: six',
    ],
    ['a key of a KServe service', servingFiles(served), 'storageUri', 'storageURI'],
    ['a key of a CronWorkflow', pipelineFiles(examplePipeline), 'concurrencyPolicy', 'concurencyPolicy'],
  ])('a mistake in %s is seen, or the checks above would show nothing', async (_, files, from, to) => {
    const mistaken = new Map(
      [...files].flatMap(([name, content]) =>
        typeof content === 'string' && content.includes(from) ? [[name, content.replaceAll(from, to)] as const] : [],
      ),
    );
    expect(mistaken.size).toBeGreaterThan(0);
    expect((await check(mistaken)).flatMap(({ faults }) => faults)).not.toEqual([]);
  });
});
