import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Published } from '../../../engine/export/mlflow/publish.ts';
import { ServerUnavailable } from '../../../engine/export/mlflow/tracking-client.ts';
import { assay, writeExpected } from '../case-fixture.ts';
import { expectAliasMoves } from '../mlflow/alias-moves.ts';
import { CutProxy } from '../mlflow/cut-proxy.ts';
import { countOf } from '../mlflow/server-count.ts';
import { attemptToPublish, smallPublication } from '../mlflow/small-publication.ts';
import { expectTakenOver } from '../mlflow/take-over.ts';
import { freePort, mlflow2, TrackingServer } from '../mlflow/tracking-server.ts';

describe.skipIf(mlflow2.isSkipped)('a model published to a real MLflow 2 server', () => {
  const home = mkdtempSync(join(tmpdir(), 'assay-mlflow2-'));
  const recording = join(home, 'payments.csv');
  const casePath = join(home, 'payments.assay');
  const expected = join(home, 'expected.csv');
  let server: TrackingServer;
  let rows = { rows: 0, flagged: 0 };

  beforeAll(async () => {
    server = new TrackingServer(home, await freePort(), mlflow2);
    await server.start();
    await assay(['simulate', '--customers', '200', '--days', '30', '--out', recording], home);
    await assay(['run', recording, '--case', casePath, '--trees', '100'], home);
    rows = writeExpected(casePath, expected);
  });

  afterAll(async () => {
    await server.kill();
    rmSync(home, { recursive: true, force: true });
  });

  it('is one run and one version without a logged model, announced to the run, with the same flags and sums', async () => {
    const names = ['--experiment', 'cards', '--register', 'card-fraud', '--alias', 'champion'];
    const parameters = ['export', 'mlflow', '--case', casePath, '--tracking-uri', server.uri, ...names];
    const outcome = await assay(parameters, home);
    expect(outcome).toMatchObject({
      state: 'published',
      published: { modelId: null, version: '1', aliasMoved: true, serverVersion: '2.22.5' },
    });
    expect((await assay(parameters, home))['published']).toEqual(outcome['published']);
    expect(await countOf(server.uri, 'cards', 'card-fraud')).toEqual({ runs: 1, models: 0, versions: 1 });

    const { runId } = outcome['published'] as { runId: string };
    expect(await announced(runId)).toMatchObject([{ run_id: runId, artifact_path: 'model' }]);

    const report = await mlflow2.run(
      '../mlflow/check_published.py',
      ['models:/card-fraud@champion', recording, expected],
      { MLFLOW_TRACKING_URI: server.uri },
    );
    expect(report).toMatchObject({ flags: 0, sums: 0, decisions: 0, ...rows, onnx: true });
    expect((report as { score: number }).score).toBeLessThan(1e-6);
  });

  it('moves an alias wherever it is asked for, as the newer server does', async () => {
    await expectAliasMoves(server, home);
  });

  it('gives its model to a case that lacks it, as the newer server does', async () => {
    await expectTakenOver(server, home);
  });

  it('cut off after each of its requests in turn is completed as one run, announced once, and one version', async () => {
    const proxy = new CutProxy(server.uri);
    const uri = await proxy.open();
    onTestFinished(() => proxy.close());
    const publication = smallPublication(crypto.randomUUID());
    let published: Published | null = null;
    let cuts = 0;
    while (published === null) {
      proxy.cut({ atRequest: cuts + 1, when: 'after it was done' });
      try {
        published = await attemptToPublish(uri, publication, 'cut');
      } catch (error) {
        expect(error).toBeInstanceOf(ServerUnavailable);
        cuts++;
      }
    }
    expect(cuts).toBeGreaterThan(15);
    expect(await countOf(server.uri, 'cut', 'cut')).toEqual({ runs: 1, models: 0, versions: 1 });
    expect(await announced(published.runId)).toHaveLength(1);
  });

  /** The models that the server's page of a run shows. */
  async function announced(runId: string): Promise<unknown> {
    const answer = await fetch(`${server.uri}/api/2.0/mlflow/runs/get?run_id=${runId}`);
    const { run } = (await answer.json()) as {
      run: { info: { status: string }; data: { tags: { key: string; value: string }[] } };
    };
    expect(run.info.status).toBe('FINISHED');
    return JSON.parse(run.data.tags.find(({ key }) => key === 'mlflow.log-model.history')?.value ?? '[]');
  }
});
