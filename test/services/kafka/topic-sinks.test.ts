import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { startAssay, temporaryFolder } from '../../command-line/run-assay.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import { followTopicOf, payment, payments, readCommitted, sendTo, type ReadMessage } from './topic-fixture.ts';

const patience = { timeout: 120_000, interval: 100 };

/** Places of the rows that a case has flagged, as messages name them, in stream order. */
function flaggedPlaces(casePath: string): readonly string[] {
  const openedCase = openCaseReadOnly(casePath);
  try {
    const [model] = openedCase.models();
    const places: string[] = [];
    for (const segment of openedCase.segments())
      openedCase.readScores(model.id, segment)?.forEach((sum, row) => {
        if (sum > model.threshold.units) return;
        const line = new TextDecoder().decode(openedCase.readRaw(segment.firstSequence + row).bytes);
        const { topic, partition, offset } = JSON.parse(line) as Record<string, string | number>;
        places.push(`${topic}-${partition}-${offset}`);
      });
    return places;
  } finally {
    openedCase.close();
  }
}

function rowsOf(casePath: string): number {
  const openedCase = openCaseReadOnly(casePath);
  try {
    return openedCase.nextSequence();
  } finally {
    openedCase.close();
  }
}

function idsOf(messages: readonly ReadMessage[]): readonly string[] {
  return messages.map(({ headers }) => headers['assay.id']);
}

