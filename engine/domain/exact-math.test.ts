import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exactExp2, exactLog, exactLog2, exactSqrt } from './exact-math.ts';

/** The bits of doubles as one text, so that a single other bit is seen. */
const bitsOf = (values: readonly number[]): string => Buffer.from(Float64Array.from(values).buffer).toString('hex');

it('takes logarithms, powers and roots to the last place or next to it', () => {
  const positive = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
  fc.assert(
    fc.property(positive, fc.double({ min: -200, max: 200, noNaN: true }), (x, exponent) => {
      expect(Math.abs(exactLog(x) - Math.log(x))).toBeLessThanOrEqual(2.5e-16 * Math.max(1, Math.abs(Math.log(x))));
      expect(Math.abs(exactLog2(x) - Math.log2(x))).toBeLessThanOrEqual(5e-16 * Math.max(1, Math.abs(Math.log2(x))));
      expect(Math.abs(exactExp2(exponent) / 2 ** exponent - 1)).toBeLessThan(1e-15);
      expect(Math.abs(exactSqrt(x) / Math.sqrt(x) - 1)).toBeLessThan(3e-16);
    }),
  );
});

it('gives these very bits on every machine', () => {
  const values = [0.1, 0.7, 1.5, 3, 10, 123.45, 1e-310, 9.87e12];
  expect(bitsOf(values.map(exactLog))).toBe(
    '1555b5bbb16b02c0503fe124c3d3d6bf4c98bfec23f3d93f0a03ad7aea93f13f1655b5bbb16b0240badca6916a43134008954d39694e86c048be2243a7eb3d40',
  );
  expect(bitsOf([-9.25, -0.3, 0.1, 0.5, 7.77].map(exactExp2))).toBe(
    'aed35a999fe85a3f3e53cebcf8fde93f640625eefb25f13fcc3b7f669ea0f63fc84cf2f7c8486b40',
  );
  expect(bitsOf(values.map(exactSqrt))).toBe(
    '0f494862133dd43ff8b27a3febc5ea3f2e2109148e98f33faa4c58e87ab6fb3f535bda3a584c0940d28f5681bb382640aecbd9727829c11f3f50a7ce0bf84741',
  );
  expect([exactLog(0), exactLog(-1), exactLog(Infinity), exactLog(1)]).toEqual([-Infinity, NaN, Infinity, 0]);
});
