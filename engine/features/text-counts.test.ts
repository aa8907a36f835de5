import { expect, it } from 'vitest';
import { TextCounts } from './text-counts.ts';

it('counts as far as it is asked, and all where that is needed', () => {
  const counts = new TextCounts(['b', 'a', 'b', 'c', 'b']);
  expect([counts.hasMoreThan(1), counts.hasMoreThan(2), counts.hasMoreThan(3)]).toEqual([true, true, false]);
  expect([new TextCounts(['a', 'a']).hasExactly(1), counts.hasExactly(2), counts.hasExactly(3)]).toEqual([
    true,
    false,
    true,
  ]);
  const fresh = new TextCounts(['b', 'a', 'b', 'c', 'b']);
  fresh.hasMoreThan(0);
  expect(fresh.size).toBe(3);
  expect([...fresh.keys()]).toEqual(['b', 'a', 'c']);
  expect([...fresh.values()]).toEqual([3, 1, 1]);
  expect([fresh.get('b'), fresh.get('x'), new TextCounts([]).hasMoreThan(0)]).toEqual([3, undefined, false]);
});
