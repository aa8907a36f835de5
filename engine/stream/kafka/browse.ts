import { randomBytes } from 'node:crypto';
import type { TopicAddress } from '../../domain/topic-address.ts';
import { createKafkaClient, kafkaError, type KafkaAccess } from './connection.ts';
import { messagesOf } from './message-block.ts';
import { followTopic } from './follow-topic.ts';
import type { TopicMessage } from './topic-message.ts';

/** A topic as a list of topics shows it. */
export interface TopicSummary {
  readonly name: string;
  readonly partitions: number;
  /** Messages the broker still has; null where it does not say. */
  readonly messages: number | null;
}

/** So many topics are counted; those after them are listed without a count. */
const countedTopics = 200;
const patience = { retries: 2, initialRetryTime: 200, maxRetryTime: 1_000 };
const lingerMs = 300;

/**
 * The topics a login may see, by name, without the broker's own.
 * @throws AssayError BROKER_UNREACHABLE, BROKER_REFUSED.
 */
export async function listTopics(brokers: readonly string[], access: KafkaAccess): Promise<readonly TopicSummary[]> {
  const address = { brokers, topic: '' };
  const admin = createKafkaClient(address, access, patience).admin();
  try {
    await admin.connect();
    const names = (await admin.listTopics()).filter((name) => !name.startsWith('__')).sort();
    if (names.length === 0) return [];
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    const partitionsOf = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    const summaries: TopicSummary[] = [];
    for (const [index, name] of names.entries()) {
      const marks = index < countedTopics ? await admin.fetchTopicOffsets(name).catch(() => null) : null;
      const messages = marks && marks.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
      summaries.push({ name, partitions: partitionsOf.get(name) ?? 0, messages });
    }
    return summaries;
  } catch (error) {
    throw kafkaError(error, address);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/**
 * The first messages a topic still has, at most `limit`; fewer where no more come within `waitMs`. Nothing is stored,
 * and no offset is committed.
 * @throws AssayError as `followTopic`.
 */
export async function peekTopic(
  address: TopicAddress,
  access: KafkaAccess,
  { limit, waitMs }: { readonly limit: number; readonly waitMs: number },
): Promise<readonly TopicMessage[]> {
  const follower = await followTopic({
    address,
    access,
    groupId: `assay-peek-${randomBytes(6).toString('hex')}`,
    resume: () => new Map(),
    from: { kind: 'earliest' },
    onNotice: () => undefined,
    highWater: { messages: limit, bytes: 1 << 20 },
  });
  try {
    const waiting = [...follower.lag().values()].reduce((sum, lag) => sum + lag, 0);
    if (waiting === 0) return [];
    await follower.begin();
    return messagesOf(await follower.next(Math.min(limit, waiting), lingerMs, waitMs));
  } catch (error) {
    throw kafkaError(error, address);
  } finally {
    await follower.close();
  }
}
