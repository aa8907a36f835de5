import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { storedRows } from '../../stored-rows.ts';
import { startAssay } from '../../command-line/run-assay.ts';
import { assay } from '../case-fixture.ts';
import { freePort, mlflow, TrackingServer } from '../mlflow/tracking-server.ts';
import { isPrometheusSkipped, PrometheusServer, rulesPath } from '../prometheus/prometheus-server.ts';
import { missingForKafka } from './java.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { readCommitted, sendTo } from './topic-fixture.ts';

/*
 * The story of docs/from-five-scripts.md by the commands that it names: a producer of four fields, a topic that is followed and
 * flagged, payments that change, a challenger, a roll back, publishing, serving, and the figures of all of it.
 */

const isSkipped = (missingForKafka !== null || mlflow.isSkipped || isPrometheusSkipped) && process.env['CI'] !== 'true';
const patience = { timeout: 120_000, interval: 100 };
const oneChunk = 250;

/** Messages as the original's producer sends them; every fiftieth is unusual, and `scale` is what the others come to. */
function messages(first: number, scale: number): readonly { readonly value: string }[] {
  return Array.from({ length: oneChunk }, (_, index) => {
    const id = first + index;
    const amount = scale * (id % 50 === 7 ? 60_000 + ((id * 31) % 9_000) : 20 + ((id * 7919) % 300));
    const value = { id, amount, transaction_type: id % 3, account_balance: scale * (1000 + ((id * 17) % 97)) };
    return { value: JSON.stringify(value) };
  });
}

