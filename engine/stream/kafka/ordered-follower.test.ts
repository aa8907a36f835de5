import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TopicFollower } from './follow-topic.ts';
import { blockOf, messageCount, messagesOf, type MessageBlock, type MessageSlice } from './message-block.ts';
import { orderedFollower } from './ordered-follower.ts';

/** Blocks of a topic as the network may bring them: those of a partition in order, partitions in any. */
function arriving(blocks: readonly MessageBlock[]): TopicFollower {
  const coming = [...blocks];
  const owed = (partition: number): number =>
    coming.filter((block) => block.partition === partition).reduce((sum, { count }) => sum + count, 0);
  const partitions = [...new Set(blocks.map(({ partition }) => partition))];
  return {
    clusterId: 'test',
    startOffsets: new Map(partitions.map((partition) => [partition, 0])),
    begin: () => Promise.resolve(),
    lag: () => new Map(partitions.map((partition) => [partition, owed(partition)])),
    isIdle: () => coming.length === 0,
    isCaughtUp: () => Promise.resolve(coming.length === 0),
    readingSinceMs: 0,
    get hasMore() {
      return coming.length > 0;
    },
    isPaused: false,
    rebalances: 0,
    next: () => Promise.resolve(coming.splice(0, 1).map((block) => ({ block, from: 0, to: block.count }))),
    commit: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function block(partition: number, first: number, timesMs: readonly number[]): MessageBlock {
  return blockOf(
    partition,
    timesMs.map((timestampMs, index) => {
      const value = Buffer.from(`${partition}:${first + index}`);
      return { partition, offset: first + index, timestampMs, key: null, value, headers: [] };
    }),
  );
}

async function read(follower: TopicFollower, limit: number): Promise<readonly string[]> {
  const slices: MessageSlice[] = [];
  while (follower.hasMore || messageCount(slices) === 0) slices.push(...(await follower.next(limit, 0, 0)));
  return messagesOf(slices).map(({ value }) => String(value));
}

const partitions = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 }), {
  minLength: 2,
  maxLength: 4,
});

it('gives one order, whichever partition comes first, in however large pieces', async () => {
  const merged = (times: readonly (readonly number[])[], sizes: readonly number[], turns: readonly number[]) => {
    const queues = times.map((each, partition) => {
      const blocks: MessageBlock[] = [];
      for (let first = 0, at = 0; first < each.length; at++) {
        const size = sizes[at % sizes.length];
        blocks.push(block(partition, first, each.slice(first, first + size)));
        first += size;
      }
      return blocks;
    });
    const arrival: MessageBlock[] = [];
    for (let at = 0; queues.some((queue) => queue.length > 0); at++) {
      const left = queues.filter((queue) => queue.length > 0);
      arrival.push(...left[turns[at % turns.length] % left.length].splice(0, 1));
    }
    return orderedFollower(arriving(arrival), { isWanted: () => true, onNotice: () => undefined });
  };
  const some = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(partitions, some, some, some, some, async (times, sizes, otherSizes, turns, otherTurns) => {
      const once = await read(merged(times, sizes, turns), 1000);
      const again = await read(merged(times, otherSizes, otherTurns), 3);
      expect(again).toEqual(once);
      expect(once).toHaveLength(times.flat().length);
      expect(new Set(once).size).toBe(once.length);
    }),
  );
});

it('goes on in the order of arrival, and says so, where one partition brings more than can be held', async () => {
  const notices: string[] = [];
  const follower = orderedFollower(
    arriving([block(0, 0, [5, 6]), block(0, 2, [7, 8]), block(0, 4, [9]), block(1, 0, [1])]),
    { isWanted: () => true, onNotice: (sentence) => notices.push(sentence), mostHeld: { messages: 3, bytes: 1e9 } },
  );
  expect(await follower.next(10, 0, 0)).toEqual([]);
  expect(messageCount(await follower.next(10, 0, 0))).toBe(4);
  expect(notices).toHaveLength(1);
  expect(await read(follower, 10)).toEqual(['0:4', '1:0']);
});

it('hands over what it held once the order does not matter any more, and says of it until then that it waits', async () => {
  let isWanted = true;
  const follower = orderedFollower(arriving([block(0, 0, [5, 6]), block(1, 0, [1])]), {
    isWanted: () => isWanted,
    onNotice: () => undefined,
  });
  expect(await follower.next(10, 0, 0)).toEqual([]);
  expect([...follower.lag()]).toEqual([
    [0, 2],
    [1, 1],
  ]);
  expect(await follower.isCaughtUp()).toBe(false);
  isWanted = false;
  expect(await read(follower, 10)).toEqual(['0:0', '0:1', '1:0']);
});
