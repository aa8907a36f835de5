import { expect, it } from 'vitest';
import { dayWithin, rangeOfDays, sliderDays } from './time-slider.tsx';

const dayMs = 86_400_000;
const span = { fromMs: 1000, toMs: 1000 + 9.5 * dayMs };

it('gives the range of the days chosen, open where an end is the span’s own, so that nothing of it is lost', () => {
  expect(sliderDays(span)).toBe(10);
  expect(rangeOfDays(span, 0, 9)).toEqual({});
  expect(rangeOfDays(span, 2, 9)).toEqual({ fromMs: 1000 + 2 * dayMs });
  const one = rangeOfDays(span, 3, 3);
  expect(one).toEqual({ fromMs: 1000 + 3 * dayMs, toMs: 1000 + 4 * dayMs - 1 });
  expect([dayWithin(span, one.fromMs ?? 0), dayWithin(span, one.toMs ?? 0)]).toEqual([3, 3]);
  expect(dayWithin(span, 0)).toBe(0);
});
