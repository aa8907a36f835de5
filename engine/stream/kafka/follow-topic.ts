import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { AssayError, usageError } from '../../domain/error.ts';
import { formatTopicAddress, type TopicAddress } from '../../domain/topic-address.ts';
import { createKafkaClient, kafkaError, noSuchTopic, type KafkaAccess } from './connection.ts';
import { MessageQueue } from './message-queue.ts';
import type { TopicMessage } from './topic-message.ts';

/** Where reading begins in a partition that the caller knows no offset of. */
export type StartingPoint =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'time'; readonly timeMs: number };

export interface FollowTopicOptions {
  readonly address: TopicAddress;
  readonly access: KafkaAccess;
  /** Name of the consumer group; only offsets shown to others depend on it. */
  readonly groupId: string;
  /** Next offset per partition, as the caller has stored it for a cluster: wins over everything the broker knows. */
  readonly resume: (clusterId: string) => ReadonlyMap<number, number>;
  readonly from: StartingPoint;
  /** Said once each: what a person should know, such as messages that the broker no longer has. */
  readonly onNotice: (sentence: string) => void;
  /** Messages and bytes waiting for `next` from which on nothing more is fetched. */
  readonly highWater?: { readonly messages: number; readonly bytes: number };
}

/** A topic being read. Each message comes once and in the order of its partition. */
export interface TopicFollower {
  /** Tells this topic from every other one: cluster and name. */
  readonly clusterId: string;
  /** Where reading begins, per partition. */
  readonly startOffsets: ReadonlyMap<number, number>;
  /** Messages not handed over yet, as far as the broker has told: per partition. */
  lag(): ReadonlyMap<number, number>;
  /**
   * True where nothing has come for `idleMs` and the broker is not known to have more. Messages that are known to be
   * there are waited for a minute longer: joining a group, or a broker that restarts, takes its time.
   */
  isIdle(idleMs: number): boolean;
  /** True where `next` would give messages at once. */
  readonly hasMore: boolean;
  readonly isPaused: boolean;
  readonly rebalances: number;
  /**
   * The next messages, at most `limit`: as soon as there are `limit` of them, or `lingerMs` after the first; none
   * when nothing comes within `waitMs`.
   * @throws AssayError TOPIC_NOT_FOUND, BROKER_REFUSED, RECORDING_CHANGED where reading cannot go on.
   */
  next(limit: number, lingerMs: number, waitMs: number): Promise<readonly TopicMessage[]>;
  /** Tells the broker how far the caller has stored; a courtesy to lag monitors, never read back. */
  commit(nextOffsets: ReadonlyMap<number, number>): Promise<void>;
  close(): Promise<void>;
}

const defaultHighWater = { messages: 50_000, bytes: 32 << 20 };
const heartbeatIntervalMs = 1_000;
/** After a kill the group waits so long for the dead member; brokers allow no less. A missed heartbeat costs a rejoin. */
const sessionTimeoutMs = 6_000;
const rebalanceTimeoutMs = 10_000;
/** New partitions are found within this time. */
const metadataMaxAgeMs = 5_000;
const fetchWaitMs = 250;
/** A quiet topic is looked after this often: it may have been deleted. */
const quietCheckMs = 3_000;
const patienceWithLagMs = 60_000;
/** At the start a person waits for an answer. */
const startPatience = { retries: 2, initialRetryTime: 200, maxRetryTime: 1_000 };
/** Later a broker may be gone for hours. */
const followPatience = { retries: 1_000_000, initialRetryTime: 200, maxRetryTime: 5_000 };

/**
 * Begins to read a topic. The caller's offsets decide where, not those of the group.
 * @throws AssayError BROKER_UNREACHABLE, BROKER_REFUSED, TOPIC_NOT_FOUND, RECORDING_CHANGED (the topic is another one
 * than that of the stored offsets).
 */
export async function followTopic(options: FollowTopicOptions): Promise<TopicFollower> {
  const { address } = options;
  try {
    const start = await findStart(options);
    const follower = new Follower(options, start);
    try {
      await follower.begin();
    } catch (error) {
      await follower.close();
      throw error;
    }
    return follower;
  } catch (error) {
    throw kafkaError(error, address);
  }
}

/** A partition's first offset still there, and the one after its last. */
interface Watermarks {
  readonly low: number;
  readonly high: number;
}

interface Start {
  readonly clusterId: string;
  readonly offsets: Map<number, number>;
  readonly highs: Map<number, number>;
}

