import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Consumer, type Message } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { startAssay, temporaryFolder } from '../../command-line/run-assay.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { saslUser, startKafka, type Broker } from './start-kafka.ts';
import { storedMessages } from './stored-messages.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import { followTopicOf, payment, payments, sendTo } from './topic-fixture.ts';

const patience = { timeout: 120_000, interval: 200 };
/** Longer than the session timeout of the consumer group, 6 s. */
const suspendedMs = 8_000;
/** Long enough for two consumers to be given up while the broker is away, 20 s and a look each. */
const brokerAwayMs = 50_000;

function reasonsIn(casePath: string): readonly string[] {
  const openedCase = openCaseReadOnly(casePath);
  try {
    return openedCase.quarantined({ limit: 100 }).rows.map(({ reason }) => reason);
  } finally {
    openedCase.close();
  }
}

function groupOf(casePath: string): string {
  const openedCase = openCaseReadOnly(casePath);
  try {
    return String(openedCase.setting('stream.group'));
  } finally {
    openedCase.close();
  }
}

/** Consumers made from now on in a test can be made to pass over a partition, as kafkajs's `pause` does. */
function pausedConsumers(
  topic: string,
  partition: number,
): { readonly pauseLast: () => void; readonly pauseEach: () => void } {
  const make = Kafka.prototype.consumer;
  let last: Consumer | undefined;
  let isEach = false;
  const pause = (consumer: Consumer | undefined): void => consumer?.pause([{ topic, partitions: [partition] }]);
  const spy = vi.spyOn(Kafka.prototype, 'consumer').mockImplementation(function (this: Kafka, config) {
    const consumer = make.call(this, config);
    last = consumer;
    consumer.on(consumer.events.GROUP_JOIN, () => void (isEach && pause(consumer)));
    return consumer;
  });
  onTestFinished(() => spy.mockRestore());
  return { pauseLast: () => pause(last), pauseEach: () => void (isEach = true) };
}

/** Waits until the case holds so many rows, each a message of its own. */
function rowsReach(casePath: string, rows: number): Promise<void> {
  return vi.waitFor(() => expect(storedMessages(casePath)).toMatchObject({ rows, distinct: rows }), patience);
}

