import { randomBytes } from 'node:crypto';
import type { Admin, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { AssayError, usageError } from '../../domain/error.ts';
import { formatTopicAddress, type TopicAddress } from '../../domain/topic-address.ts';
import { createKafkaClient, kafkaError, noSuchTopic, type KafkaAccess } from './connection.ts';
import { batchBytesOf, keepRecordBatches } from './fetch-response.ts';
import { createGroupMember, type GroupMember } from './group-member.ts';
import { blockOf, type MessageBlock, type MessageSlice } from './message-block.ts';
import { MessageQueue } from './message-queue.ts';
import { messagesOfBatch } from './record-batch.ts';
import type { TopicMessage } from './topic-message.ts';
import { UnreadPartitions, type Watermarks } from './unread-partitions.ts';

/** Where reading begins in a partition that the caller knows no offset of. */
export type StartingPoint =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'time'; readonly timeMs: number };

export interface FollowTopicOptions {
  readonly address: TopicAddress;
  readonly access: KafkaAccess;
  /**
   * Name of the consumer group; only offsets shown to others depend on it. Where another member keeps partitions from being read,
   * reading goes on in a group of its own, whose name begins with this one.
   */
  readonly groupId: string;
  /** Next offset per partition, as the caller has stored it for a cluster: wins over everything the broker knows. */
  readonly resume: (clusterId: string) => ReadonlyMap<number, number>;
  readonly from: StartingPoint;
  /** Said once each: what a person should know, such as messages that the broker no longer has. */
  readonly onNotice: (sentence: string) => void;
  /** Messages and bytes waiting for `next` from which on nothing more is fetched. */
  readonly highWater?: { readonly messages: number; readonly bytes: number };
}

/** A topic to be read. Each message comes once and in the order of its partition. */
export interface TopicFollower {
  /** Tells this topic from every other one: cluster and name. */
  readonly clusterId: string;
  /** Where reading begins, per partition. */
  readonly startOffsets: ReadonlyMap<number, number>;
  /**
   * Joins the group and begins to fetch; to be called once, when the caller is ready to take messages.
   * @throws AssayError BROKER_UNREACHABLE, BROKER_REFUSED.
   */
  begin(): Promise<void>;
  /** Messages not handed over yet, as far as the broker has told: per partition. */
  lag(): ReadonlyMap<number, number>;
  /**
   * True where nothing has come for `idleMs` and the broker is not known to have more. Messages that are known to be
   * there are waited for a minute longer: joining a group, or a broker that restarts, takes its time. A process that
   * stood still has not waited: only time spent in `next` counts.
   */
  isIdle(idleMs: number): boolean;
  /** Asks the broker whether all messages that it has by now were handed over; false where it does not answer. */
  isCaughtUp(): Promise<boolean>;
  /** When the fetch began that brought the first messages, by `performance.now`; null before. */
  readonly readingSinceMs: number | null;
  /** True where `next` would give messages at once. */
  readonly hasMore: boolean;
  readonly isPaused: boolean;
  readonly rebalances: number;
  /**
   * The next messages, at most `limit`: as soon as there are `limit` of them, or `lingerMs` after the first; none
   * when nothing comes within `waitMs`.
   * @throws AssayError TOPIC_NOT_FOUND, BROKER_REFUSED, RECORDING_CHANGED, CORRUPT_RECORDING where reading cannot go on.
   */
  next(limit: number, lingerMs: number, waitMs: number): Promise<readonly MessageSlice[]>;
  /** Tells the broker how far the caller has stored; a courtesy to lag monitors, never read back. */
  commit(nextOffsets: ReadonlyMap<number, number>): Promise<void>;
  close(): Promise<void>;
}

const defaultHighWater = { messages: 50_000, bytes: 32 << 20 };
/** While a full queue is waited for the group must hear of its member so often. */
const heartbeatIntervalMs = 1_000;
/** A quiet topic is looked after this often: it may have been deleted. */
const quietCheckMs = 3_000;
/** A topic of which a partition is quiet is looked after this often: somebody else may hold it. */
const lookMs = 5_000;
const patienceWithLagMs = 60_000;
/** A wait that took so many times as long as asked for is one of a process that stood still. */
const mostWait = 2;
/** A consumer that has asked for nothing for so long, with room for more, has stopped without a word. */
const silentMs = 20_000;
/** As long, a partition that another member of the group holds may have messages; its session ends earlier where it is dead. */
const mostHeldMs = 20_000;
/** So long a partition of our own may stand still while it has messages. What an open transaction holds back is none of them. */
const mostStillMs = 30_000;
/** So often the group is joined anew for the same messages; where nothing comes then, reading ends. */
const mostRejoins = 3;
/** At the start a person waits for an answer. */
const startPatience = { retries: 2, initialRetryTime: 200, maxRetryTime: 1_000 };
/** Later a broker may be gone for hours. */
const followPatience = { retries: 1_000_000, initialRetryTime: 200, maxRetryTime: 5_000 };

