import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openTrackingClient } from '../../../engine/export/mlflow/tracking-client.ts';
import { runAssay } from '../../command-line/run-assay.ts';
import { sharedDataFolder, sharedDataPath } from '../../shared-data.ts';
import { assay, assayBeside, writeExpected } from '../case-fixture.ts';
import { expectAliasMoves } from './alias-moves.ts';
import { serveModel } from './model-server.ts';
import { countOf } from './server-count.ts';
import { expectTakenOver } from './take-over.ts';
import { freePort, mlflow, TrackingServer } from './tracking-server.ts';
import { makeCertificates, startProxy, startTlsFront } from './way-to-server.ts';

const same = { flags: 0, sums: 0, decisions: 0 };

describe.skipIf(mlflow.isSkipped)('a model published to a real MLflow server', () => {
  const home = mkdtempSync(join(tmpdir(), 'assay-mlflow-'));
  const recording = join(home, 'payments.csv');
  const casePath = join(home, 'payments.assay');
  const expected = join(home, 'expected.csv');
  let server: TrackingServer;
  let rows = { rows: 0, flagged: 0 };

  beforeAll(async () => {
    server = new TrackingServer(home, await freePort());
    await server.start();
    await assay(['simulate', '--customers', '1100', '--days', '30', '--out', recording], home);
    await assay(['run', recording, '--case', casePath, '--trees', '100'], home);
    rows = writeExpected(casePath, expected);
  });

  afterAll(async () => {
    await server.kill();
    rmSync(home, { recursive: true, force: true });
  });

  const publish = (...more: readonly string[]): Promise<Record<string, unknown>> =>
    assay(
      ['export', 'mlflow', '--case', casePath, '--tracking-uri', server.uri, '--experiment', 'cards', ...more],
      home,
    );

  /** What the list of runs says of the run that an export made. */
  const roleOf = async (outcome: object): Promise<string | undefined> => {
    const { published } = outcome as { published: { runId: string } };
    const { run } = (await get(`runs/get?run_id=${published.runId}`)) as {
      run: { data: { tags: { key: string; value: string }[] } };
    };
    return run.data.tags.find(({ key }) => key === 'assay.role')?.value;
  };

  const get = async (path: string): Promise<unknown> => (await fetch(`${server.uri}/api/2.0/mlflow/${path}`)).json();

  it('gives the same flags and sums through mlflow.pyfunc on 100,000 rows, times and texts and windows among them', async () => {
    const outcome = await publish('--register', 'card-fraud', '--alias', 'champion');
    expect(outcome).toMatchObject({ state: 'published', published: { version: '1' } });
    const environment = { MLFLOW_TRACKING_URI: server.uri };
    const report = await mlflow.run(
      'check_published.py',
      ['models:/card-fraud@champion', recording, expected],
      environment,
    );
    expect(report).toMatchObject({ ...same, rows: rows.rows, flagged: rows.flagged, onnx: true });
    expect(rows.rows).toBeGreaterThanOrEqual(100_000);
    expect((report as { score: number }).score).toBeLessThan(1e-6);
  });

  it('says on the server what it is: parameters, figures, dataset, files, and a model tied to its run', async () => {
    const { published, publishId } = (await publish('--register', 'card-fraud', '--alias', 'champion')) as {
      published: { runId: string; modelId: string };
      publishId: string;
    };
    const { run } = (await get(`runs/get?run_id=${published.runId}`)) as {
      run: {
        info: { status: string };
        data: { params: { key: string }[]; metrics: { key: string }[]; tags: { key: string; value: string }[] };
        inputs: { dataset_inputs: { dataset: { digest: string } }[] };
        outputs: { model_outputs: { model_id: string }[] };
      };
    };
    expect(run.info.status).toBe('FINISHED');
    expect(run.data.params.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['trees', 'sample', 'seed', 'grower', 'threshold_rule', 'model_digest']),
    );
    expect(run.data.metrics.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['auroc', 'auprc', 'precision', 'recall', 'flagged_rows', 'threshold_score']),
    );
    expect(run.data.tags).toContainEqual({ key: 'assay.publish_id', value: publishId });
    expect(run.inputs.dataset_inputs).toHaveLength(1);
    expect(run.outputs.model_outputs.map(({ model_id }) => model_id)).toEqual([published.modelId]);
    const { files } = (await get(`artifacts/list?run_id=${published.runId}`)) as { files: { path: string }[] };
    expect(files.map(({ path }) => path).sort()).toEqual([
      'MODEL_CARD.md',
      'charts',
      'feature_spec.json',
      'metrics.json',
    ]);
  });

  it('is one run and one version however often the same export is asked for', async () => {
    const first = await publish('--register', 'card-fraud', '--alias', 'champion');
    const again = await publish('--register', 'card-fraud', '--alias', 'champion');
    expect(again['published']).toEqual(first['published']);
    expect(await countOf(server.uri, 'cards', 'card-fraud')).toEqual({ runs: 1, models: 1, versions: 1 });
  });

  it('leaves the alias with the champion where the newcomer ranks worse, and gives it to a better one', async () => {
    const first = (await publish('--register', 'gate-a', '--alias', 'champion', '--unless-worse', 'auprc')) as {
      published: { aliasMoved: boolean; version: string };
    };
    expect(first.published.aliasMoved).toBe(true);
    const worse = join(home, 'worse.assay');
    await assay(['run', recording, '--case', worse, '--trees', '1', '--sample', '2', '--no-windows'], home);
    const target = [
      '--tracking-uri',
      server.uri,
      '--experiment',
      'cards',
      '--register',
      'gate-a',
      '--alias',
      'champion',
    ];
    const second = await assay(['export', 'mlflow', '--case', worse, ...target, '--unless-worse', 'auprc'], home);
    expect(second).toMatchObject({ published: { aliasMoved: false, version: '2' } });
    const alias = (await get('registered-models/alias?name=gate-a&alias=champion')) as {
      model_version: { version: string };
    };
    expect(alias.model_version.version).toBe('1');
    expect(await roleOf(first)).toBe('champion');
    expect(await roleOf(second)).toBe('challenger of champion');

    await assay(['tune', '--case', casePath, '--contamination', '0.03'], home);
    const third = await assay(['export', 'mlflow', '--case', casePath, ...target], home);
    expect(await Promise.all([first, second, third].map(roleOf))).toEqual([
      'former champion',
      'challenger of champion',
      'champion',
    ]);
  });

  it('answers the same through mlflow models serve', async () => {
    const { port, stop } = await serveModel(mlflow, 'models:/card-fraud@champion', server.uri);
    onTestFinished(stop);
    const report = await mlflow.run('check_published.py', ['-', recording, expected, '--serve', String(port)]);
    expect(report).toMatchObject({ ...same, rows: rows.rows, flagged: rows.flagged });
  });

  it('moves an alias wherever it is asked for: back, to a new one, not past a gate, and after a time without the server', async () => {
    await expectAliasMoves(server, home);
  });

  it('gives its model to a case that lacks it, at every door, unless a file was changed', async () => {
    await expectTakenOver(server, home);
  });

  it('waits in the case while the server is down, and goes out once when it answers, whoever else pushes it', async () => {
    await assay(['tune', '--case', casePath, '--contamination', '0.01'], home);
    await server.kill();
    const late = ['--tracking-uri', server.uri, '--experiment', 'late', '--register', 'late'];
    const offline = await assay(['export', 'mlflow', '--case', casePath, ...late], home);
    expect(offline).toMatchObject({ state: 'waiting', published: null });
    await server.start();
    const push = (): Promise<unknown> => assayBeside(['push', '--case', casePath], home);
    const pushed = await Promise.all([push(), push()]);
    expect(pushed).toContainEqual({
      entries: [expect.objectContaining({ publishId: offline['publishId'], state: 'published' })],
    });
    expect(await push()).toEqual({ entries: [] });
    expect(await countOf(server.uri, 'late', 'late')).toEqual({ runs: 1, models: 1, versions: 1 });
  });

  it('goes out from a folder that was carried by hand, and loads from the folder itself', async () => {
    const folder = join(home, 'carried');
    await assay(['export', 'mlflow', '--case', casePath, '--out', folder], home);
    writeExpected(casePath, expected);
    expect(await mlflow.run('check_published.py', [folder, recording, expected])).toMatchObject({
      ...same,
      onnx: true,
    });
    const push = ['push', folder, '--tracking-uri', server.uri, '--experiment', 'carried', '--register', 'carried'];
    const [first, beside] = await Promise.all([assayBeside(push, home), assayBeside(push, home)]);
    expect(beside).toEqual(first);
    expect(await assay(push, home)).toEqual(first);
    expect(await countOf(server.uri, 'carried', 'carried')).toEqual({ runs: 1, models: 1, versions: 1 });
  });

  it('is reached through TLS by an authority that --ca names, and says why it is not without', async () => {
    const certificates = makeCertificates(home);
    const front = await startTlsFront(server.uri, certificates);
    onTestFinished(front.close);
    const folder = join(home, 'secure');
    await assay(['export', 'mlflow', '--case', casePath, '--out', folder], home);
    const push = ['push', folder, '--tracking-uri', `https://127.0.0.1:${front.port}`, '--experiment', 'secure'];
    const { code, stderr } = await runAssay(push, home);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is not trusted: .+--ca FILE/s);
    expect(await assay([...push, '--ca', certificates.authorityPath], home)).toMatchObject({
      entries: [{ state: 'published' }],
    });
  });

  it('explains its refusal of a name that it does not know', async () => {
    const proxy = await startProxy(Number(new URL(server.uri).port));
    onTestFinished(proxy.close);
    const access = { httpProxy: `http://127.0.0.1:${proxy.port}` };
    const client = openTrackingClient('http://mlflow.test', access, new AbortController().signal);
    await expect(client.call('GET', 'experiments/get', 'find it', { experiment_id: 0 })).rejects.toMatchObject({
      message: expect.stringContaining('Invalid Host header') as string,
      nextStep: expect.stringContaining('--allowed-hosts') as string,
    });
  });

  describe.skipIf(sharedDataFolder === null)('trained on public recordings', () => {
    it.each(['shuttle.csv.gz', 'cardio.csv'])('flags the same rows: %s', async (name) => {
      const publicCase = join(home, `${name}.assay`);
      const answersOfLaptop = join(home, `${name}.expected.csv`);
      await assay(['run', sharedDataPath('adbench', name), '--case', publicCase], home);
      const { flagged } = writeExpected(publicCase, answersOfLaptop);
      const model = name.replaceAll('.', '-');
      await assay(
        [
          'export',
          'mlflow',
          '--case',
          publicCase,
          '--tracking-uri',
          server.uri,
          '--register',
          model,
          '--alias',
          'champion',
        ],
        home,
      );
      const report = await mlflow.run(
        'check_published.py',
        [`models:/${model}@champion`, sharedDataPath('adbench', name), answersOfLaptop],
        { MLFLOW_TRACKING_URI: server.uri },
      );
      expect(report).toMatchObject({ ...same, flagged });
    });
  });
});
