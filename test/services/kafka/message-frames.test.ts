import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { temporaryFolder } from '../../command-line/run-assay.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { startKafka, type Broker } from './start-kafka.ts';
import { followTopicOf, payment, sendTo } from './topic-fixture.ts';

const count = 300;
const source = '"source":{"connector":"postgresql","lsn":24023128}';

/** What a tool makes of the record of a message. */
const frames = {
  debezium: (record: string) => `{"before":null,"after":${record},${source},"op":"c","ts_ms":1}`,
  connect: (record: string) => `{"schema":{"type":"struct","optional":false},"payload":${record}}`,
  cloudevents: (record: string) =>
    `{"specversion":"1.0","id":"1","source":"/shop","type":"payment","time":"2026-03-02T08:00:00Z","data":${record}}`,
} as const;

describeWithKafka('messages with a frame around their record', () => {
  let broker: Broker;

  beforeAll(async () => {
    broker = await startKafka();
  });
  afterAll(() => broker.stop());

  const topicOf = async (name: string, valueOf: (record: string) => string | Buffer): Promise<string> => {
    await broker.createTopic(name, 1);
    await sendTo(
      broker,
      name,
      Array.from({ length: count }, (_, id) => ({ value: valueOf(payment(id)) })),
    );
    return name;
  };
  test('give the flags of the bare records where their frame is named, and are refused by name where it is not', async () => {
    const folder = temporaryFolder();
    const caseOf = (name: string): string => join(folder, `${name}.assay`);
    const plain = await topicOf('plain', (record) => record);
    const expected = await followTopicOf(broker, plain, caseOf('plain'), { maxMessages: count });
    expect(expected.rows).toBe(count);
    const marked = await topicOf('marked', (record) => `\ufeff${record}`);
    const ofMarked = await followTopicOf(broker, marked, caseOf('marked'), { maxMessages: count });
    expect(ofMarked).toMatchObject({ rows: count, flagsDigest: expected.flagsDigest });

    for (const [name, frame] of Object.entries(frames)) {
      const topic = await topicOf(name, frame);
      await expect(followTopicOf(broker, topic, caseOf(`${name}-unnamed`))).rejects.toMatchObject({
        code: 'WRONG_USE',
        nextStep: expect.stringContaining(`--frame ${name}`) as string,
      });
      const named = { maxMessages: count, frame: name as keyof typeof frames };
      const result = await followTopicOf(broker, topic, caseOf(name), named);
      expect(result, name).toMatchObject({ rows: count, flagsDigest: expected.flagsDigest });
    }
    const lists = await topicOf('lists', (record) => `[${record},${record}]`);
    await expect(followTopicOf(broker, lists, caseOf('lists'))).rejects.toThrow('lists');
    const framed = await topicOf('wire', (record) =>
      Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.from(record)]),
    );
    await expect(followTopicOf(broker, framed, caseOf('wire'))).rejects.toMatchObject({
      nextStep: expect.stringContaining('--schema-registry') as string,
    });
  });

  test('updates and deletions of rows are no transactions: they go to quarantine with their whole text', async () => {
    const changes = await topicOf('changes', frames.debezium);
    const update = `{"before":${payment(1)},"after":${payment(2)},${source},"op":"u"}`;
    const deletion = `{"before":${payment(1)},"after":null,${source},"op":"d"}`;
    await sendTo(broker, changes, [{ value: update }, { value: deletion }, { value: payment(3) }]);
    const casePath = join(temporaryFolder(), 'changes.assay');
    const result = await followTopicOf(broker, changes, casePath, { maxMessages: count + 3, frame: 'debezium' });
    expect(result).toMatchObject({ rows: count, quarantined: 3 });
    const openedCase = openCaseReadOnly(casePath);
    const { rows } = openedCase.quarantined({ limit: 10 });
    openedCase.close();
    expect(rows.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('an update'),
      expect.stringContaining('the deletion'),
      expect.stringContaining('no change of Debezium'),
    ]);
    expect(new TextDecoder().decode(rows[0]?.raw)).toContain('24023128');
  });
});
