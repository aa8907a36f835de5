import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../../../test/command-line/run-assay.ts';
import { examplePipeline } from '../../../test/services/kfp/example-pipeline.ts';
import { pipelineFiles } from './pipeline-files.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
}

interface CronJob {
  readonly spec: {
    readonly jobTemplate: {
      readonly spec: {
        readonly template: {
          readonly spec: { readonly initContainers: readonly Container[]; readonly containers: readonly Container[] };
        };
      };
    };
  };
}

it('the CronJob redeploys what it registered, as the pipelines do, and patches nothing where nothing was', () => {
  const job = parse(pipelineFiles(examplePipeline).get('cron-job.yaml') ?? '') as CronJob;
  const { initContainers, containers } = job.spec.jobTemplate.spec.template.spec;
  expect(initContainers.map(({ name }) => name)).toEqual(['train', 'evaluate', 'register', 'patch']);
  const [redeploy] = containers;
  expect(redeploy).toMatchObject({ image: examplePipeline.kubectlImage, command: ['kubectl'] });
  const [, , register, patch] = initContainers;
  // One file goes from step to step: where the champion's files lie, and then the patch.
  expect(patch.args[0]).toBe(register.args[0]);
  expect(redeploy.args.slice(-2)).toEqual(['--patch-file', patch.args[1]]);
  expect(redeploy.args.slice(0, 3)).toEqual(['patch', 'inferenceservice', examplePipeline.inferenceService]);

  const folder = temporaryFolder();
  const [storageUri, written] = [join(folder, 'storage-uri'), join(folder, 'patch.json')];
  const patchFor = (uri: string): unknown => {
    writeFileSync(storageUri, uri);
    const [program, ...parameters] = patch.command;
    execFileSync(program, [...parameters, storageUri, written]);
    return JSON.parse(readFileSync(written, 'utf8')) as unknown;
  };
  const uri = 'pvc://assay-data/models/cards-20261127120000/triton';
  expect(patchFor(uri)).toEqual({ spec: { predictor: { model: { storageUri: uri } } } });
  expect(patchFor('')).toEqual({});
});