describeWithKafka('what laptops, networks, brokers and producers do to a followed topic', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startKafka({ withTls: true });
  });
  afterEach(() => void vi.unstubAllEnvs());
  afterAll(() => broker.stop());

  async function topicWith(topic: string, messages: readonly Message[], partitions = 1): Promise<string> {
    await broker.createTopic(topic, partitions, { 'message.timestamp.after.max.ms': String(2n ** 63n - 1n) });
    if (messages.length > 0) await sendTo(broker, topic, messages);
    return topic;
  }

  test('duplicate, late and early messages are rows like others, in the order of the topic, the same every time', async () => {
    const future = String(Date.now() + 400 * 86_400_000);
    const topic = await topicWith('skewed', [
      ...payments(0, 250),
      { value: payment(7), timestamp: '1000' },
      { value: payment(7), timestamp: '1000' },
      { value: payment(8), timestamp: future },
      { value: payment(3), timestamp: '0' },
    ]);
    const folder = temporaryFolder();
    const [first, second] = [
      await followTopicOf(broker, topic, join(folder, 'one.assay')),
      await followTopicOf(broker, topic, join(folder, 'two.assay')),
    ];
    expect(first).toMatchObject({ rows: 254, quarantined: 0, flagsDigest: second.flagsDigest });
    expect(first.latencyMs.p50).toBeGreaterThanOrEqual(0);
  });

  test('another schema in mid-stream: new fields are said, cells that do not fit go to quarantine', async () => {
    const topic = await topicWith('changed', [
      ...payments(0, 250),
      { value: '{"id":1,"amount_eur":12,"transaction_type":1,"account_balance":2}' },
      { value: '{"id":2,"amount":"twelve","transaction_type":1,"account_balance":2}' },
      { value: '{"id":3,"amount":{"value":12},"transaction_type":1,"account_balance":2}' },
      ...payments(251, 9),
    ]);
    const casePath = join(temporaryFolder(), 'changed.assay');
    const result = await followTopicOf(broker, topic, casePath);
    expect(result).toMatchObject({ rows: 261, quarantined: 1 });
    expect(reasonsIn(casePath)).toEqual([expect.stringContaining("'twelve' in column 'amount'")]);
    expect(result.notices).toEqual(
      expect.arrayContaining([
        expect.stringContaining("'amount_eur' in changed is not in the profile"),
        expect.stringContaining("'amount.value' in changed is not in the profile"),
        expect.stringContaining("1 row of changed could not be read in the column 'amount'"),
      ]),
    );
  });

  test('messages deleted by retention before they were read are counted and said, and reading goes on', async () => {
    const topic = await topicWith('expired', payments(0, 300));
    const casePath = join(temporaryFolder(), 'expired.assay');
    await followTopicOf(broker, topic, casePath, { maxMessages: 250 });
    await sendTo(broker, topic, payments(300, 50));
    // kafkajs finds the leader only of topics that it has asked after.
    await broker.admin.fetchTopicOffsets(topic);
    await broker.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '320' }] });
    const result = await followTopicOf(broker, topic, casePath);
    expect(result).toMatchObject({ rows: 280, lag: 0 });
    expect(result.notices).toContainEqual(expect.stringContaining('no longer has 70 messages of partition 0'));
  });

  test('a stranger in the same consumer group delays what it takes away, and nothing is lost or twice', async () => {
    const topic = await topicWith('shared', payments(0, 400), 4);
    const casePath = join(temporaryFolder(), 'shared.assay');
    const stop = new AbortController();
    const following = followTopicOf(broker, topic, casePath, { untilIdleMs: 600_000, signal: stop.signal });
    const ended = following.catch((error: unknown) => error);
    await rowsReach(casePath, 400);
    const client = new Kafka({ clientId: 'stranger', brokers: [broker.address], logLevel: logLevel.NOTHING });
    const stranger = client.consumer({ groupId: groupOf(casePath) });
    let taken = 0;
    await stranger.connect();
    await stranger.subscribe({ topic, fromBeginning: true });
    await stranger.run({ eachMessage: () => Promise.resolve(void taken++) });
    const messages = payments(400, 400).map(({ value }, index) => ({ value, partition: index % 4 }));
    await vi.waitFor(async () => {
      await sendTo(broker, topic, messages.splice(0, 40));
      expect(taken).toBeGreaterThan(0);
    }, patience);
    await sendTo(broker, topic, messages);
    await stranger.disconnect();
    await rowsReach(casePath, 800);
    stop.abort();
    expect(await ended).toMatchObject({ code: 'CANCELLED' });
  });

  test('a member of the same group that holds partitions and stays is left to itself: reading goes on in another group, and it is said', async () => {
    const topic = await topicWith('held', payments(0, 400), 4);
    const casePath = join(temporaryFolder(), 'held.assay');
    const following = followTopicOf(broker, topic, casePath, { untilIdleMs: 600_000, maxMessages: 800 });
    await rowsReach(casePath, 400);
    const client = new Kafka({ clientId: 'stranger', brokers: [broker.address], logLevel: logLevel.NOTHING });
    const stranger = client.consumer({ groupId: groupOf(casePath) });
    onTestFinished(() => stranger.disconnect());
    const joined = new Promise((done) => stranger.on(stranger.events.GROUP_JOIN, done));
    await stranger.connect();
    await stranger.subscribe({ topic });
    await stranger.run({ eachMessage: () => Promise.resolve() });
    await joined;
    await sendTo(
      broker,
      topic,
      payments(400, 400).map(({ value }, index) => ({ value, partition: index % 4 })),
    );
    const { rows, notices } = await following;
    expect(rows).toBe(800);
    expect(storedMessages(casePath)).toMatchObject({ rows: 800, distinct: 800 });
    expect(notices).toContainEqual(expect.stringContaining(`in the consumer group ${groupOf(casePath)} held`));
  });

  test('a partition that a consumer has lost sight of is asked for again, and it is said', async () => {
    const topic = await topicWith('lost', payments(0, 400), 2);
    const consumers = pausedConsumers(topic, 1);
    const casePath = join(temporaryFolder(), 'lost.assay');
    const following = followTopicOf(broker, topic, casePath, { untilIdleMs: 600_000, maxMessages: 440 });
    await rowsReach(casePath, 400);
    consumers.pauseLast();
    await sendTo(
      broker,
      topic,
      payments(400, 40).map(({ value }, index) => ({ value, partition: index % 2 })),
    );
    const { rows, notices } = await following;
    expect(rows).toBe(440);
    expect(notices).toContainEqual(expect.stringContaining('Messages of partition 1 did not come'));
    expect(storedMessages(casePath)).toMatchObject({ rows: 440, distinct: 440 });
  });

  test('messages that wait and never come end the stream with a sentence', async () => {
    const topic = await topicWith('never', payments(0, 400), 2);
    const consumers = pausedConsumers(topic, 1);
    const casePath = join(temporaryFolder(), 'never.assay');
    const following = followTopicOf(broker, topic, casePath, { untilIdleMs: 600_000, maxMessages: 440 });
    const ended = following.catch((error: unknown) => error);
    await rowsReach(casePath, 400);
    consumers.pauseLast();
    consumers.pauseEach();
    await sendTo(
      broker,
      topic,
      payments(400, 40).map(({ value }, index) => ({ value, partition: index % 2 })),
    );
    expect(await ended).toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringContaining('Messages of partition 1'),
    });
    expect(storedMessages(casePath)).toMatchObject({ rows: 420, distinct: 420 });
  });

  test('a laptop suspended for longer than the session timeout goes on, with nothing lost or twice', async () => {
    const topic = await topicWith('suspended', payments(0, 300), 2);
    const home = temporaryFolder();
    const casePath = join(home, 'suspended.assay');
    const follow = ['run', '--follow', `kafka://${broker.address}/${topic}`, '--case', casePath, '--trees', '20'];
    const { child, ended } = startAssay([...follow, '--train-after', '200', '--max-messages', '900', '--json'], home);
    onTestFinished(() => void child.kill('SIGKILL'));
    await vi.waitFor(() => expect(storedMessages(casePath).rows).toBe(300), patience);
    child.kill('SIGSTOP');
    await sendTo(broker, topic, payments(300, 300));
    await sleep(suspendedMs);
    child.kill('SIGCONT');
    await sendTo(broker, topic, payments(600, 300));
    expect(await ended).toMatchObject({ code: 0 });
    expect(storedMessages(casePath)).toMatchObject({ rows: 900, distinct: 900, scored: 900 });
  });

  test('a network that is cut is waited for, and reading goes on where it was', async () => {
    const topic = await topicWith('cut', payments(0, 300));
    const { listenPort, targetPort } = broker.proxied;
    const proxy = await startTcpProxy(listenPort, targetPort);
    onTestFinished(() => proxy.cut());
    const casePath = join(temporaryFolder(), 'cut.assay');
    const address = `127.0.0.1:${listenPort}`;
    const following = followTopicOf(broker, topic, casePath, { address, untilIdleMs: 600_000, maxMessages: 600 });
    await rowsReach(casePath, 300);
    await proxy.cut();
    await sendTo(broker, topic, payments(300, 300));
    await sleep(2000);
    expect(storedMessages(casePath).rows).toBe(300);
    await proxy.mend();
    expect(await following).toMatchObject({ rows: 600, quarantined: 0 });
    expect(storedMessages(casePath).distinct).toBe(600);
  });

  test('consumers that were given up while the broker was away come back to no partition', async () => {
    const topic = await topicWith('given-up', payments(0, 400), 8);
    const casePath = join(temporaryFolder(), 'given-up.assay');
    const stop = new AbortController();
    const following = followTopicOf(broker, topic, casePath, { untilIdleMs: 600_000, signal: stop.signal });
    const ended = following.catch((error: unknown) => error);
    await rowsReach(casePath, 400);
    await broker.kill();
    await sleep(brokerAwayMs);
    await broker.restart();
    // They come back after the one that reads: what is sent until then is read by it.
    for (let sent = 400; sent < 800; sent += 16) {
      const messages = payments(sent, 16).map(({ value }, index) => ({ value, partition: index % 8 }));
      await sendTo(broker, topic, messages);
      await sleep(500);
    }
    // A producer that did not hear of the broker's return may have sent twice.
    const marks = await broker.admin.fetchTopicOffsets(topic);
    await rowsReach(
      casePath,
      marks.reduce((sum, { high }) => sum + Number(high), 0),
    );
    const { groups } = await broker.admin.describeGroups([groupOf(casePath)]);
    expect(groups.map(({ members }) => members.length)).toEqual([1]);
    stop.abort();
    expect(await ended).toMatchObject({ code: 'CANCELLED' });
  });

  test('TLS with SASL lets in whoever trusts the certificate and knows the password, and says which of them failed', async () => {
    const topic = await topicWith('guarded', payments(0, 5));
    const folder = temporaryFolder();
    const address = broker.tls.address;
    const follow = (name: string): ReturnType<typeof followTopicOf> =>
      followTopicOf(broker, topic, join(folder, name), { address });
    vi.stubEnv('ASSAY_KAFKA_TLS', '1');
    vi.stubEnv('ASSAY_KAFKA_USERNAME', saslUser.username);
    vi.stubEnv('ASSAY_KAFKA_PASSWORD', saslUser.password);
    vi.stubEnv('ASSAY_KAFKA_SASL', 'plain');
    await expect(follow('distrust.assay')).rejects.toMatchObject({
      code: 'BROKER_REFUSED',
      message: expect.stringContaining('TLS'),
    });
    vi.stubEnv('ASSAY_KAFKA_TLS_CA', broker.tls.certificatePath);
    for (const way of ['plain', 'scram-sha-256']) {
      vi.stubEnv('ASSAY_KAFKA_SASL', way);
      expect(await follow(`${way}.assay`)).toMatchObject({ rows: 5 });
    }
    vi.stubEnv('ASSAY_KAFKA_PASSWORD', 'wrong horse');
    await expect(follow('refused.assay')).rejects.toMatchObject({
      code: 'BROKER_REFUSED',
      message: expect.stringContaining('login'),
    });
  });

  test('Ctrl-C ends Assay also while the broker is away', async () => {
    const topic = await topicWith('away', payments(0, 300));
    const home = temporaryFolder();
    const casePath = join(home, 'away.assay');
    const follow = ['run', '--follow', `kafka://${broker.address}/${topic}`, '--case', casePath, '--trees', '20'];
    const { child, ended } = startAssay([...follow, '--train-after', '200'], home);
    onTestFinished(() => void child.kill('SIGKILL'));
    await rowsReach(casePath, 300);
    await broker.kill();
    await sleep(2000);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130 });
    await broker.restart();
  });
});
