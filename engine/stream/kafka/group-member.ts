import type { Consumer, Kafka, KafkaConfig } from 'kafkajs';
import type { TopicAddress } from '../../domain/topic-address.ts';
import { createKafkaClient, type KafkaAccess } from './connection.ts';

/** One consumer in one group, for as long as it is the one that reads. */
export interface GroupMember {
  readonly groupId: string;
  readonly client: Kafka;
  readonly consumer: Consumer;
  /**
   * Ends it for good, without a word to the group, which forgets it after the session's time. kafkajs goes on joining where it is
   * told to stop while it does so, and would then keep partitions that nobody reads: without connections it cannot.
   */
  giveUp(): void;
  /** Leaves the group and closes all connections. */
  leave(): Promise<void>;
}

const heartbeatIntervalMs = 1_000;
/** After a kill the group waits so long for the dead member; brokers allow no less. A missed heartbeat costs a rejoin. */
const sessionTimeoutMs = 6_000;
const rebalanceTimeoutMs = 10_000;
/** New partitions are found within this time. */
const metadataMaxAgeMs = 5_000;
const fetchWaitMs = 250;

/** @param isClosed whether nothing is to be read any more: then a broker that is away is not waited for */
export function createGroupMember(
  {
    address,
    access,
    patience,
    groupId,
  }: {
    readonly address: TopicAddress;
    readonly access: KafkaAccess;
    readonly patience: KafkaConfig['retry'];
    readonly groupId: string;
  },
  isClosed: () => boolean,
): GroupMember {
  const ending = new AbortController();
  const client = createKafkaClient(address, access, patience, { isOver: isClosed, cut: ending.signal });
  const consumer = client.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs,
    metadataMaxAge: metadataMaxAgeMs,
    maxWaitTimeInMs: fetchWaitMs,
    retry: { ...patience, restartOnFailure: () => Promise.resolve(!isClosed() && !ending.signal.aborted) },
  });
  // Where the broker is away the group cannot be left in order; it forgets the member by itself.
  const disconnect = (): Promise<void> => consumer.disconnect().catch(() => undefined);
  return {
    groupId,
    client,
    consumer,
    giveUp: () => {
      ending.abort();
      void disconnect();
    },
    leave: async () => {
      await disconnect();
      ending.abort();
    },
  };
}
