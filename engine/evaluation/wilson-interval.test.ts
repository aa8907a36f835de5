import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson-interval.ts';

const counts = fc
  .integer({ min: 1, max: 100_000 })
  .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));

function interval(successes: number, trials: number): readonly [number, number] {
  return wilsonInterval(successes, trials) ?? [NaN, NaN];
}

describe("Wilson's interval", () => {
  it('gives the published figures', () => {
    // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    const shown = [interval(81, 263), interval(15, 148), interval(0, 20), interval(1, 29)];
    expect(shown.map((ends) => ends.map((end) => end.toFixed(4)))).toEqual([
      ['0.2553', '0.3662'],
      ['0.0624', '0.1605'],
      ['0.0000', '0.1611'],
      ['0.0061', '0.1718'],
    ]);
  });

  it('holds the observed share and stays within 0 and 1', () => {
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const [low, high] = interval(successes, trials);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(successes / trials);
        expect(high).toBeGreaterThanOrEqual(successes / trials);
        expect(high).toBeGreaterThan(low);
      }),
    );
  });

  it('mirrors when successes and failures change places', () => {
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const [low, high] = interval(successes, trials);
        const [mirroredLow, mirroredHigh] = interval(trials - successes, trials);
        expect(mirroredLow).toBeCloseTo(1 - high, 10);
        expect(mirroredHigh).toBeCloseTo(1 - low, 10);
      }),
    );
  });

  it('narrows with more trials of the same share', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 2, max: 50 }), ([successes, trials], times) => {
        const [low, high] = interval(successes, trials);
        const [laterLow, laterHigh] = interval(successes * times, trials * times);
        expect(laterHigh - laterLow).toBeLessThan(high - low);
      }),
    );
  });

  it('says nothing without trials, and refuses counts that are none', () => {
    expect(wilsonInterval(0, 0)).toBeNull();
    expect(() => wilsonInterval(3, 2)).toThrow('no share');
  });
});