async function findStart(options: FollowTopicOptions): Promise<Start> {
  const { address, access, from, onNotice } = options;
  const admin = createKafkaClient(address, access, startPatience).admin();
  await admin.connect();
  try {
    const topics = await admin.listTopics();
    if (!topics.includes(address.topic)) throw noSuchTopic(address);
    const { clusterId } = await admin.describeCluster();
    const resume = options.resume(clusterId);
    const marks = new Map<number, Watermarks>();
    for (const { partition, low, high } of await admin.fetchTopicOffsets(address.topic))
      marks.set(partition, { low: Number(low), high: Number(high) });
    const byTime =
      from.kind === 'time'
        ? new Map(
            (await admin.fetchTopicOffsetsByTimestamp(address.topic, from.timeMs)).map(({ partition, offset }) => [
              partition,
              Number(offset),
            ]),
          )
        : new Map<number, number>();
    const offsets = new Map<number, number>();
    for (const [partition, mark] of marks) {
      const stored = resume.get(partition);
      if (stored !== undefined) offsets.set(partition, checkedResume(partition, stored, mark, address, onNotice));
      else if (resume.size > 0 || from.kind === 'earliest') offsets.set(partition, mark.low);
      else if (from.kind === 'latest') offsets.set(partition, mark.high);
      else if (from.kind === 'time') offsets.set(partition, byTime.get(partition) ?? mark.high);
      else offsets.set(partition, Math.min(Math.max(from.offset, mark.low), mark.high));
    }
    return { clusterId, offsets, highs: new Map([...marks].map(([partition, { high }]) => [partition, high])) };
  } finally {
    await admin.disconnect();
  }
}

function checkedResume(
  partition: number,
  stored: number,
  { low, high }: Watermarks,
  address: TopicAddress,
  onNotice: (sentence: string) => void,
): number {
  if (stored > high) throw recreated(address);
  if (stored >= low) return stored;
  onNotice(lostSentence(partition, low - stored));
  return low;
}

function lostSentence(partition: number, messages: number): string {
  return `The broker no longer has ${messages.toLocaleString('en-US')} messages of partition ${partition}, deleted before they were read; reading goes on after them.`;
}

function recreated(address: TopicAddress): AssayError {
  return usageError(
    'RECORDING_CHANGED',
    `${formatTopicAddress(address)} holds fewer messages than were read of it: it was deleted and made anew.`,
    'Follow the new topic into a new case (--case FILE); the old case stays as it is.',
  );
}

class Follower implements TopicFollower {
  readonly clusterId: string;
  readonly startOffsets: ReadonlyMap<number, number>;
  readonly #options: FollowTopicOptions;
  readonly #client: Kafka;
  readonly #consumer: Consumer;
  readonly #queue: MessageQueue;
  /** The next offset that is accepted, per partition. */
  readonly #expected: Map<number, number>;
  readonly #highs: Map<number, number>;
  #rebalances = 0;
  #isClosed = false;
  #lastNewsMs = performance.now();
  #lastMessageMs = performance.now();

