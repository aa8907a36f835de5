import { expect, it } from 'vitest';
import { TextCounts } from './text-counts.ts';

const countsOf = (texts: readonly string[], readTexts: () => Iterable<string> = () => texts): TextCounts =>
  new TextCounts(readTexts);

it('counts as far as it is asked, and all where that is needed', () => {
  const counts = countsOf(['b', 'a', 'b', 'c', 'b']);
  expect([counts.hasMoreThan(1), counts.hasMoreThan(2), counts.hasMoreThan(3)]).toEqual([true, true, false]);
  expect([countsOf(['a', 'a']).hasExactly(1), counts.hasExactly(2), counts.hasExactly(3)]).toEqual([true, false, true]);
  expect(counts.size).toBe(3);
  expect([...counts.keys()]).toEqual(['b', 'a', 'c']);
  expect([...counts.values()]).toEqual([3, 1, 1]);
  expect([counts.get('b'), counts.get('x'), countsOf([]).hasMoreThan(0)]).toEqual([3, undefined, false]);
});

it('makes no more texts than answer what is asked, and all of them once', () => {
  const texts = Array.from({ length: 1000 }, (_, index) => `text ${index % 300}`);
  let made = 0;
  const counts = countsOf(texts, function* () {
    for (const text of texts) {
      made += 1;
      yield text;
    }
  });
  expect([counts.hasMoreThan(50), counts.hasExactly(2), made]).toEqual([true, false, 66]);
  expect([counts.hasMoreThan(299), counts.hasMoreThan(300), counts.size]).toEqual([true, false, 300]);
  expect([counts.get('text 299'), counts.get('text 0'), [...counts.keys()].at(-1), made]).toEqual([
    3,
    4,
    'text 299',
    66 + texts.length,
  ]);
});
