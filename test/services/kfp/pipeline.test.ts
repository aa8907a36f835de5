import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { pipelineFiles } from '../../../engine/export/kubeflow/pipeline-files.ts';
import { examplePipeline } from './example-pipeline.ts';
import { pythonEnvironment } from '../python-environment.ts';

const kfp = pythonEnvironment('kfp');

const files = pipelineFiles(examplePipeline);

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
    const path = join(folder, 'pipeline.yaml');
    const [, version] = objectsOf('pipeline-version.yaml');
    expect(await kfp.run('check_pipeline.py', [path, 'retrain-1', 'fraud'])).toMatchObject({
      name: 'retrain',
      tasks: ['evaluate', 'redeploy', 'register', 'train'],
      inputs: ['recipe', 'recordings'],
      executors: ['exec-evaluate', 'exec-redeploy', 'exec-register', 'exec-train'],
      mounts: ['exec-evaluate', 'exec-register', 'exec-train'],
      conditions: { redeploy: "inputs.parameter_values['storage_uri'] != ''" },
      // The SDK's own manifest of the same pipeline is ours.
      manifests: [version],
    });
  });

  it.each([
    ['its own model is the new champion', '{"state":"published","published":{"aliasMoved":true}}', null, 'triton'],
    [
      'the champion stays, made by an earlier run',
      '{"state":"published","published":{"aliasMoved":false}}',
      'pvc://old',
      'pvc://old',
    ],
    [
      'the first run is worse than a champion made elsewhere',
      '{"state":"published","published":{"aliasMoved":false}}',
      null,
      '',
    ],
  ])('says where the champion lies when %s', (_, answer, earlier, expected) => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-register-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const command = join(folder, 'assay');
    writeFileSync(
      command,
      `#!/bin/sh\ncase "$2" in mlflow) echo '${answer}';; kserve) while [ $# -gt 0 ]; do [ "$1" = --out ] && mkdir -p "$2"; shift; done;; esac\n`,
    );
    chmodSync(command, 0o755);
    mkdirSync(join(folder, 'retrained'));
    if (earlier !== null) {
      mkdirSync(join(folder, 'models'));
      writeFileSync(join(folder, 'models', 'cards.champion'), earlier);
    }
    const [workflow] = objectsOf('cron-workflow.yaml') as readonly [
      { spec: { workflowSpec: { templates: { name: string; container?: { command: string[] } }[] } } },
    ];
    const script = workflow.spec.workflowSpec.templates.find(({ name }) => name === 'register')?.container?.command[2];
    const said = join(folder, 'out', 'storage-uri');
    // The volume is another folder here; nothing else of the step is changed.
    const { status, stderr } = spawnSync('sh', ['-c', (script ?? '').replaceAll('/data', folder), 'register', said], {
      encoding: 'utf8',
      env: {
        PATH: `${folder}:${process.env['PATH']}`,
        EXPERIMENT: 'cards',
        MODEL: 'card-fraud',
        SERVICE: 'cards',
        VOLUME_CLAIM: 'assay-data',
        LABELLED: 'unlabelled',
      },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const uri = readFileSync(said, 'utf8');
    if (expected === 'triton') expect(uri).toMatch(/^pvc:\/\/assay-data\/models\/cards-\d{14}\/triton$/);
    else expect(uri).toBe(expected);
  });
});
