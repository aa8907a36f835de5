import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createCommandLineEngine } from '../../../engine/host/command-line-engine.ts';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import type { JobInput, JobResult } from '../../../preload/contract/jobs.ts';
import { startAssay, temporaryFolder } from '../../command-line/run-assay.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { saslUser, startKafka, type Broker } from './start-kafka.ts';
import { followWithStop, sendStallTopic } from './stalls.ts';
import { storedRows } from '../../stored-rows.ts';
import { storedMessages } from './stored-messages.ts';
import { followTopicOf, payment, payments, sendTo, type FollowOptions } from './topic-fixture.ts';

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}

describeWithKafka('following a topic of a real broker', () => {
  let broker: Broker;
  let topics = 0;
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterEach(() => void vi.unstubAllEnvs());
  afterAll(() => broker.stop());

  async function newTopic(partitions: number): Promise<string> {
    const topic = `payments-${topics++}`;
    await broker.createTopic(topic, partitions);
    return topic;
  }

  const send = (topic: string, messages: readonly Message[]): Promise<void> => sendTo(broker, topic, messages);
  const follow = (topic: string, casePath: string, options?: FollowOptions): Promise<JobResult<'follow'>> =>
    followTopicOf(broker, topic, casePath, options);

  test('reads every codec of the Java client, byte for byte', async () => {
    const topic = await newTopic(3);
    let expected = 0n;
    for (const [index, codec] of ['none', 'gzip', 'snappy', 'lz4', 'zstd'].entries())
      expected += BigInt(
        await broker.runJava('Produce.java', [broker.address, topic, '3', '2000', codec, String(index * 2000), '0']),
      );
    const casePath = join(temporaryFolder(), 'codecs.assay');
    const result = await follow(topic, casePath, { maxMessages: 10_000 });
    expect(result).toMatchObject({ messages: 10_000, rows: 10_000, quarantined: 0, lag: 0 });
    expect(storedMessages(casePath)).toEqual({
      rows: 10_000,
      distinct: 10_000,
      checksum: String(expected),
      scored: 10_000,
    });
  });

  test('follows into a locked case, and nothing that came stands in the clear', async () => {
    const topic = await newTopic(2);
    const folder = temporaryFolder();
    const casePath = join(folder, 'locked.assay');
    const lock = { casePath, passphrase: 'four words nobody knows' };
    const quiet = { signal: new AbortController().signal, report: () => undefined };
    expect(await createCommandLineEngine().runJob('lock', lock, quiet)).toMatchObject({ ok: true });
    await send(topic, payments(0, 600));
    const inTheClear = (): readonly string[] =>
      readdirSync(folder).filter((name) => {
        const content = readFileSync(join(folder, name));
        return ['account_balance', 'transaction_type', 'CREATE TABLE', topic].some((text) => content.includes(text));
      });
    const result = await follow(topic, casePath, { maxMessages: 600 });
    expect(result).toMatchObject({ messages: 600, rows: 600, quarantined: 0 });
    expect(inTheClear()).toEqual([]);
    // It goes on where it was, after the end as well.
    await send(topic, payments(600, 300));
    expect(await follow(topic, casePath, { maxMessages: 300 })).toMatchObject({ messages: 300 });
    expect(inTheClear()).toEqual([]);
    const opened = openCaseReadOnly(casePath);
    expect(opened.nextSequence()).toBe(900);
    opened.close();

    // What is searched for is there to be found in a plain case.
    await follow(topic, join(folder, 'plain.assay'), { maxMessages: 900 });
    expect(inTheClear()).toContain('plain.assay');
  });

  // Ten moments, a busy machine and a busy disk: npm run campaign:stalls.
  test('trains its first model on the same rows of four partitions, wherever the process stood still, and says which and why', async () => {
    const [folder, topic] = [temporaryFolder(), 'stalls'];
    await sendStallTopic(broker, topic, 11_000);
    const left = await followWithStop(broker, { topic, folder, name: 'left' }, null);
    const training = { model: left.digest, rows: 10_000, fromMs: null, toMs: null, reason: 'rows-asked-for' };
    expect(left.training).toEqual(training);
    const stopped = await Promise.all(
      [600, 1_200].map((afterMs) => followWithStop(broker, { topic, folder, name: `stop-${afterMs}` }, { afterMs })),
    );
    expect(stopped).toEqual([left, left]);
  });

  test('puts what is no transaction into quarantine with its reason, and goes on', async () => {
    const topic = await newTopic(1);
    const good = Array.from({ length: 300 }, (_, id) => ({ key: `k${id}`, value: payment(id) }));
    const poison: Message[] = [
      { value: '{"id":1,' },
      { value: null },
      { value: `{"id":2,"note":"${'x'.repeat(2_000_000)}"}` },
      { value: '[1,2]' },
      { value: Buffer.from([0xff, 0xfe, 0x00]) },
      { value: '{"id":3,"amount":"much","transaction_type":1,"account_balance":2}' },
    ];
    await send(topic, [...good, ...poison, { value: payment(0) }, { value: payment(1000), timestamp: '1000' }]);
    const casePath = join(temporaryFolder(), 'poison.assay');
    const result = await follow(topic, casePath);
    // A repeated id and an old time are transactions like others: they are kept, and scored.
    expect(result).toMatchObject({ messages: 308, rows: 302, quarantined: 6 });
    const amounts = [...Array(300).keys(), 0, 1000].map((id) => (JSON.parse(payment(id)) as { amount: number }).amount);
    const sum = amounts.reduce((total, amount) => total + Math.round(amount * 100), 0) / 100;
    expect(result.columns.find(({ name }) => name === 'amount')?.totals).toMatchObject({
      present: 302,
      missing: 0,
      sum: String(sum),
    });
    const openedCase = openCaseReadOnly(casePath);
    const reasons = openedCase.quarantined({ limit: 10 }).rows.map(({ reason }) => reason);
    openedCase.close();
    expect(reasons).toEqual([
      expect.stringContaining('not valid JSON'),
      expect.stringContaining('tombstone'),
      expect.stringContaining('longer than'),
      expect.stringContaining('not a JSON object'),
      expect.stringContaining('not valid JSON'),
      expect.stringContaining("'much' in column 'amount'"),
    ]);
  });

  test('starts at latest, an offset or a time, and goes on from the case, not from where it is told to start', async () => {
    const topic = await newTopic(1);
    // Older ones the broker throws away when it next looks for what has been kept too long.
    const firstMs = Date.now() - 1000;
    const messages = Array.from({ length: 100 }, (_, id) => ({ value: payment(id), timestamp: String(firstMs + id) }));
    await send(topic, messages);
    const folder = temporaryFolder();
    const rowsFrom = async (from: JobInput<'follow'>['from'], name: string): Promise<number> =>
      (await follow(topic, join(folder, name), { from })).rows;
    expect(await rowsFrom({ kind: 'offset', offset: 90 }, 'offset.assay')).toBe(10);
    expect(await rowsFrom({ kind: 'time', timeMs: firstMs + 70 }, 'time.assay')).toBe(30);
    expect(await rowsFrom({ kind: 'latest' }, 'latest.assay')).toBe(0);
    expect(await rowsFrom({ kind: 'earliest' }, 'offset.assay')).toBe(10);
  });

  test('enters by SASL PLAIN and SCRAM, and never repeats a password', async () => {
    const topic = await newTopic(1);
    await send(topic, [{ value: payment(1) }, { value: payment(2) }]);
    const folder = temporaryFolder();
    vi.stubEnv('ASSAY_KAFKA_USERNAME', saslUser.username);
    vi.stubEnv('ASSAY_KAFKA_PASSWORD', saslUser.password);
    for (const way of ['plain', 'scram-sha-256']) {
      vi.stubEnv('ASSAY_KAFKA_SASL', way);
      const result = await follow(topic, join(folder, `${way}.assay`), { address: broker.saslAddress });
      expect(result.rows).toBe(2);
      expect(JSON.stringify(result)).not.toContain(saslUser.password);
    }
    vi.stubEnv('ASSAY_KAFKA_PASSWORD', 'wrong horse');
    const refused = follow(topic, join(folder, 'refused.assay'), { address: broker.saslAddress });
    await expect(refused).rejects.toMatchObject({
      code: 'BROKER_REFUSED',
      message: expect.not.stringContaining('horse'),
    });
  });

  test('says in words that nobody answers, or that there is no such topic', async () => {
    const casePath = join(temporaryFolder(), 'absent.assay');
    await expect(follow('any', casePath, { address: '127.0.0.1:1' })).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
    });
    await expect(follow('no-such-topic', casePath)).rejects.toMatchObject({ code: 'TOPIC_NOT_FOUND' });
    await expect(follow('t', casePath, { address: 'user:secret@host' })).rejects.toMatchObject({
      code: 'WRONG_USE',
      message: expect.not.stringContaining('secret'),
    });
  });

  test('finds partitions that are added, ends by name when the topic is deleted, and refuses one made anew', async () => {
    const topic = await newTopic(1);
    await send(topic, [
      { value: payment(1), partition: 0 },
      { value: payment(2), partition: 0 },
    ]);
    const casePath = join(temporaryFolder(), 'changing.assay');
    const following = follow(topic, casePath, { untilIdleMs: 60_000 });
    await vi.waitFor(() => expect(storedRows(casePath)).toBe(2), { timeout: 120_000, interval: 50 });
    await broker.admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
    await send(topic, [{ value: payment(3), partition: 1 }]);
    await vi.waitFor(() => expect(storedMessages(casePath).rows).toBe(3), { timeout: 120_000, interval: 500 });
    await broker.admin.deleteTopics({ topics: [topic] });
    await expect(following).rejects.toMatchObject({ code: 'TOPIC_NOT_FOUND' });
    expect(storedMessages(casePath)).toMatchObject({ rows: 3, distinct: 3 });
    await broker.createTopic(topic, 1);
    await expect(follow(topic, casePath)).rejects.toMatchObject({ code: 'RECORDING_CHANGED' });
  });

  test('loses nothing and stores nothing twice through kill -9 of Assay and of the broker', async () => {
    const topic = await newTopic(4);
    const home = temporaryFolder();
    const casePath = join(home, 'killed.assay');
    const half = 20_000;
    const produceHalf = (firstId: number): Promise<string> =>
      broker.runJava('Produce.java', [broker.address, topic, '4', String(half), 'lz4', String(firstId), '5000']);
    const following = ['run', '--follow', `kafka://${broker.address}/${topic}`, '--case', casePath];
    const options = ['--trees', '20', '--train-after', '3000', '--json'];
    const untilIdle = ['--until-idle', '6'];
    // What is stored decides when something is killed, not the clock: on a slow machine it all happens later.
    const storedAtLeast = (rows: number): Promise<void> =>
      vi.waitFor(() => expect(storedRows(casePath)).toBeGreaterThanOrEqual(rows), { timeout: 120_000, interval: 50 });
    const firstHalf = produceHalf(1);
    for (const killedAtRows of [1, 4000, 9000]) {
      const { child, ended } = startAssay([...following, ...options], home);
      await storedAtLeast(killedAtRows);
      child.kill('SIGKILL');
      await ended;
    }
    const before = storedRows(casePath);
    const secondHalf = produceHalf(1 + half);
    // Where the survivor is started before there is more, it may find its quiet end.
    await vi.waitFor(
      async () => {
        const ends = await broker.admin.fetchTopicOffsets(topic);
        expect(ends.reduce((sum, { offset }) => sum + Number(offset), 0)).toBeGreaterThan(before);
      },
      { timeout: 120_000, interval: 50 },
    );
    const survivor = startAssay([...following, ...options, ...untilIdle], home);
    await storedAtLeast(before + 1);
    await broker.kill();
    await broker.restart();
    const checksum = BigInt(lastLine(await firstHalf)) + BigInt(lastLine(await secondHalf));
    expect(await survivor.ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining('assay:') });
    // On a slow machine the pause while the broker starts may have been taken for the end.
    const last = startAssay([...following, ...options, ...untilIdle], home);
    expect(await last.ended).toMatchObject({ code: 0 });
    const count = 2 * half;
    expect(storedMessages(casePath)).toEqual({
      rows: count,
      distinct: count,
      checksum: String(checksum),
      scored: count,
    });
  });
});
