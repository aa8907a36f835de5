import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '../../domain/error.ts';
import type { TopicFollower } from './follow-topic.ts';
import { followerOver } from './follower-over.ts';
import type { SchemaDecoder } from './schema-registry.ts';
import type { TopicMessage } from './topic-message.ts';
import { messagesOf, slicesOf } from './message-block.ts';

/** How long messages wait for an absent registry before a follower that may end when idle ends. */
const patienceMs = 60_000;

/**
 * The same topic with messages read by their schemas. While the registry is away the messages in hand are kept, no more
 * are taken, and nothing is stored or lost: the stream pauses until the registry answers.
 */
export function decodedFollower(
  follower: TopicFollower,
  decoder: SchemaDecoder,
  onNotice: (sentence: string) => void,
): TopicFollower {
  let held: readonly TopicMessage[] = [];
  let heldSinceMs = 0;

  async function decodeHeld(waitMs: number): Promise<readonly TopicMessage[]> {
    try {
      const decoded = await decoder.decode(held);
      held = [];
      return decoded;
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      onNotice(`${error.message} The stream waited for it; nothing was lost.`);
      await sleep(waitMs);
      return [];
    }
  }

  return followerOver(follower, {
    lag: () => {
      const lag = new Map(follower.lag());
      for (const { partition } of held) lag.set(partition, (lag.get(partition) ?? 0) + 1);
      return lag;
    },
    isIdle: (idleMs) =>
      held.length === 0 ? follower.isIdle(idleMs) : performance.now() - heldSinceMs >= idleMs + patienceMs,
    isCaughtUp: async () => held.length === 0 && (await follower.isCaughtUp()) && held.length === 0,
    get hasMore() {
      return held.length === 0 && follower.hasMore;
    },
    get isPaused() {
      return held.length > 0 || follower.isPaused;
    },
    next: async (limit, lingerMs, waitMs) => {
      if (held.length === 0) {
        held = messagesOf(await follower.next(limit, lingerMs, waitMs));
        heldSinceMs = performance.now();
      }
      return held.length === 0 ? [] : slicesOf(await decodeHeld(waitMs));
    },
  });
}
