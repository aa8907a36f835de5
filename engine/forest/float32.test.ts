import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestFloat32Below, largestFloat32NotAbove, previousFloat32 } from './float32.ts';

const float = fc.float({ noNaN: true });
const cut = fc.oneof(fc.double({ noNaN: true }), float, fc.double({ min: -1e-44, max: 1e-44, noNaN: true }));

describe('float32 thresholds', () => {
  it('decide `x <= cut` for every float32 as the double cut does', () => {
    fc.assert(fc.property(float, cut, (x, t) => x <= largestFloat32NotAbove(t) === x <= t));
    fc.assert(fc.property(float, (x) => x <= largestFloat32NotAbove(x)));
  });

  it('decide `x < cut` for every float32 as the double cut does, but for -Infinity, below which nothing lies', () => {
    const aboveNothing = (value: number): boolean => value !== -Infinity;
    fc.assert(fc.property(float, cut.filter(aboveNothing), (x, t) => x <= largestFloat32Below(t) === x < t));
    fc.assert(fc.property(float.filter(aboveNothing), (x) => !(x <= largestFloat32Below(x))));
  });

  it('step over zero, denormals and the largest values one float32 at a time', () => {
    const denormal = 2 ** -149;
    expect(previousFloat32(denormal)).toBe(0);
    expect(previousFloat32(0)).toBe(-denormal);
    expect(previousFloat32(-0)).toBe(-denormal);
    expect(previousFloat32(-denormal)).toBe(-2 * denormal);
    expect(previousFloat32(Infinity)).toBe(3.4028234663852886e38);
    expect(previousFloat32(-3.4028234663852886e38)).toBe(-Infinity);
    expect(previousFloat32(1)).toBe(1 - 2 ** -24);
  });

  it('never store -0, which would change a digest but no decision', () => {
    expect(Object.is(largestFloat32NotAbove(-0), 0)).toBe(true);
    expect(Object.is(largestFloat32Below(2 ** -149), 0)).toBe(true);
  });
});
