import { Kafka, logLevel, Partitioners, type Message } from 'kafkajs';
import { createCommandLineEngine } from '../../../engine/host/command-line-engine.ts';
import type { JobInput, JobResult } from '../../../preload/contract/jobs.ts';
import { batchBytesOf } from '../../../engine/stream/kafka/fetch-response.ts';
import { messageAt } from '../../../engine/stream/kafka/message-block.ts';
import { messagesOfBatch } from '../../../engine/stream/kafka/record-batch.ts';
import type { Broker } from './start-kafka.ts';

const engine = createCommandLineEngine();

/** One payment of the owner's original form, as JSON. */
export function payment(id: number): string {
  return JSON.stringify({
    id,
    amount: (id * 7919) % 1000,
    transaction_type: id % 3,
    account_balance: 1000 + (id % 97),
  });
}

export function payments(first: number, count: number): readonly Message[] {
  return Array.from({ length: count }, (_, index) => ({ value: payment(first + index) }));
}

/** Sends messages with a client of its own. */
export async function sendTo(broker: Broker, topic: string, messages: readonly Message[]): Promise<void> {
  const client = new Kafka({ clientId: 'test', brokers: [broker.address], logLevel: logLevel.NOTHING });
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages: [...messages] });
  await producer.disconnect();
}

export interface FollowOptions extends Partial<JobInput<'follow'>> {
  /** Another way to the broker than its plain address. */
  readonly address?: string;
  readonly signal?: AbortSignal;
}

/** Runs the `follow` job in this process, small and quick; throws what it failed with, with its code. */
export async function followTopicOf(
  broker: Broker,
  topic: string,
  casePath: string,
  { address = broker.address, signal = new AbortController().signal, ...more }: FollowOptions = {},
): Promise<JobResult<'follow'>> {
  const input = { topic: `kafka://${address}/${topic}`, casePath, trainAfterRows: 200, ...more };
  const quick = { untilIdleMs: 1500, forest: { trees: 20 }, ...input };
  const answer = await engine.runJob('follow', quick, { signal, report: () => undefined });
  if (!answer.ok) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.data;
}

/** A message of a topic as a reader of other systems gets it. */
export interface ReadMessage {
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

const sentinel = 'the end of what the test reads';

/** Everything in a topic that is committed, read by a plain consumer up to a last message of its own. */
export async function readCommitted(broker: Broker, topic: string): Promise<readonly ReadMessage[]> {
  const marks = await broker.admin.fetchTopicOffsets(topic);
  await sendTo(
    broker,
    topic,
    marks.map(({ partition }) => ({ partition, value: sentinel })),
  );
  const client = new Kafka({ clientId: 'reader', brokers: [broker.address], logLevel: logLevel.NOTHING });
  const consumer = client.consumer({ groupId: `reader-${topic}-${performance.now()}`, readUncommitted: false });
  const messages: ReadMessage[] = [];
  let ends = 0;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((done, failed) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => failed(payload.error));
    const eachMessage = ({ message }: { readonly message: Message }): Promise<void> => {
      for (const each of messagesIn(message))
        if (each.value?.toString() === sentinel) ends++;
        else messages.push(each);
      if (ends === marks.length) done();
      return Promise.resolve();
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(failed);
  });
  await consumer.disconnect();
  return messages;
}

/** Once this process has followed a topic, its consumers get record batches in the place of messages. */
function messagesIn(message: Message): readonly ReadMessage[] {
  const batch = batchBytesOf(message);
  if (batch === undefined) {
    const value = message.value === null ? null : Buffer.from(message.value);
    return [{ key: message.key?.toString() ?? null, value, headers: headersOf(message) }];
  }
  const block = messagesOfBatch(batch, 0, 0);
  return Array.from({ length: block.count }, (_, index) => {
    const { key, value, headers } = messageAt(block, index);
    return {
      key: key?.toString() ?? null,
      value,
      headers: Object.fromEntries(headers.map(([name, bytes]) => [name, bytes.toString()])),
    };
  });
}

function headersOf({ headers = {} }: Message): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