describeWithKafka('flags and dead letters sent to topics', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterAll(() => broker.stop());

  /** Messages and marks that were ever put into a topic. */
  async function written(topic: string): Promise<number> {
    return (await broker.admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
  }

  test('arrive once each, with their transaction or their reason, over several runs', async () => {
    for (const topic of ['source', 'flags', 'dead']) await broker.createTopic(topic, 1);
    const casePath = join(temporaryFolder(), 'sinks.assay');
    const topics = {
      flagsTo: 'flags',
      deadLettersTo: 'dead',
      threshold: { kind: 'contamination', value: 0.05 },
    } as const;
    const tooLong = `{"note":"${'x'.repeat(2_000_000)}"}`;
    await sendTo(broker, 'source', [
      ...payments(0, 300),
      { key: 'broken', value: '{"id":1,', headers: { trace: 'abc' } },
      { value: null },
      { value: Buffer.from([0xff, 0x00]) },
    ]);
    const first = await followTopicOf(broker, 'source', casePath, topics);
    await sendTo(broker, 'source', [...payments(300, 200), { value: tooLong }]);
    const second = await followTopicOf(broker, 'source', casePath, topics);
    const places = flaggedPlaces(casePath);
    expect(places.length).toBeGreaterThan(10);
    expect((first.sent.flags ?? 0) + (second.sent.flags ?? 0)).toBe(places.length);
    expect([first.sent.deadLetters, second.sent.deadLetters]).toEqual([3, 1]);

    const flags = await readCommitted(broker, 'flags');
    expect(idsOf(flags)).toEqual(places);
    const flag = JSON.parse(String(flags[0].value)) as Record<string, unknown>;
    expect(flag).toMatchObject({ topic: 'source', partition: 0, model: second.model?.digest });
    expect(flag['transaction']).toEqual(JSON.parse(payment(Number(flag['offset']))));
    expect(flag['score']).toBeGreaterThan(Number(flag['threshold']));

    const dead = await readCommitted(broker, 'dead');
    expect(dead.map(({ headers }) => headers['assay.source.offset'])).toEqual(['300', '301', '302', '503']);
    expect(dead[0]).toMatchObject({ key: 'broken', headers: { trace: 'abc', 'assay.source.topic': 'source' } });
    expect(dead.slice(0, 3).map(({ value }) => value?.toString('hex') ?? null)).toEqual([
      Buffer.from('{"id":1,').toString('hex'),
      null,
      'ff00',
    ]);
    expect(dead.map(({ headers }) => headers['assay.reason'])).toEqual([
      expect.stringContaining('not valid JSON'),
      expect.stringContaining('tombstone'),
      expect.stringContaining('not valid JSON'),
      expect.stringContaining('longer than'),
    ]);
    expect(dead[3].headers['assay.cut']).toBe('true');
  });

  test('are refused at the start where the topic is not there or is the one that is followed', async () => {
    await broker.createTopic('alone', 1);
    const casePath = join(temporaryFolder(), 'refused.assay');
    await expect(followTopicOf(broker, 'alone', casePath, { flagsTo: 'nowhere' })).rejects.toMatchObject({
      code: 'TOPIC_NOT_FOUND',
    });
    await expect(followTopicOf(broker, 'alone', casePath, { deadLettersTo: 'alone' })).rejects.toMatchObject({
      code: 'WRONG_USE',
    });
  });

  test('are there exactly once after kill -9 at random moments', async () => {
    for (const topic of ['killed', 'killed-flags']) await broker.createTopic(topic, 3);
    const home = temporaryFolder();
    const casePath = join(home, 'killed.assay');
    const count = 20_000;
    const producing = broker.runJava('Produce.java', [
      broker.address,
      'killed',
      '3',
      String(count),
      'lz4',
      '0',
      '2500',
    ]);
    const follow = ['run', '--follow', `kafka://${broker.address}/killed`, '--case', casePath];
    const options = ['--flags-to', 'killed-flags', '--contamination', '0.05', '--trees', '20', '--train-after', '2000'];
    const ending = ['--until-idle', '3', '--json'];
    for (let kills = 0; kills < 3; kills++) {
      const before = await written('killed-flags');
      const { child, ended } = startAssay([...follow, ...options, ...ending], home);
      while ((await written('killed-flags')) === before && child.exitCode === null) await sleep(20);
      await sleep(Math.random() * 300);
      child.kill('SIGKILL');
      await ended;
    }
    await producing;
    const { stderr, code } = await startAssay([...follow, ...options, ...ending], home).ended;
    expect(code, stderr).toBe(0);
    const places = flaggedPlaces(casePath);
    const ids = idsOf(await readCommitted(broker, 'killed-flags'));
    expect(places.length).toBeGreaterThan(500);
    expect([...ids].sort()).toEqual([...places].sort());
  });

  test('wait in the case while their broker is away, and go out with the next run', async () => {
    for (const topic of ['steady', 'late-flags']) await broker.createTopic(topic, 1);
    await sendTo(broker, 'steady', payments(0, 400));
    const { listenPort, targetPort } = broker.proxied;
    const proxy = await startTcpProxy(listenPort, targetPort);
    onTestFinished(() => proxy.cut());
    const casePath = join(temporaryFolder(), 'late.assay');
    const flagsTo = `kafka://127.0.0.1:${listenPort}/late-flags`;
    const topics = { flagsTo, threshold: { kind: 'contamination', value: 0.05 } } as const;
    const following = followTopicOf(broker, 'steady', casePath, {
      ...topics,
      untilIdleMs: 600_000,
      maxMessages: 800,
    });
    await vi.waitFor(async () => expect(await written('late-flags')).toBeGreaterThan(0), patience);
    await proxy.cut();
    await sendTo(broker, 'steady', payments(400, 400));
    const first = await following;
    expect(first.rows).toBe(800);
    expect(first.notices).toContainEqual(expect.stringContaining('does not have everything yet'));
    await proxy.mend();
    await followTopicOf(broker, 'steady', casePath, topics);
    const places = flaggedPlaces(casePath);
    expect(places.length).toBeGreaterThan(first.sent.flags ?? 0);
    expect(idsOf(await readCommitted(broker, 'late-flags'))).toEqual(places);
  });

  test('are sent once where a frozen Assay wakes up beside the one that took its place', async () => {
    for (const topic of ['frozen', 'frozen-flags']) await broker.createTopic(topic, 1);
    await sendTo(broker, 'frozen', payments(0, 400));
    const home = temporaryFolder();
    const casePath = join(home, 'frozen.assay');
    const address = `kafka://${broker.address}/frozen`;
    const options = ['--flags-to', 'frozen-flags', '--contamination', '0.05', '--trees', '20', '--train-after', '200'];
    const follow = ['run', '--follow', address, '--case', casePath, ...options];
    const older = startAssay(follow, home);
    onTestFinished(() => void older.child.kill('SIGKILL'));
    await vi.waitFor(() => expect(rowsOf(casePath)).toBe(400), patience);
    older.child.kill('SIGSTOP');
    await sendTo(broker, 'frozen', payments(400, 400));
    const younger = startAssay([...follow, '--max-messages', '800', '--until-idle', '20', '--json'], home);
    onTestFinished(() => void younger.child.kill('SIGKILL'));
    await vi.waitFor(() => expect(rowsOf(casePath)).toBe(800), patience);
    older.child.kill('SIGCONT');
    await sendTo(broker, 'frozen', payments(800, 400));
    await younger.ended;
    older.child.kill('SIGKILL');
    await older.ended;
    await followTopicOf(broker, 'frozen', casePath, { flagsTo: 'frozen-flags' });
    expect(rowsOf(casePath)).toBe(1200);
    expect(idsOf(await readCommitted(broker, 'frozen-flags'))).toEqual(flaggedPlaces(casePath));
  });
});
