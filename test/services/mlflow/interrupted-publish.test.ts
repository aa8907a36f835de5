import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sha256, type Publication } from '../../../engine/export/mlflow/publication.ts';
import type { Published } from '../../../engine/export/mlflow/publish.ts';
import { openTrackingClient, ServerUnavailable } from '../../../engine/export/mlflow/tracking-client.ts';
import { randomStream } from '../../../engine/forest/random.ts';
import { CutProxy, type Cut } from './cut-proxy.ts';
import { publishUnderKills } from './kill-rounds.ts';
import { countOf } from './server-count.ts';
import { attemptToPublish, smallPublication } from './small-publication.ts';
import { freePort, mlflow, TrackingServer } from './tracking-server.ts';

const signal = new AbortController().signal;

describe.skipIf(mlflow.isSkipped)('a publication that is cut off', () => {
  const home = mkdtempSync(join(tmpdir(), 'assay-mlflow-'));
  let server: TrackingServer;

  beforeAll(async () => {
    server = new TrackingServer(home, await freePort());
    await server.start();
  });

  afterAll(async () => {
    await server.kill();
    rmSync(home, { recursive: true, force: true });
  });

  /** The server's own copies are what was exported; MLmodel has the run's name added at its end. */
  async function checkKept(publication: Publication, { runId, modelId }: Published, experiment: string): Promise<void> {
    const client = openTrackingClient(server.uri, {}, signal);
    const { experiment: found } = (await client.call('GET', 'experiments/get-by-name', 'look', {
      experiment_name: experiment,
    })) as { experiment: { experiment_id: string } };
    const folder = `${found.experiment_id}/models/${modelId ?? ''}/artifacts`;
    expect(sha256(await client.getFile(`${folder}/model.onnx`))).toBe(publication.notes.checksums['model.onnx']);
    expect(new TextDecoder().decode(await client.getFile(`${folder}/MLmodel`))).toContain(
      `run_id: ${runId}\nmodel_id: ${modelId ?? ''}\n`,
    );
    const { run } = (await client.call('GET', 'runs/get', 'look', { run_id: runId })) as {
      run: { info: { status: string }; inputs: { dataset_inputs: unknown[] }; outputs: { model_outputs: unknown[] } };
    };
    expect(run.info.status).toBe('FINISHED');
    expect([run.inputs.dataset_inputs.length, run.outputs.model_outputs.length]).toEqual([1, 1]);
    const history = (await client.call('GET', 'metrics/get-history', 'look', {
      run_id: runId,
      metric_key: 'auprc',
    })) as { metrics: { value: number }[] };
    expect(history.metrics.map(({ value }) => value)).toEqual([0.5]);
  }

  it.each(['before it arrives', 'after it was done'] as const)(
    'at each of its requests in turn, %s, is completed as one run, one model and one version',
    async (when) => {
      const proxy = new CutProxy(server.uri);
      const uri = await proxy.open();
      onTestFinished(() => proxy.close());
      const name = when.replaceAll(' ', '-');
      const publication = smallPublication(crypto.randomUUID());
      let published: Published | null = null;
      let cuts = 0;
      while (published === null) {
        proxy.cut({ atRequest: cuts + 1, when });
        try {
          published = await attemptToPublish(uri, publication, name);
        } catch (error) {
          expect(error).toBeInstanceOf(ServerUnavailable);
          cuts++;
        }
      }
      expect(cuts).toBeGreaterThan(15);
      expect(await countOf(server.uri, name, name)).toEqual({ runs: 1, models: 1, versions: 1 });
      await checkKept(publication, published, name);
    },
    600_000,
  );

  it('at 30 random places, over and over, is one run, one model and one version each', async () => {
    const proxy = new CutProxy(server.uri);
    const uri = await proxy.open();
    onTestFinished(() => proxy.close());
    const random = randomStream(7, 0, 'simulation');
    let kills = 0;
    for (let round = 0; kills < 30; round++) {
      const name = `random-${round}`;
      const publication = smallPublication(crypto.randomUUID());
      for (const _ of [0, 1, 2]) {
        const when: Cut['when'] = random.nextUnit() < 0.5 ? 'before it arrives' : 'after it was done';
        proxy.cut({ atRequest: 1 + random.nextInteger(24), when });
        await attemptToPublish(uri, publication, name).then(
          () => undefined,
          () => kills++,
        );
      }
      proxy.cut(null);
      const published = await attemptToPublish(uri, publication, name);
      expect(await countOf(server.uri, name, name)).toEqual({ runs: 1, models: 1, versions: 1 });
      await checkKept(publication, published, name);
    }
  });

  it('by a server that is killed and started again is completed without being asked for again', async () => {
    const publication = smallPublication(crypto.randomUUID());
    const proxy = new CutProxy(server.uri);
    const uri = await proxy.open();
    onTestFinished(() => proxy.close());
    const publishing = attemptToPublish(uri, publication, 'killed', 20);
    while (proxy.requests < 8) await new Promise((next) => setTimeout(next, 5));
    await server.kill();
    await server.start();
    const published = await publishing;
    expect(await countOf(server.uri, 'killed', 'killed')).toEqual({ runs: 1, models: 1, versions: 1 });
    await checkKept(publication, published, 'killed');
  });

  it('by the end of Assay itself, at random moments, is completed by the next attempt', async () => {
    const report = await publishUnderKills(server, join(home, 'laptop'), { kills: 4, shareOfServer: 0, seed: 3 });
    expect(report).toMatchObject({ killedAssay: 4, problems: [] });
  });
});
