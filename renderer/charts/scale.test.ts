import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amountAtHeight,
  amountHeight,
  binPosition,
  countAtLogHeight,
  labelValues,
  logHeight,
  pixelOf,
  valueAt,
  valueAtBinPosition,
} from './scale.ts';

const margins = { left: 40, right: 12, top: 0, bottom: 0 };

describe('an amount on a logarithmic axis', () => {
  it('has a height for nothing and for refunds, rises with the amount, and comes back from it', () => {
    expect([-10, 0, 1, 10, 1000].map(amountHeight)).toEqual([-2, 0, 1, 2, 4]);
    const amount = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(amount, amount, (first, second) => {
        const [lower, higher] = [Math.min(first, second), Math.max(first, second)];
        const resolution = 1e-9 * Math.max(1, Math.abs(first), Math.abs(second));
        // Of amounts that lie closer than a logarithm can tell, none is above the other.
        expect(amountHeight(lower)).toBeLessThanOrEqual(amountHeight(higher));
        if (higher - lower > resolution) expect(amountHeight(lower)).toBeLessThan(amountHeight(higher));
        expect(Math.abs(amountAtHeight(amountHeight(first)) - first)).toBeLessThanOrEqual(resolution);
      }),
      { examples: [[-999999999.9999979, -999999999.999998]] },
    );
  });
});

describe('a line on a chart', () => {
  it('comes back to its value from its pixel', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 0.8, noNaN: true }), (score) => {
        const pixel = pixelOf(score, 0.3, 0.8, 900, margins);
        expect(valueAt(pixel, 0.3, 0.8, 900, margins)).toBeCloseTo(score, 10);
      }),
    );
  });

  it('stays inside the plot when dragged off it, or when the chart has no room', () => {
    expect(valueAt(-500, 0.3, 0.8, 900, margins)).toBe(0.3);
    expect(valueAt(5000, 0.3, 0.8, 900, margins)).toBe(0.8);
    expect(valueAt(10, 0.3, 0.8, 20, margins)).toBe(0.3);
    expect(pixelOf(2, 0.3, 0.8, 900, margins)).toBe(888);
  });
});

describe('logarithmic bars', () => {
  it('tell one row from none, and put each tenfold one step higher', () => {
    expect([0, 1, 10, 1000].map(logHeight)).toEqual([0, 1, 2, 4]);
    expect([0, 1, 2, 4].map(countAtLogHeight)).toEqual([0, 1, 10, 1000]);
  });
});

describe('labels of an axis', () => {
  it('are round numbers inside the axis', () => {
    const labels = labelValues([0.38, 0.5, 0.6, 0.78], 4).map((value) => Number(value.toFixed(6)));
    expect(labels).toEqual([0.4, 0.5, 0.6, 0.7]);
  });

  it('are powers of ten where bins grow', () => {
    const edges = Array.from({ length: 41 }, (_, index) => Math.expm1((index / 40) * Math.log1p(1040)));
    expect(labelValues(edges, 4)).toEqual([0, 1, 10, 100, 1000]);
  });

  it('exist even where all values are the same', () => {
    expect(labelValues([5, 5], 4)).toEqual([5]);
  });
});

describe('positions among uneven bins', () => {
  const edges = [0, 1, 10, 100];

  it('find the bin and the way through it', () => {
    expect(binPosition(5.5, edges)).toBe(1.5);
    expect(binPosition(-4, edges)).toBe(0);
    expect(binPosition(1e9, edges)).toBe(3);
    expect(binPosition(Number.NaN, edges)).toBe(0);
  });

  it('are inverted exactly, so that a brushed range is the range asked for', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3, noNaN: true }), (position) => {
        expect(binPosition(valueAtBinPosition(position, edges), edges)).toBeCloseTo(position, 9);
      }),
    );
  });
});
