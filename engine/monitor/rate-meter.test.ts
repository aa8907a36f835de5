import { expect, it } from 'vitest';
import { RateMeter } from './rate-meter.ts';

it('counts only the last five seconds, and does not underrate a stream that has just begun', () => {
  const meter = new RateMeter(0);
  for (let nowMs = 100; nowMs <= 1000; nowMs += 100) meter.add(10, nowMs);
  expect(meter.perSecond(1000)).toBe(100);
  expect(meter.perSecond(4000)).toBe(25);
  expect(meter.perSecond(20_000)).toBe(0);
});
