import { describe, expect, it } from 'vitest';
import { UnreadPartitions } from './unread-partitions.ts';

const marks = (...highs: readonly number[]) => new Map(highs.map((high, partition) => [partition, { low: 0, high }]));
const readTo = (...offsets: readonly number[]) => new Map(offsets.entries());

describe('which partitions have messages that nobody fetches', () => {
  it('is told since the first look at which reading stood where it stands', () => {
    const unread = new UnreadPartitions();
    expect(unread.look(marks(10, 10), readTo(10, 4), 100)).toEqual(new Map([[1, 100]]));
    expect(unread.look(marks(20, 30), readTo(20, 4), 200)).toEqual(new Map([[1, 100]]));
  });

  it('begins anew where reading moved, however little', () => {
    const unread = new UnreadPartitions();
    unread.look(marks(10), readTo(4), 100);
    expect(unread.look(marks(10), readTo(5), 200)).toEqual(new Map([[0, 200]]));
  });

  it('leaves out partitions that were read to their end, and those whose rest the broker deleted', () => {
    const unread = new UnreadPartitions();
    unread.look(marks(10, 10), readTo(4, 4), 100);
    expect(unread.look(marks(10, 10), readTo(10, 4), 200)).toEqual(new Map([[1, 100]]));
    expect(unread.look(new Map([[1, { low: 10, high: 10 }]]), readTo(10, 4), 300)).toEqual(new Map());
  });

  it('counts a partition that nobody has read of at all', () => {
    const unread = new UnreadPartitions();
    expect(unread.look(marks(10, 10), readTo(10), 100)).toEqual(new Map([[1, 100]]));
  });

  it('forgets what it saw where nobody could have read', () => {
    const unread = new UnreadPartitions();
    unread.look(marks(10), readTo(4), 100);
    unread.forget();
    expect(unread.look(marks(10), readTo(4), 200)).toEqual(new Map([[0, 200]]));
  });
});
