import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithKafka } from './describe-with-kafka.ts';
import { startKafka, type Broker } from './start-kafka.ts';

describeWithKafka('a real broker', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterAll(() => broker.stop());

  test('keeps what the Java client produced through a kill and a restart', async () => {
    await broker.createTopic('kept', 2);
    await broker.runJava('Produce.java', [broker.address, 'kept', '2', '1000', 'lz4', '0', '0']);
    await broker.kill();
    await broker.restart();
    const offsets = await broker.admin.fetchTopicOffsets('kept');
    expect(offsets.map(({ high }) => Number(high))).toEqual([500, 500]);
  });
});