describe.skipIf(isSkipped)('from five scripts to Assay', () => {
  const home = mkdtempSync(join(tmpdir(), 'assay-five-scripts-'));
  const casePath = join(home, 'live.assay');
  let broker: Broker;
  let tracking: TrackingServer;
  let prometheus: PrometheusServer | undefined;
  beforeAll(async () => {
    tracking = new TrackingServer(home, await freePort());
    [broker] = await Promise.all([startKafka(), tracking.start()]);
  });
  afterAll(async () => {
    await Promise.all([broker.stop(), tracking.kill(), prometheus?.stop()]);
    rmSync(home, { recursive: true, force: true });
  });

  /** Sends messages in parts, each once the one before is stored, as a producer that goes on all day does. */
  async function produce(from: number, to: number, scale: number): Promise<void> {
    for (let first = from; first < to; first += oneChunk) {
      await sendTo(broker, 'financial_transactions', messages(first, scale));
      await vi.waitFor(() => expect(storedRows(casePath)).toBe(first + oneChunk), patience);
    }
  }

  test('follows, flags, drifts, retrains, promotes, rolls back, publishes, serves and is watched', async () => {
    for (const topic of ['financial_transactions', 'financial_anomalies']) await broker.createTopic(topic, 1);
    const metricsPort = await freePort();
    const watch = async (path = '/metrics'): Promise<string> =>
      (await fetch(`http://127.0.0.1:${metricsPort}${path}`)).text();
    const service = startAssay(
      [
        ...['run', '--follow', `kafka://${broker.address}/financial_transactions`, '--case', casePath, '--json'],
        ...['--flags-to', 'financial_anomalies', '--metrics', String(metricsPort), '--train-after', '1500'],
        ...['--contamination', '0.03', '--retrain', 'drift', '--retrain-on', 'rows=2000'],
      ],
      home,
    );
    await sendTo(broker, 'financial_transactions', messages(0, 1));
    await vi.waitFor(() => expect(storedRows(casePath)).toBe(oneChunk), patience);
    await produce(oneChunk, 2000, 1);
    await vi.waitFor(async () => expect(await watch('/health/ready')).toContain('"ok":true'), patience);

    // Payments become ten times what they were: the champion flags most, a challenger is made, passes, and scores on.
    let next = 2000;
    while (!(await watch()).includes('iforest_model_changes_total 1') && next < 12_000) {
      await produce(next, next + oneChunk, 10);
      next += oneChunk;
    }
    const figures = await watch();
    expect(figures).toContain('iforest_model_changes_total 1');
    expect(figures).toContain('iforest_retrainings_total{outcome="promoted"} 1');
    const share = (side: string): number =>
      Number(new RegExp(`check="flagged share",side="${side}"\\} ([\\d.]+)`, 'u').exec(figures)?.[1]);
    expect(share('champion')).toBeGreaterThan(3 * share('challenger'));
    await produce(next, next + oneChunk, 10);
    next += oneChunk;

    // A person takes it back and promotes it again while the stream goes on.
    const back = await assay(['rollback', '--case', casePath, '--reason', 'to look at it'], home);
    await vi.waitFor(async () => expect(await watch()).toContain('iforest_model_changes_total 2'), patience);
    const forth = await assay(['promote', '--case', casePath, '--model', '2', '--reason', 'it is right'], home);
    await vi.waitFor(async () => expect(await watch()).toContain('iforest_model_changes_total 3'), patience);
    const [first, second] = [back, forth].map(({ model }) => (model as { readonly digest: string }).digest);

    const registered = ['--experiment', 'cards', '--register', 'card-fraud', '--alias', 'champion'];
    const published = await assay(
      ['export', 'mlflow', '--case', casePath, '--tracking-uri', tracking.uri, ...registered],
      home,
    );
    expect(published).toMatchObject({ state: 'published', published: { version: '1', aliasMoved: true } });
    await expectServed(second);

    // Whoever watches sees it: the changes of the champion are scraped, and every rule is evaluated on what is there.
    const watching = await PrometheusServer.start(`127.0.0.1:${metricsPort}`);
    prometheus = watching;
    const scraped = 'sum(iforest_model_changes_total)';
    await vi.waitFor(async () => expect(await watching.valueOf(scraped)).toBe('3'), patience);
    await vi.waitFor(async () => {
      const health = await watching.healthOfRules();
      expect(health.length).toBeGreaterThan(3);
      expect(health.filter((each) => each !== 'ok')).toEqual([]);
    }, patience);
    const exported = new Set([...(await watch()).matchAll(/^# TYPE (\w+) /gmu)].map(([, name]) => name));
    const asked = [...readFileSync(rulesPath, 'utf8').matchAll(/\biforest_(?!streams)\w+/gu)].map(([name]) => name);
    expect(asked.filter((name) => !exported.has(name))).toEqual([]);

    service.child.kill('SIGINT');
    expect((await service.ended).code).toBe(130);
    const flags = (await readCommitted(broker, 'financial_anomalies')).map(
      ({ value }) => JSON.parse(String(value)) as { readonly offset: number; readonly model: string },
    );
    expect(new Set(flags.map(({ model }) => model))).toEqual(new Set([first, second]));
    const unusual = Array.from({ length: 2000 }, (_, id) => id).filter((id) => id % 50 === 7);
    const flagged = new Set(flags.map(({ offset }) => offset));
    expect(unusual.filter((id) => !flagged.has(id))).toEqual([]);
    const history = await assay(['audit', '--case', casePath, '--verify', '--rescore'], home);
    expect(history).toMatchObject({ whole: true, problems: [] });
  });

  /** The registered champion, served over HTTP, flags what the laptop flags. */
  async function expectServed(digest: string): Promise<void> {
    const uri = ['--model', 'models:/card-fraud@champion', '--tracking-uri', tracking.uri];
    const { child, ended } = startAssay(['serve', '--score', ...uri], home);
    if (child.stdout === null) throw new Error('The command has no output.');
    const [line] = (await once(child.stdout, 'data')) as [string];
    const records = [
      { id: 1, amount: 3_000, transaction_type: 1, account_balance: 10_500 },
      { id: 2, amount: 640_000, transaction_type: 1, account_balance: 10_500 },
    ];
    const flagged: unknown[] = [];
    for (const record of records) {
      const response = await fetch(`${line.trim()}/score/single`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(record),
      });
      flagged.push(((await response.json()) as { readonly flagged: boolean }).flagged);
    }
    expect(flagged).toEqual([false, true]);
    expect(await (await fetch(`${line.trim()}/metrics`)).text()).toContain(digest.slice(0, 12));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  }
});
