import { describe, expect, it } from 'vitest';
import { sortedBy } from './sort-alerts.ts';

const byScore = [{ by: 'score' as const, descending: true }];

describe('sorting by columns', () => {
  it('turns around on a second choice', () => {
    expect(sortedBy(byScore, 'score', false)).toEqual([{ by: 'score', descending: false }]);
  });

  it('adds a column after the first, turns it, and takes it away', () => {
    const two = sortedBy(byScore, 'amount', true);
    expect(two).toEqual([...byScore, { by: 'amount', descending: true }]);
    const turned = sortedBy(two, 'amount', true);
    expect(turned[1]).toEqual({ by: 'amount', descending: false });
    expect(sortedBy(turned, 'amount', true)).toEqual(byScore);
  });

  it('never sorts by nothing, nor by more than the engine takes', () => {
    expect(sortedBy([{ by: 'score', descending: false }], 'score', true)).toEqual(byScore);
    const four = (['score', 'amount', 'time', 'transactions'] as const).map((by) => ({ by, descending: true }));
    expect(sortedBy(four, 'entity', true)).toHaveLength(4);
  });
});