/**
 * Finds out where reading a topic begins. The caller's offsets decide, not those of the group.
 * @throws AssayError BROKER_UNREACHABLE, BROKER_REFUSED, TOPIC_NOT_FOUND, RECORDING_CHANGED (the topic is another one
 * than that of the stored offsets).
 */
export async function followTopic(options: FollowTopicOptions): Promise<TopicFollower> {
  const { address } = options;
  try {
    const start = await findStart(options);
    return new Follower(options, start);
  } catch (error) {
    throw kafkaError(error, address);
  }
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
    const marks = await watermarksOf(admin, address.topic);
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

function damaged(address: TopicAddress, partition: number, offset: number, cause: unknown): AssayError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const where = `The batch at offset ${offset} of partition ${partition} of ${formatTopicAddress(address)}`;
  return new AssayError('CORRUPT_RECORDING', 'failure', `${where} cannot be read: ${reason}.`, {
    nextStep: 'What came before it is stored. Follow the topic into a new case with --from an offset behind it.',
    cause,
  });
}

class Follower implements TopicFollower {
  readonly clusterId: string;
  readonly startOffsets: ReadonlyMap<number, number>;
  readonly #options: FollowTopicOptions;
  #member: GroupMember;
  readonly #queue: MessageQueue;
  /** The next offset that is accepted, per partition. */
  readonly #expected: Map<number, number>;
  readonly #highs: Map<number, number>;
  #rebalances = 0;
  #isClosed = false;
  #lastNewsMs = performance.now();
  #quietMs = 0;
  #fetchStartedMs = performance.now();
  #readingSinceMs: number | null = null;
  readonly #unread = new UnreadPartitions();
  /** Partitions that the group gave to the member that reads; null until it has joined. */
  #assigned: ReadonlySet<number> | null = null;
  /** Partitions that brought something since the broker was last asked what it has. */
  readonly #brought = new Set<number>();
  #lookedMs = performance.now();
  #isLooking = false;
  /** Until then the queue was full, and partitions of our own could not be read. */
  #heldBackMs = 0;
  #rejoins = 0;

  constructor(options: FollowTopicOptions, start: Start) {
    this.#options = options;
    this.clusterId = start.clusterId;
    this.startOffsets = new Map(start.offsets);
    this.#expected = new Map(start.offsets);
    this.#highs = start.highs;
    this.#queue = new MessageQueue(options.highWater ?? defaultHighWater);
    this.#member = this.#newMember(options.groupId);
  }

  #newMember(groupId: string): GroupMember {
    const { address, access } = this.#options;
    return createGroupMember({ address, access, patience: followPatience, groupId }, () => this.#isClosed);
  }

  isIdle(idleMs: number): boolean {
    const lag = [...this.lag().values()].reduce((sum, waiting) => sum + waiting, 0);
    return this.#quietMs >= (lag === 0 ? idleMs : idleMs + patienceWithLagMs);
  }