  constructor(options: FollowTopicOptions, start: Start) {
    const client = createKafkaClient(options.address, options.access, followPatience, () => this.#isClosed);
    this.#options = options;
    this.#client = client;
    this.clusterId = start.clusterId;
    this.startOffsets = new Map(start.offsets);
    this.#expected = new Map(start.offsets);
    this.#highs = start.highs;
    this.#queue = new MessageQueue(options.highWater ?? defaultHighWater);
    this.#consumer = client.consumer({
      groupId: options.groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      metadataMaxAge: metadataMaxAgeMs,
      maxWaitTimeInMs: fetchWaitMs,
      retry: { ...followPatience, restartOnFailure: () => Promise.resolve(!this.#isClosed) },
    });
  }

  isIdle(idleMs: number): boolean {
    const quietMs = performance.now() - this.#lastMessageMs;
    const lag = [...this.lag().values()].reduce((sum, waiting) => sum + waiting, 0);
    return quietMs >= (lag === 0 ? idleMs : idleMs + patienceWithLagMs);
  }

  get hasMore(): boolean {
    return !this.#queue.isEmpty;
  }

  get isPaused(): boolean {
    return this.#queue.isFull;
  }

  get rebalances(): number {
    return this.#rebalances;
  }

  lag(): ReadonlyMap<number, number> {
    const lag = new Map<number, number>();
    for (const [partition, expected] of this.#expected)
      lag.set(partition, Math.max(0, (this.#highs.get(partition) ?? expected) - expected));
    for (const [partition, waiting] of this.#queue.waiting) lag.set(partition, (lag.get(partition) ?? 0) + waiting);
    return lag;
  }

  async begin(): Promise<void> {
    const { GROUP_JOIN } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#rebalances++;
      // Before the first fetch of this assignment: the group's own offsets are never used.
      for (const partition of payload.memberAssignment[this.#topic] ?? []) this.#seek(partition);
    });
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.#topic, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: (payload) => this.#take(payload),
    });
  }

  async next(limit: number, lingerMs: number, waitMs: number): Promise<readonly TopicMessage[]> {
    const messages = await this.#queue.take(limit, lingerMs, waitMs);
    const nowMs = performance.now();
    if (messages.length > 0) {
      this.#lastNewsMs = nowMs;
      this.#lastMessageMs = nowMs;
    } else if (nowMs - this.#lastNewsMs > quietCheckMs) {
      this.#lastNewsMs = nowMs;
      await this.#refuseDeletedTopic();
    }
    return messages;
  }

  async commit(nextOffsets: ReadonlyMap<number, number>): Promise<void> {
    const offsets = [...nextOffsets].map(([partition, offset]) => ({
      topic: this.#topic,
      partition,
      offset: String(offset),
    }));
    // A rebalance or an absent broker may refuse it; the next one says it again.
    if (offsets.length > 0) await this.#consumer.commitOffsets(offsets).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#queue.close();
    // Where the broker is away the group cannot be left in order; it forgets the member by itself.
    await this.#consumer.disconnect().catch(() => undefined);
  }

  get #topic(): string {
    return this.#options.address.topic;
  }

  #seek(partition: number): void {
    // A partition that was added while following is new altogether: its first message is wanted.
    const offset = this.#expected.get(partition) ?? 0;
    this.#expected.set(partition, offset);
    this.#consumer.seek({ topic: this.#topic, partition, offset: String(offset) });
  }

  async #take({ batch, heartbeat }: EachBatchPayload): Promise<void> {
    const { partition } = batch;
    const expected = this.#expected.get(partition) ?? 0;
    const high = Number(batch.highWatermark);
    this.#highs.set(partition, high);
    if (high < expected) {
      this.#queue.fail(recreated(this.#options.address));
      return;
    }
    if (fetchedOffsetOf(batch) > expected && !(await this.#acceptGap(partition, expected))) return;
    const messages = batch.messages.filter(({ offset }) => Number(offset) >= expected);
    this.#queue.add(messages.map((message) => topicMessage(partition, message)));
    this.#expected.set(partition, Math.max(expected, Number(batch.lastOffset()) + 1));
    // No more is fetched while this waits; the group must hear of us all the same.
    while (!(await this.#queue.roomWithin(heartbeatIntervalMs))) await heartbeat().catch(() => undefined);
    await heartbeat();
  }

  /** A batch that was asked for beyond what is expected: true where the broker no longer has what lies between. */
  async #acceptGap(partition: number, expected: number): Promise<boolean> {
    const { low } = (await this.#watermarks()).get(partition) ?? { low: 0 };
    if (low <= expected) {
      this.#seek(partition);
      return false;
    }
    this.#options.onNotice(lostSentence(partition, low - expected));
    this.#expected.set(partition, low);
    return true;
  }

  async #watermarks(): Promise<ReadonlyMap<number, Watermarks>> {
    const admin = this.#client.admin();
    await admin.connect();
    try {
      const marks = await admin.fetchTopicOffsets(this.#topic);
      return new Map(marks.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
    } finally {
      await admin.disconnect();
    }
  }

  /** Ends with TOPIC_NOT_FOUND where the topic has gone; a broker that does not answer may come back. */
  async #refuseDeletedTopic(): Promise<void> {
    const { address, access } = this.#options;
    const admin = createKafkaClient(address, access, { retries: 0 }).admin();
    try {
      await admin.connect();
      if (!(await admin.listTopics()).includes(this.#topic)) throw noSuchTopic(address);
    } catch (error) {
      if (error instanceof AssayError) throw error;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

/** The offset that a batch was asked for; kafkajs has it, but not in its types. */
function fetchedOffsetOf(batch: object): number {
  return 'fetchedOffset' in batch ? Number(batch.fetchedOffset) : 0;
}

function topicMessage(partition: number, message: KafkaMessage): TopicMessage {
  return {
    partition,
    offset: Number(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: message.headers === undefined ? noHeaders : headersOf(message.headers),
  };
}

const noHeaders: TopicMessage['headers'] = [];

function headersOf(headers: NonNullable<KafkaMessage['headers']>): TopicMessage['headers'] {
  return Object.entries(headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).flatMap((value) =>
      value === undefined ? [] : [[name, Buffer.from(value)] as const],
    ),
  );
}
