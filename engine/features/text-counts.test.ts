import { expect, it } from 'vitest';
import { TextCounts } from './text-counts.ts';

const countsOf = (texts: readonly string[], readTexts: () => readonly string[] = () => texts): TextCounts =>
  new TextCounts(texts, readTexts);

it('counts as far as it is asked, and all where that is needed', () => {
  const counts = countsOf(['b', 'a', 'b', 'c', 'b']);
  expect([counts.hasMoreThan(1), counts.hasMoreThan(2), counts.hasMoreThan(3)]).toEqual([true, true, false]);
  expect([countsOf(['a', 'a']).hasExactly(1), counts.hasExactly(2), counts.hasExactly(3)]).toEqual([true, false, true]);
  expect(counts.size).toBe(3);
  expect([...counts.keys()]).toEqual(['b', 'a', 'c']);
  expect([...counts.values()]).toEqual([3, 1, 1]);
  expect([counts.get('b'), counts.get('x'), countsOf([]).hasMoreThan(0)]).toEqual([3, undefined, false]);
});

it('reads the texts again only where the first different ones do not answer', () => {
  const texts = Array.from({ length: 1000 }, (_, index) => `text ${index % 300}`);
  let readings = 0;
  const counts = countsOf(texts, () => {
    readings += 1;
    return texts;
  });
  expect([counts.hasMoreThan(50), counts.hasExactly(2), readings]).toEqual([true, false, 0]);
  expect([counts.hasMoreThan(299), counts.hasMoreThan(300), counts.size]).toEqual([true, false, 300]);
  expect([counts.get('text 299'), counts.get('text 0'), [...counts.keys()].at(-1), readings]).toEqual([
    3,
    4,
    'text 299',
    1,
  ]);
});
