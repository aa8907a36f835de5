import type { TopicFollower } from './follow-topic.ts';

/**
 * A follower whose messages come from another one, changed on their way: it does as that one does, but for what is its own.
 * @param own may have getters; they are asked each time
 */
export function followerOver(
  follower: TopicFollower,
  own: Pick<TopicFollower, 'next'> & Partial<TopicFollower>,
): TopicFollower {
  const same: TopicFollower = {
    clusterId: follower.clusterId,
    startOffsets: follower.startOffsets,
    begin: () => follower.begin(),
    get readingSinceMs() {
      return follower.readingSinceMs;
    },
    lag: () => follower.lag(),
    isIdle: (idleMs) => follower.isIdle(idleMs),
    isCaughtUp: () => follower.isCaughtUp(),
    get hasMore() {
      return follower.hasMore;
    },
    get isPaused() {
      return follower.isPaused;
    },
    get rebalances() {
      return follower.rebalances;
    },
    next: (limit, lingerMs, waitMs) => follower.next(limit, lingerMs, waitMs),
    commit: (nextOffsets) => follower.commit(nextOffsets),
    close: () => follower.close(),
  };
  return Object.defineProperties(same, Object.getOwnPropertyDescriptors(own));
}
