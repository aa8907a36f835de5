import { expect, it } from 'vitest';
import { isReplaySummary, trueSpeed } from './replay-summary.ts';

it('tells the speed at which a replay really comes, from its last moments', () => {
  const slow = Array.from({ length: 30 }, (_, second) => ({
    atMs: second * 1000,
    // At first nothing came; later 50 minutes a second, though an hour was asked for.
    positionMs: second < 20 ? 0 : (second - 19) * 3_000_000,
  }));
  expect(trueSpeed(slow)).toBe(3000);
  expect(trueSpeed(slow.slice(0, 1))).toBeNull();
  expect(trueSpeed([{ atMs: 1, positionMs: null }])).toBeNull();
});

it('takes no summary that an older window wrote', () => {
  expect(isReplaySummary(null)).toBe(true);
  expect(isReplaySummary({ digest: 'ab', tookMs: 1 })).toBe(true);
  expect(isReplaySummary({ rows: 3 })).toBe(false);
  expect(isReplaySummary('x')).toBe(false);
});
