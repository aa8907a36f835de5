import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { Kafka, logLevel, type Message } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StreamFigures } from '../../../engine/domain/stream-figures.ts';
import { createEngine, type Engine } from '../../../engine/host/engine.ts';
import type { Events } from '../../../preload/contract/events.ts';
import type { JobInput } from '../../../preload/contract/jobs.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../../preload/contract/requests.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { saslUser, startKafka, type Broker } from './start-kafka.ts';

const { password } = saslUser;
const forest = { trees: 20 };

describeWithKafka('a live topic in the workbench', () => {
  let broker: Broker;
  const folder = mkdtempSync(join(tmpdir(), 'assay-stream-'));
  const home = join(folder, 'home');
  let engine: Engine;
  beforeAll(async () => {
    broker = await startKafka();
    mkdirSync(home);
    engine = createEngine({ host: 'browser', dataFolder: home });
    await broker.createTopic('payments', 2);
    await broker.createTopic('secret', 1);
    await broker.createTopic('empty', 1);
    await broker.forbidTopic('secret');
  });
  afterAll(async () => {
    await engine.close();
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask<R extends RequestName>(name: R, input: RequestInput<R>): Promise<RequestOutput<R>> {
    const answer = await engine.request(name, input);
    if (!answer.ok) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.data;
  }

  async function enter(given: { readonly tls?: boolean; readonly password?: string }): Promise<void> {
    const login = { mechanism: 'scram-sha-256', username: saslUser.username, ...given } as const;
    const entry = { kind: 'stated', tls: given.tls ?? false, login } as const;
    await ask('kafka.signIn', { brokers: broker.saslAddress, entry });
  }

  async function send(topic: string, messages: readonly Message[]): Promise<void> {
    const producer = new Kafka({ clientId: 'test', brokers: [broker.address], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({ topic, messages: [...messages] });
    await producer.disconnect();
  }

  /** A running stream and what it last said of itself. */
  function stream(input: JobInput<'follow'>): {
    readonly jobId: string;
    until(what: (figures: StreamFigures) => boolean): Promise<StreamFigures>;
    readonly ended: Promise<Events['job.ended']['outcome']>;
  } {
    const answer = engine.startJob('follow', input);
    if (!answer.ok) throw new Error(answer.error.message);
    const { jobId } = answer.data;
    let last: StreamFigures | undefined;
    engine.on('job.progress', (event) => {
      if (event.jobId === jobId) last = event.progress.stream ?? last;
    });
    const ended = new Promise<Events['job.ended']['outcome']>((resolve) => {
      const stop = engine.on('job.ended', (event) => {
        if (event.jobId !== jobId) return;
        stop();
        resolve(event.outcome);
      });
    });
    const until = async (what: (figures: StreamFigures) => boolean): Promise<StreamFigures> => {
      for (;;) {
        if (last !== undefined && what(last)) return last;
        const over = await Promise.race([ended, new Promise<null>((later) => setTimeout(later, 50, null))]);
        if (over !== null) throw new Error(`The stream ended: ${JSON.stringify(over)} ${JSON.stringify(last)}`);
      }
    };
    return { jobId, until, ended };
  }

  const words = async (brokers: string, topic: string): Promise<readonly string[]> =>
    (await ask('kafka.test', { brokers, topic })).map(({ step, isGood }) => `${step}: ${isGood ? 'good' : 'bad'}`);

  test('a connection that fails is told by the step at which it does', async () => {
    expect(await words('127.0.0.1:1', 'payments')).toEqual(['reach: bad']);
    const open = await ask('kafka.test', { brokers: broker.address, topic: 'payments' });
    expect(open.map(({ isGood }) => isGood)).toEqual([true, true, true, true, true]);
    await enter({ password: 'wrong horse' });
    expect(await words(broker.saslAddress, 'payments')).toEqual(['reach: good', 'encryption: good', 'login: bad']);
    await enter({ password });
    expect(await words(broker.saslAddress, 'no-such-topic')).toContain('topic: bad');
    const forbidden = await ask('kafka.test', { brokers: broker.saslAddress, topic: 'secret' });
    expect(forbidden.at(-1)).toMatchObject({ isGood: false, sentence: expect.stringContaining('may not read') });
    await enter({ tls: true });
    const mismatch = await ask('kafka.test', { brokers: broker.saslAddress, topic: 'payments' });
    expect(mismatch.at(-1)).toMatchObject({
      step: 'encryption',
      isGood: false,
      sentence: expect.stringContaining('does not speak TLS'),
    });
    const silent = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const hangsUp = await ask('kafka.test', { brokers: `127.0.0.1:${port}`, topic: 'payments' });
    silent.close();
    expect(hangsUp.at(-1)).toMatchObject({ step: 'login', isGood: false, nextStep: expect.stringContaining('login') });
  });

  test('topics are listed with what they hold, and their first messages shown', async () => {
    await send('payments', [
      { key: 'a', value: payment(0), partition: 0, timestamp: '1000' },
      { value: null, partition: 1, timestamp: '2000' },
    ]);
    expect(await ask('kafka.topics', { brokers: broker.address })).toEqual([
      { name: 'empty', partitions: 1, messages: 0 },
      { name: 'payments', partitions: 2, messages: 2 },
      { name: 'secret', partitions: 1, messages: 0 },
    ]);
    expect(await ask('kafka.peek', { brokers: broker.address, topic: 'empty' })).toEqual([]);
    const peeked = await ask('kafka.peek', { brokers: broker.address, topic: 'payments' });
    expect(peeked.toSorted((one, other) => one.partition - other.partition)).toEqual([
      { partition: 0, offset: 0, timestampMs: 1000, key: 'a', text: payment(0), bytes: payment(0).length },
      { partition: 1, offset: 0, timestampMs: 2000, key: null, text: null, bytes: 0 },
    ]);
  });

  test('follows into the open case, tells where it stands, pauses, and records what it scores', async () => {
    await broker.createTopic('live', 1);
    await enter({ password });
    const topic = `kafka://${broker.saslAddress}/live`;
    const casePath = join(folder, 'live.assay');
    const payments = (from: number, to: number): readonly Message[] =>
      Array.from({ length: to - from }, (_, index) => ({ value: payment(from + index) }));
    await send('live', payments(0, 300));
    const live = stream({ topic, casePath, trainAfterRows: 200, forest });
    const first = await live.until(({ rows, hasModel }) => rows === 300 && hasModel);
    expect(first).toMatchObject({ quarantined: 0, isPaused: false, recording: null });
    await ask('case.open', { path: casePath });
    const flaggedBefore = await alertsOf();

    const output = join(folder, 'recorded');
    await ask('job.command', { jobId: live.jobId, command: { kind: 'record', output } });
    await live.until(({ recording }) => recording !== null);
    await send('live', [...payments(300, 400), { value: strange(1) }, { value: '{"id":' }]);
    const recorded = await live.until(({ recording }) => recording?.messages === 102);
    expect(recorded).toMatchObject({ rows: 401, quarantined: 1 });
    await ask('job.command', { jobId: live.jobId, command: { kind: 'stop-recording' } });
    await live.until(({ recording }) => recording === null);

    await ask('job.command', { jobId: live.jobId, command: { kind: 'pause' } });
    await live.until(({ isPaused }) => isPaused);
    await send('live', payments(400, 450));
    const held = await live.until(({ lag }) => lag.some(({ messages }) => messages === 50));
    expect(held.rows).toBe(401);
    await ask('job.command', { jobId: live.jobId, command: { kind: 'resume' } });
    await live.until(({ rows }) => rows === 451);
    // Without its balance from here on: the analyst hears of it while the stream runs.
    await send(
      'live',
      Array.from({ length: 120 }, (_, id) => ({ value: JSON.stringify({ id, amount: 5, transaction_type: 1 }) })),
    );
    const lacking = await live.until(({ rows }) => rows === 571);
    const told = await live.until(({ notices }) => notices.some(({ key }) => key === 'empty account_balance'));
    expect([lacking, told].at(-1)?.notices.map(({ sentence }) => sentence)).toContainEqual(
      expect.stringMatching(/'account_balance' had values, and has none from line/),
    );
    await expect.poll(alertsOf).toBeGreaterThan(flaggedBefore);

    engine.cancelJob(live.jobId);
    await live.ended;
    const overview = await ask('case.read', {});
    expect(overview).toMatchObject({ rows: 571, quarantined: 1 });
    const manifest = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as {
      files: { messages: number }[];
    };
    expect(manifest.files.map(({ messages }) => messages)).toEqual([102]);

    async function alertsOf(): Promise<number> {
      const { championId } = await ask('case.read', {});
      return (await ask('alerts.page', { modelId: championId ?? 1, limit: 1 })).total;
    }
  });

  test('a column that comes with another type is told while the stream runs', async () => {
    await broker.createTopic('drifting', 1);
    const good = Array.from({ length: 200 }, (_, id) => ({ value: payment(id) }));
    const words = Array.from({ length: 5 }, (_, id) => ({
      value: payment(id).replace(/"amount":\d+/, '"amount":"many"'),
    }));
    await send('drifting', [...good, ...words]);
    const casePath = join(folder, 'drifting.assay');
    const live = stream({ topic: `kafka://${broker.address}/drifting`, casePath, trainAfterRows: 100, forest });
    const { notices } = await live.until(({ quarantined }) => quarantined === 5);
    expect(notices.map(({ sentence }) => sentence)).toContainEqual(
      expect.stringMatching(/5 rows of drifting could not be read in the column 'amount'.*quarantine/),
    );
    engine.cancelJob(live.jobId);
    await live.ended;
  });

  test('no password is in the case, the settings, a recording, an error or what the window is told', async () => {
    await enter({ password: 'correct horse wrong battery' });
    const refused = await engine.runJob(
      'follow',
      { topic: `kafka://${broker.saslAddress}/live`, casePath: join(folder, 'refused.assay') },
      { signal: new AbortController().signal, report: () => undefined },
    );
    expect(refused).toMatchObject({ ok: false, error: { code: 'BROKER_REFUSED' } });
    const said = JSON.stringify([
      refused,
      await ask('kafka.entry', { brokers: broker.saslAddress }),
      await ask('app.read', {}),
    ]);
    expect(said).toContain(saslUser.username);
    expect(said).not.toContain('horse');
    const files = filesBelow(folder);
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) expect(readFileSync(file).includes('horse'), file).toBe(false);
  });
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function payment(id: number): string {
  return JSON.stringify({
    id,
    amount: (id * 7919) % 1000,
    transaction_type: id % 3,
    account_balance: 1000 + (id % 97),
  });
}

/** Far outside everything the model has seen. */
function strange(id: number): string {
  return JSON.stringify({ id, amount: 9_000_000, transaction_type: 40, account_balance: 90_000_000 });
}
