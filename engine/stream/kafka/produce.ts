import kafkajs, { type Message } from 'kafkajs';
import type { TopicAddress } from '../../domain/topic-address.ts';
import { createKafkaClient, kafkaError, noSuchTopic, type KafkaAccess } from './connection.ts';
import type { TopicMessage } from './topic-message.ts';

/** Writes messages into a topic, each exactly once (idempotent producer, all replicas), in order. */
export interface TopicProducer {
  /** Settles when the broker has them all. A message whose partition the topic lacks goes where its key sends it. */
  send(messages: readonly Omit<TopicMessage, 'offset'>[]): Promise<void>;
  close(): Promise<void>;
}

const patience = { retries: 20, initialRetryTime: 200, maxRetryTime: 5_000 };

/**
 * Connects to the brokers of a topic that is to be written.
 * @throws AssayError BROKER_UNREACHABLE, BROKER_REFUSED, TOPIC_NOT_FOUND.
 */
export async function openProducer(address: TopicAddress, access: KafkaAccess): Promise<TopicProducer> {
  const { topic } = address;
  try {
    const partitions = await partitionCount(address, access);
    const producer = createKafkaClient(address, access, patience).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return {
      send: async (messages) => {
        if (messages.length === 0) return;
        const compression = kafkajs.CompressionTypes.ZSTD;
        try {
          await producer.send({
            topic,
            compression,
            acks: -1,
            messages: messages.map((each) => kafkaMessage(each, partitions)),
          });
        } catch (error) {
          throw kafkaError(error, address);
        }
      },
      close: () => producer.disconnect(),
    };
  } catch (error) {
    throw kafkaError(error, address);
  }
}

/** Partitions of a topic that is to be written. @throws AssayError TOPIC_NOT_FOUND, and what kafkajs throws. */
export async function partitionCount(address: TopicAddress, access: KafkaAccess): Promise<number> {
  const admin = createKafkaClient(address, access, { retries: 2, initialRetryTime: 200 }).admin();
  await admin.connect();
  try {
    if (!(await admin.listTopics()).includes(address.topic)) throw noSuchTopic(address);
    return (await admin.fetchTopicOffsets(address.topic)).length;
  } finally {
    await admin.disconnect();
  }
}

/** A message for kafkajs; one whose partition the topic lacks goes where its key sends it. */
export function kafkaMessage(message: Omit<TopicMessage, 'offset'>, partitions: number): Message {
  const headers: Record<string, Buffer[]> = {};
  for (const [name, value] of message.headers) (headers[name] ??= []).push(value);
  return {
    key: message.key,
    value: message.value,
    timestamp: String(message.timestampMs),
    headers,
    ...(message.partition < partitions ? { partition: message.partition } : {}),
  };
}
