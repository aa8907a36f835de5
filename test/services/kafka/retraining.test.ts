import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCommandLineEngine } from '../../../engine/host/command-line-engine.ts';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import { temporaryFolder } from '../../command-line/run-assay.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { followTopicOf, readCommitted, sendTo } from './topic-fixture.ts';
import { freePort } from '../mlflow/tracking-server.ts';

const patience = { timeout: 120_000, interval: 100 };
const engine = createCommandLineEngine();
const quiet = { signal: new AbortController().signal, report: () => undefined };

/** Payments of the owner's form, every fortieth of an unusual amount; `scale` is what the others come to. */
function payments(first: number, count: number, scale = 1): readonly { readonly value: string }[] {
  return Array.from({ length: count }, (_, index) => {
    const id = first + index;
    const amount = scale * (id % 40 === 7 ? 60_000 + ((id * 31) % 9_000) : 200 + ((id * 7919) % 300));
    const value = { id, amount, transaction_type: id % 3, account_balance: 1000 + ((id * 17) % 97) };
    return { value: JSON.stringify(value) };
  });
}

function rowsOf(casePath: string): number {
  try {
    const openedCase = openCaseReadOnly(casePath);
    const rows = openedCase.nextSequence();
    openedCase.close();
    return rows;
  } catch {
    return 0;
  }
}

interface Flag {
  readonly offset: number;
  readonly model: string;
}

async function flagsOf(broker: Broker, topic: string): Promise<readonly Flag[]> {
  const messages = await readCommitted(broker, topic);
  return messages.map(({ value }) => JSON.parse(String(value)) as Flag);
}

describeWithKafka('a stream whose model is made anew', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterAll(() => broker.stop());

  test('changes over to what another process promotes, without a restart, and each flag names the model that scored its row', async () => {
    for (const topic of ['loop', 'loop-flags']) await broker.createTopic(topic, 1);
    const casePath = join(temporaryFolder(), 'loop.assay');
    const stop = new AbortController();
    const metricsPort = await freePort();
    const options = {
      flagsTo: 'loop-flags',
      forest: { trees: 60 },
      threshold: { kind: 'contamination', value: 0.05 },
      trainAfterRows: 600,
      untilIdleMs: 3_600_000,
      metricsPort,
    } as const;
    await sendTo(broker, 'loop', payments(0, 500));
    const following = followTopicOf(broker, 'loop', casePath, { ...options, signal: stop.signal });
    const ask = async (path: string): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${metricsPort}${path}`);
      return `${response.status} ${await response.text()}`;
    };
    await vi.waitFor(async () => expect(await ask('/health/live')).toContain('200'), patience);
    expect(await ask('/health/ready')).toContain('503 {"ok":false,"status":"there is no model yet"}');
    await sendTo(broker, 'loop', payments(500, 500));
    await vi.waitFor(async () => expect(await ask('/health/ready')).toContain('200 {"ok":true'), patience);
    await vi.waitFor(() => expect(rowsOf(casePath)).toBe(1000), patience);

    const retrained = await engine.runJob(
      'retrain',
      { casePath, recent: { kind: 'rows', rows: 900 }, promote: true, by: 'ann' },
      quiet,
    );
    if (!retrained.ok) throw new Error(retrained.error.message);
    const { champion, model, gate, isChampion } = retrained.data;
    expect(gate?.sentence).toContain('Passed');
    expect(isChampion).toBe(true);
    await vi.waitFor(async () => expect(await ask('/metrics')).toContain('iforest_model_changes_total 1'), patience);
    await sendTo(broker, 'loop', payments(1000, 500));
    await vi.waitFor(() => expect(rowsOf(casePath)).toBe(1500), patience);
    expect(await ask('/metrics')).toContain(`iforest_model_age_seconds{model="${model?.digest.slice(0, 12)}"}`);
    stop.abort();
    await expect(following).rejects.toMatchObject({ code: 'CANCELLED' });

    // What goes out after a restart is still flagged by the model that scored it.
    await sendTo(broker, 'loop', payments(1500, 100));
    const again = await followTopicOf(broker, 'loop', casePath, { ...options, untilIdleMs: 1500 });
    expect(again.scoredBy).toEqual([
      { digest: champion.digest, fromRow: 0 },
      { digest: model?.digest, fromRow: 1000 },
    ]);
    const flags = await flagsOf(broker, 'loop-flags');
    const by = (digest: string | undefined): readonly number[] =>
      flags.filter((flag) => flag.model === digest).map(({ offset }) => offset);
    expect(by(champion.digest).every((offset) => offset < 1000)).toBe(true);
    expect(by(model?.digest).every((offset) => offset >= 1000)).toBe(true);
    expect(by(champion.digest).length + by(model?.digest).length).toBe(flags.length);
    const unusual = Array.from({ length: 1600 }, (_, id) => id).filter((id) => id % 40 === 7);
    expect(unusual.filter((id) => !flags.some(({ offset }) => offset === id))).toEqual([]);
  });

  test('makes challengers by its rule, says what each came to, and goes on with the last one after a restart', async () => {
    await broker.createTopic('ruled', 1);
    const casePath = join(temporaryFolder(), 'ruled.assay');
    const stop = new AbortController();
    const metricsPort = await freePort();
    const options = {
      forest: { trees: 60 },
      threshold: { kind: 'contamination', value: 0.05 },
      trainAfterRows: 600,
      untilIdleMs: 3_600_000,
      metricsPort,
      retrain: { when: { kind: 'rows', rows: 900 }, recent: { kind: 'rows', rows: 1200 } },
    } as const;
    await sendTo(broker, 'ruled', payments(0, 600));
    const following = followTopicOf(broker, 'ruled', casePath, { ...options, signal: stop.signal });
    await vi.waitFor(() => expect(rowsOf(casePath)).toBe(600), patience);
    await sendTo(broker, 'ruled', payments(600, 900));
    const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    await vi.waitFor(async () => expect(await metrics()).toContain('iforest_model_changes_total 1'), patience);
    const text = await metrics();
    expect(text).toContain('iforest_retrainings_total{outcome="promoted"} 1');
    expect(text).toMatch(/iforest_gate_passed\{model="[0-9a-f]{12}"\} 1/u);
    expect(text).toMatch(/iforest_gate_check_ratio\{check="flagged share",side="challenger"\} 0\.0/u);
    await sendTo(broker, 'ruled', payments(1500, 50));
    await vi.waitFor(() => expect(rowsOf(casePath)).toBe(1550), patience);
    stop.abort();
    await expect(following).rejects.toMatchObject({ code: 'CANCELLED' });

    const again: JobResult<'follow'> = await followTopicOf(broker, 'ruled', casePath, {
      ...options,
      untilIdleMs: 1500,
    });
    expect(again.scoredBy.map(({ fromRow }) => fromRow)).toEqual([0, expect.any(Number)]);
    expect(again.scoredBy[1].fromRow).toBeGreaterThanOrEqual(1500);
    expect(again.model?.digest).toBe(again.scoredBy[1].digest);
    const history = await engine.runJob('audit', { casePath, verify: true, rescore: true }, quiet);
    if (!history.ok) throw new Error(history.error.message);
    expect(history.data).toMatchObject({ whole: true, problems: [] });
    expect(history.data.entries.map(({ what }) => what)).toContainEqual(
      expect.stringMatching(/^gate passed: forest /u),
    );
  });
});
