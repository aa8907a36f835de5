import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { pipelineFiles } from '../../../engine/export/kubeflow/pipeline-files.ts';
import { pythonEnvironment } from '../python-environment.ts';

const kfp = pythonEnvironment('kfp');

const files = pipelineFiles({
  name: 'retrain',
  namespace: 'fraud',
  image: 'registry.example/assay:1',
  kubectlImage: 'registry.example/kubectl:1',
  schedule: '0 3 * * *',
  recordings: '/data/recordings/*.csv.gz',
  volumeClaim: 'assay-data',
  trackingUri: 'http://mlflow:5000',
  experiment: "cards'; rm -rf /; '",
  registeredModel: 'card-fraud',
  inferenceService: 'cards',
  trees: 100,
  sample: 256,
  seed: 1,
  thresholdFlags: ['--contamination', '0.02'],
});

const objectsOf = (file: string): readonly unknown[] =>
  parseAllDocuments(files.get(file) ?? '').map((document) => document.toJSON() as unknown);

describe('the scheduled pipeline', () => {
  it('has steps whose scripts the shell can read, with no value of a person in them', () => {
    const [workflow] = objectsOf('cron-workflow.yaml') as readonly [
      { spec: { workflowSpec: { templates: { container?: { command: string[] } }[] } } },
    ];
    const scripts = workflow.spec.workflowSpec.templates.flatMap(({ container }) =>
      container?.command[0] === 'sh' ? [container.command[2]] : [],
    );
    expect(scripts).toHaveLength(3);
    for (const script of scripts) {
      expect(script).not.toContain('rm -rf /;');
      expect(spawnSync('sh', ['-n', '-c', script]).status).toBe(0);
    }
  });

  it('is the same pipeline as a Kubernetes object as it is as a file', () => {
    const [specification, platform] = objectsOf('pipeline.yaml');
    expect(objectsOf('pipeline-version.yaml')).toMatchObject([
      { kind: 'Pipeline', metadata: { name: 'retrain' } },
      {
        kind: 'PipelineVersion',
        spec: { pipelineName: 'retrain', pipelineSpec: specification, platformSpec: platform },
      },
    ]);
  });

  it.skipIf(kfp.isSkipped)('is accepted by the Kubeflow Pipelines SDK', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-kfp-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'pipeline.yaml'), files.get('pipeline.yaml') ?? '');
    expect(await kfp.run('check_pipeline.py', [join(folder, 'pipeline.yaml')])).toEqual({
      name: 'retrain',
      tasks: ['evaluate', 'redeploy', 'register', 'train'],
      inputs: ['recordings', 'sample', 'seed', 'trees'],
      executors: ['exec-evaluate', 'exec-redeploy', 'exec-register', 'exec-train'],
      mounts: ['exec-evaluate', 'exec-register', 'exec-train'],
    });
  });
});
