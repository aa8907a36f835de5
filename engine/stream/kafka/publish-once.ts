import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Producer, type Transaction } from 'kafkajs';
import type { TopicAddress } from '../../domain/topic-address.ts';
import { createKafkaClient, kafkaError, type KafkaAccess } from './connection.ts';
import { kafkaMessage, partitionCount } from './produce.ts';
import type { TopicMessage } from './topic-message.ts';

export type OutgoingMessage = Omit<TopicMessage, 'offset'>;

/**
 * Writes numbered entries into a topic, each exactly once for readers with `isolation.level=read_committed`, through
 * any number of kills. How far it came is an offset of a consumer group of its own, committed in the Kafka transaction
 * of the messages; a killed publisher's open transaction is ended by the broker when the next one opens.
 */
export interface OncePublisher {
  readonly clusterId: string;
  /** The first entry that the topic does not hold yet; null where the broker knows nothing (anymore). */
  readonly next: number | null;
  /**
   * Settles when the messages are in the topic, together with the fact that every entry below `next` is. After an error
   * nothing is known: close this publisher and open another one.
   */
  send(messages: readonly OutgoingMessage[], next: number): Promise<void>;
  close(): Promise<void>;
}

/** About nine seconds: a broker that has just started loads its coordinators for a while. */
const patience = { retries: 8, initialRetryTime: 100, maxRetryTime: 2_000 };
/** The library's words for states of a broker that pass by themselves, and that it does not wait for itself. */
const passingErrors: ReadonlySet<string> = new Set([
  'CONCURRENT_TRANSACTIONS',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]);
const passesSoonMs = 20;
const mostWaits = 500;

/**
 * Opens the one publisher of this name; an older one that still runs can write no more from now on.
 * @throws AssayError BROKER_UNREACHABLE, BROKER_REFUSED, TOPIC_NOT_FOUND.
 */
export async function openOncePublisher(
  address: TopicAddress,
  access: KafkaAccess,
  name: string,
): Promise<OncePublisher> {
  const { topic } = address;
  const client = createKafkaClient(address, access, patience);
  let producer: Producer | undefined;
  try {
    const partitions = await partitionCount(address, access);
    producer = client.producer({
      transactionalId: name,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    // The first transaction makes the broker end what a publisher of this name has left open; only then the offset is true.
    const opened = producer;
    await oncePassed(async () => (await opened.transaction()).abort());
    const { clusterId, next } = await positionOf(client.admin(), topic, name);
    return {
      clusterId,
      next,
      send: async (messages, nextEntry) => {
        try {
          const transaction = await opened.transaction();
          await markPosition(transaction, topic, name, nextEntry);
          await transaction.send({
            topic,
            acks: -1,
            // The one codec that every client reads without an addition.
            compression: kafkajs.CompressionTypes.GZIP,
            messages: messages.map((message) => kafkaMessage(message, partitions)),
          });
          await transaction.commit();
        } catch (error) {
          throw kafkaError(error, address);
        }
      },
      close: () => opened.disconnect(),
    };
  } catch (error) {
    await producer?.disconnect().catch(() => undefined);
    throw kafkaError(error, address);
  }
}

async function positionOf(
  admin: ReturnType<ReturnType<typeof createKafkaClient>['admin']>,
  topic: string,
  groupId: string,
): Promise<{ readonly clusterId: string; readonly next: number | null }> {
  await admin.connect();
  try {
    const { clusterId } = await admin.describeCluster();
    const [{ partitions }] = await oncePassed(() => admin.fetchOffsets({ groupId, topics: [topic] }));
    const offset = Number(partitions.find(({ partition }) => partition === 0)?.offset ?? -1);
    return { clusterId, next: offset < 0 ? null : offset };
  } finally {
    await admin.disconnect();
  }
}

/** Says in the transaction how far it leads. */
function markPosition(transaction: Transaction, topic: string, groupId: string, next: number): Promise<void> {
  return oncePassed(() =>
    transaction.sendOffsets({
      consumerGroupId: groupId,
      topics: [{ topic, partitions: [{ partition: 0, offset: String(next) }] }],
    }),
  );
}

/** Does the work again while the broker is still ending the transaction before, or loading who coordinates the group. */
async function oncePassed<T>(work: () => Promise<T>): Promise<T> {
  for (let waits = 0; ; waits++) {
    try {
      return await work();
    } catch (error) {
      const isPassing = error instanceof Error && 'type' in error && passingErrors.has(String(error.type));
      if (!isPassing || waits >= mostWaits) throw error;
      await sleep(passesSoonMs);
    }
  }
}