  async isCaughtUp(): Promise<boolean> {
    if (this.hasMore) return false;
    const watermarks = await this.#watermarks().catch(() => undefined);
    if (watermarks === undefined || this.hasMore) return false;
    return [...watermarks].every(
      ([partition, { low, high }]) => high <= Math.max(low, this.#expected.get(partition) ?? 0),
    );
  }

  get readingSinceMs(): number | null {
    return this.#readingSinceMs;
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
    this.#quietMs = 0;
    try {
      await this.#run(this.#member);
    } catch (error) {
      throw kafkaError(error, this.#options.address);
    }
  }

  async #run(member: GroupMember): Promise<void> {
    keepRecordBatches();
    const { consumer } = member;
    const isCurrent = (): boolean => member === this.#member;
    const { GROUP_JOIN, FETCH_START } = consumer.events;
    consumer.on(FETCH_START, () => {
      if (isCurrent()) this.#fetchStartedMs = performance.now();
    });
    consumer.on(GROUP_JOIN, ({ payload }) => {
      if (!isCurrent()) return;
      this.#rebalances++;
      const assigned = payload.memberAssignment[this.#topic] ?? [];
      this.#assigned = new Set(assigned);
      // Before the first fetch of this assignment: the group's own offsets are never used.
      for (const partition of assigned) this.#seek(partition);
    });
    await consumer.connect();
    await consumer.subscribe({ topic: this.#topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: async (payload) => {
        if (isCurrent()) await this.#take(payload);
      },
    });
  }

  /** Another consumer goes on where the last message was; the one before is given up, and what it may still bring is not looked at. */
  #replaceMember(groupId: string): void {
    if (this.#isClosed) return;
    const before = this.#member;
    this.#member = this.#newMember(groupId);
    this.#assigned = null;
    this.#fetchStartedMs = performance.now();
    this.#unread.forget();
    before.giveUp();
    // Where the broker is away this waits for it; where it fails, silence leads here again.
    this.#run(this.#member).catch(() => undefined);
  }

  async next(limit: number, lingerMs: number, waitMs: number): Promise<readonly MessageSlice[]> {
    const askedMs = performance.now();
    const messages = await this.#queue.take(limit, lingerMs, waitMs);
    const nowMs = performance.now();
    this.#quietMs = messages.length > 0 ? 0 : this.#quietMs + Math.min(nowMs - askedMs, mostWait * waitMs);
    if (messages.length > 0) {
      this.#lastNewsMs = nowMs;
      // What fails here is told by the next call: messages are not to wait for it.
      if (nowMs - this.#lookedMs > lookMs) void this.#look();
    } else if (nowMs - this.#lastNewsMs > quietCheckMs) {
      this.#lastNewsMs = nowMs;
      this.#brought.clear();
      // kafkajs may stop for good without telling anyone, as after a broker that was killed.
      if (nowMs - this.#fetchStartedMs > silentMs) this.#replaceMember(this.#member.groupId);
      await this.#look();
      this.#queue.throwIfFailed();
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
    if (offsets.length > 0) await this.#member.consumer.commitOffsets(offsets).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#queue.close();
    await this.#member.leave();
  }

  get #topic(): string {
    return this.#options.address.topic;
  }

  #seek(partition: number): void {
    // A partition that was added while following is new altogether: its first message is wanted.
    const offset = this.#expected.get(partition) ?? 0;
    this.#expected.set(partition, offset);
    this.#member.consumer.seek({ topic: this.#topic, partition, offset: String(offset) });
  }

  async #take({ batch, heartbeat, isStale }: EachBatchPayload): Promise<void> {
    const { partition } = batch;
    this.#readingSinceMs ??= this.#fetchStartedMs;
    this.#brought.add(partition);
    const expected = this.#expected.get(partition) ?? 0;
    const high = Number(batch.highWatermark);
    this.#highs.set(partition, high);
    if (high < expected) {
      this.#queue.fail(recreated(this.#options.address));
      return;
    }
    if (fetchedOffsetOf(batch) > expected && !(await this.#acceptGap(partition, expected))) return;
    for (const message of batch.messages) {
      if (isStale()) return;
      const next = this.#expected.get(partition) ?? 0;
      const block = this.#blockOf(partition, message, next);
      if (block === undefined) return;
      this.#queue.add(block);
      this.#expected.set(partition, Math.max(next, Number(message.offset) + 1));
      // No more is decompressed or fetched while this waits; the group must hear of us all the same.
      while (!(await this.#queue.roomWithin(heartbeatIntervalMs))) {
        this.#heldBackMs = performance.now();
        await heartbeat().catch(() => undefined);
      }
    }
    await heartbeat();
  }

  /** What a message of kafkajs stands for, from offset `next` on; undefined where it is damaged, which ends the stream. */
  #blockOf(partition: number, message: KafkaMessage, next: number): MessageBlock | undefined {
    const recordBatch = batchBytesOf(message);
    if (recordBatch === undefined)
      return blockOf(partition, Number(message.offset) < next ? [] : [topicMessage(partition, message)]);
    try {
      return messagesOfBatch(recordBatch, partition, next);
    } catch (error) {
      this.#queue.fail(damaged(this.#options.address, partition, recordBatch.firstOffset, error));
      return undefined;
    }
  }

  /** A batch that was asked for beyond what is expected: true where the broker no longer has what lies between. */
  async #acceptGap(partition: number, expected: number): Promise<boolean> {
    const { low } = (await this.#watermarks()).get(partition) ?? { low: 0 };
    if (low <= expected) {
      this.#seek(partition);
      return false;
    }
    this.#options.onNotice(lostSentence(partition, low - expected));
    // Another consumer may have gone on while this one asked.
    this.#expected.set(partition, Math.max(low, this.#expected.get(partition) ?? 0));
    return true;
  }

  async #watermarks(): Promise<ReadonlyMap<number, Watermarks>> {
    const admin = this.#member.client.admin();
    await admin.connect();
    try {
      return await watermarksOf(admin, this.#topic);
    } finally {
      await admin.disconnect();
    }
  }

  /**
   * Asks the broker what it has, unless every partition has brought something since the last time, and sees to it that all of it
   * is read. Ends with TOPIC_NOT_FOUND where the topic has gone; a broker that does not answer may come back.
   */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    const nowMs = performance.now();
    // Whoever stood still, or took long, has not waited.
    if (nowMs - this.#lookedMs > mostWait * lookMs) this.#unread.forget();
    this.#lookedMs = nowMs;
    const isFlowing = [...this.#expected.keys()].every((partition) => this.#brought.has(partition));
    this.#brought.clear();
    if (isFlowing) return;
    this.#isLooking = true;
    const { address, access } = this.#options;
    const admin = createKafkaClient(address, access, { retries: 0 }).admin();
    try {
      await admin.connect();
      if (!(await admin.listTopics()).includes(this.#topic)) throw noSuchTopic(address);
      this.#readWhatWaits(await watermarksOf(admin, this.#topic));
    } catch (error) {
      if (error instanceof AssayError) this.#queue.fail(error);
      this.#unread.forget();
    } finally {
      this.#isLooking = false;
      await admin.disconnect().catch(() => undefined);
    }
  }

  /** Goes on by another member where messages wait and do not come, and says so. */
  #readWhatWaits(marks: ReadonlyMap<number, Watermarks>): void {
    for (const [partition, { high }] of marks)
      if (this.#expected.has(partition)) this.#highs.set(partition, Math.max(high, this.#highs.get(partition) ?? 0));
    const nowMs = performance.now();
    const standing = this.#unread.look(marks, this.#expected, nowMs);
    if (standing.size === 0) this.#rejoins = 0;
    const { groupId } = this.#member;
    const [held, still] = [
      [...standing].filter(([each, sinceMs]) => this.#assigned?.has(each) === false && nowMs - sinceMs >= mostHeldMs),
      [...standing].filter(([, sinceMs]) => nowMs - Math.max(sinceMs, this.#heldBackMs) >= mostStillMs),
    ].map((each) => each.map(([partition]) => partition));
    if (held.length > 0) {
      this.#options.onNotice(heldSentence(held, groupId));
      this.#replaceMember(`${this.#options.groupId}-${randomBytes(6).toString('hex')}`);
    } else if (still.length > 0) {
      if (this.#rejoins++ >= mostRejoins && this.#quietMs >= mostStillMs)
        throw unreadable(this.#options.address, still);
      this.#options.onNotice(
        `Messages of ${listed(still)} did not come; Assay joined its group again to ask for them.`,
      );
      this.#replaceMember(groupId);
    }
  }
}

async function watermarksOf(admin: Admin, topic: string): Promise<ReadonlyMap<number, Watermarks>> {
  const marks = await admin.fetchTopicOffsets(topic);
  return new Map(marks.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
}

function heldSentence(partitions: readonly number[], groupId: string): string {
  return `Someone else in the consumer group ${groupId} held ${listed(partitions)}, and their messages waited; Assay reads on in a group of its own.`;
}

function unreadable(address: TopicAddress, partitions: readonly number[]): AssayError {
  return new AssayError(
    'BROKER_UNREACHABLE',
    'failure',
    `Messages of ${listed(partitions)} of ${formatTopicAddress(address)} wait at the broker and do not come, however often they are asked for.`,
    { nextStep: 'What came before them is stored. Look at the broker and its log, then follow the topic again.' },
  );
}

function listed(partitions: readonly number[]): string {
  const sorted = [...partitions].sort((left, right) => left - right);
  return sorted.length === 1 ? `partition ${sorted[0]}` : `the partitions ${sorted.join(', ')}`;
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
