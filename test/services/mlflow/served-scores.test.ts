import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startScoringService } from '../../../engine/host/scoring-service.ts';
import { smallRecording } from '../../command-line/small-recording.ts';
import { assay } from '../case-fixture.ts';
import { freePort, mlflow, TrackingServer } from './tracking-server.ts';

const signal = new AbortController().signal;

describe.skipIf(mlflow.isSkipped)('the scoring service with a model of a real MLflow server', () => {
  const home = mkdtempSync(join(tmpdir(), 'assay-served-'));
  const recording = join(home, 'payments.csv');
  const casePath = join(home, 'payments.assay');
  let server: TrackingServer;

  beforeAll(async () => {
    writeFileSync(recording, smallRecording({ rows: 3000 }));
    server = new TrackingServer(home, await freePort());
    await server.start();
    await assay(['run', recording, '--case', casePath, '--trees', '50'], home);
    const target = [
      '--tracking-uri',
      server.uri,
      '--experiment',
      'cards',
      '--register',
      'cards',
      '--alias',
      'champion',
    ];
    await assay(['export', 'mlflow', '--case', casePath, ...target], home);
  });
  afterAll(async () => {
    await server.kill();
    rmSync(home, { recursive: true, force: true });
  });

  const started = async (model: string): ReturnType<typeof startScoringService> => {
    const options = { model, trackingUri: server.uri, hostname: '127.0.0.1', port: 0, mostBodyBytes: 2 ** 24 };
    const service = await startScoringService(options, signal);
    onTestFinished(() => service.close());
    return service;
  };

  it.each(['models:/cards@champion', 'models:/cards/1'])(
    'gives the sums and flags of the laptop: %s',
    async (model) => {
      const { address } = await started(model);
      const [header, ...lines] = readFileSync(recording, 'utf8').trimEnd().split('\n');
      const names = header.split(',');
      const inputs = lines.map((line) =>
        Object.fromEntries(line.split(',').map((cell, at) => [names[at], cell === '' ? null : cell])),
      );
      const response = await fetch(`${address}/score`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ inputs, featuresOverTime: 'from-inputs' }),
      });
      const { scores } = (await response.json()) as {
        readonly scores: readonly { readonly id: string; readonly sum: number; readonly flagged: boolean }[];
      };
      const digest = createHash('sha256');
      for (const { id, sum, flagged } of scores) digest.update(`${id}\n${sum}\n${flagged ? 1 : 0}\n`);
      const own = await assay(['score', '--model', casePath, recording, '--out', join(home, 'scores.csv')], home);
      expect(own['rows']).toBe(3000);
      expect(digest.digest('hex')).toBe(own['flagsDigest']);
    },
    120_000,
  );

  it.each([
    ['an alias that is not set', 'models:/cards@nobody', 'FORBIDDEN'],
    ['a model that is not there', 'models:/others/1', 'FORBIDDEN'],
  ])('says so of %s', async (_, model, code) => {
    await expect(started(model)).rejects.toMatchObject({ code });
  });
});
