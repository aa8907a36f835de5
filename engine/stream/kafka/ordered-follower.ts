import type { TopicFollower } from './follow-topic.ts';
import { followerOver } from './follower-over.ts';
import { messageCount, type MessageSlice } from './message-block.ts';

/** Held while a partition is waited for; beyond it the order of arrival has to do. */
const mostHeld = { messages: 200_000, bytes: 256 << 20 };
/** Taken from the topic at once while partitions are put in order. */
const takenAtOnce = 50_000;

export interface OrderingOptions {
  /** Asked each time: whether the order still matters. What is held then still comes first. */
  readonly isWanted: () => boolean;
  readonly onNotice: (sentence: string) => void;
  readonly mostHeld?: { readonly messages: number; readonly bytes: number };
}

/**
 * The same topic with the messages of its partitions put in one order, by timestamp, then partition: whichever partition the
 * network brings first, the first N messages of a topic are the same. A partition that has more is waited for.
 */
export function orderedFollower(
  follower: TopicFollower,
  { isWanted, onNotice, mostHeld: most = mostHeld }: OrderingOptions,
): TopicFollower {
  // With one partition there is one order.
  if (follower.startOffsets.size < 2) return follower;
  const held = new Map<number, MessageSlice[]>();
  let hasGivenUp = false;

  function giveUp(): void {
    if (!hasGivenUp)
      onNotice(
        'A partition did not come while the others brought messages: the rows of the training are in the order of their arrival.',
      );
    hasGivenUp = true;
  }

  function isTooMuch(): boolean {
    const slices = [...held.values()].flat();
    const blocks = new Set(slices.map(({ block }) => block));
    const bytes = [...blocks].reduce((sum, { bytes: { length } }) => sum + length, 0);
    return messageCount(slices) > most.messages || bytes > most.bytes;
  }

  function hold(slices: readonly MessageSlice[]): void {
    for (const slice of slices) held.set(slice.block.partition, [...(held.get(slice.block.partition) ?? []), slice]);
  }

  /** Whether each partition that has more shows its next message. */
  function isReady(): boolean {
    if (held.size === 0) return false;
    if (hasGivenUp || !isWanted()) return true;
    if (![...follower.lag()].some(([partition, owed]) => owed > 0 && !held.has(partition))) return true;
    if (isTooMuch()) giveUp();
    return hasGivenUp;
  }

  /** The oldest messages that are held of one partition, up to where another has an older one. */
  function oldestRun(limit: number): MessageSlice | null {
    let oldest: { readonly partition: number; readonly timeMs: number } | undefined;
    let next: { readonly partition: number; readonly timeMs: number } | undefined;
    for (const [partition, [{ block, from }]] of [...held].sort(([left], [right]) => left - right)) {
      const head = { partition, timeMs: block.timestampsMs[from] };
      if (oldest === undefined || head.timeMs < oldest.timeMs) [oldest, next] = [head, oldest];
      else if (next === undefined || head.timeMs < next.timeMs) next = head;
    }
    if (oldest === undefined) return null;
    const { partition } = oldest;
    const [{ block, from, to }, ...rest] = held.get(partition) ?? [];
    const isBefore = (timeMs: number): boolean =>
      next === undefined || timeMs < next.timeMs || (timeMs === next.timeMs && partition < next.partition);
    let end = from + 1;
    while (end < to && end - from < limit && isBefore(block.timestampsMs[end])) end++;
    const left = end < to ? [{ block, from: end, to }, ...rest] : rest;
    if (left.length > 0) held.set(partition, left);
    else held.delete(partition);
    return { block, from, to: end };
  }

  function handOver(limit: number): readonly MessageSlice[] {
    const slices: MessageSlice[] = [];
    for (let room = limit; room > 0 && isReady();) {
      const run = oldestRun(room);
      if (run === null) break;
      slices.push(run);
      room -= run.to - run.from;
    }
    return slices;
  }

  return followerOver(follower, {
    lag: () => {
      const lag = new Map(follower.lag());
      for (const [partition, slices] of held) lag.set(partition, (lag.get(partition) ?? 0) + messageCount(slices));
      return lag;
    },
    isIdle: (idleMs) => {
      if (!follower.isIdle(idleMs)) return false;
      // What is held still goes out: it was waited for long enough.
      if (held.size > 0) giveUp();
      return held.size === 0;
    },
    isCaughtUp: async () => held.size === 0 && (await follower.isCaughtUp()) && held.size === 0,
    get hasMore() {
      return isReady() || follower.hasMore;
    },
    next: async (limit, lingerMs, waitMs) => {
      if (!isWanted() && held.size === 0) return follower.next(limit, lingerMs, waitMs);
      const ready = handOver(limit);
      if (ready.length > 0) return ready;
      hold(await follower.next(takenAtOnce, lingerMs, waitMs));
      return handOver(limit);
    },
  });
}
