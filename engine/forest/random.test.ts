import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream, streamPurposes } from './random.ts';
import type { StreamPurpose } from './random.ts';

describe('randomStream', () => {
  it('gives the same numbers on any machine: the first draws of one stream are pinned', () => {
    const stream = randomStream(42, 7, 'subSample');
    expect([stream.nextUint32(), stream.nextUint32(), stream.nextUint32(), stream.nextUint32()]).toEqual([
      2421774144, 3528491460, 2197453037, 560267733,
    ]);
  });

  it('does not give neighbouring seeds, trees or purposes the same or correlated draws', () => {
    const purposes = Object.keys(streamPurposes) as StreamPurpose[];
    const firsts: number[] = [];
    for (let seed = 0; seed < 40; seed++) {
      for (let tree = 0; tree < 40; tree++) {
        for (const purpose of purposes) firsts.push(randomStream(seed, tree, purpose).nextUnit());
      }
    }
    expect(new Set(firsts).size).toBe(firsts.length);
    const mean = firsts.reduce((sum, first) => sum + first, 0) / firsts.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * firsts.length));
    for (const lag of [1, purposes.length, 40 * purposes.length]) {
      let covariance = 0;
      for (let i = 0; i + lag < firsts.length; i++) covariance += (firsts[i] - 0.5) * (firsts[i + lag] - 0.5);
      const correlation = (12 * covariance) / (firsts.length - lag);
      expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(firsts.length));
    }
  });

  it('draws bounded integers without bias towards the low ones (a bound of 3 * 2^30 shows a plain remainder)', () => {
    const stream = randomStream(1, 0, 'simulation');
    const bound = 3 * 2 ** 30;
    const thirds = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) thirds[Math.floor(stream.nextInteger(bound) / 2 ** 30)]++;
    for (const count of thirds) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(10_000));
  });

  it('stays within its bounds for any seed and index', () => {
    const word = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 2 ** 32 }), (seed, index, bound) => {
        const stream = randomStream(seed, index, 'bootstrap');
        const integer = stream.nextInteger(bound);
        const unit = stream.nextUnit();
        expect(Number.isInteger(integer) && integer >= 0 && integer < bound && unit >= 0 && unit < 1).toBe(true);
      }),
    );
  });
});
