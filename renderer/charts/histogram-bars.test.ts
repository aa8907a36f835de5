import { describe, expect, it } from 'vitest';
import { histogramBars } from './histogram-bars.ts';

const histogram = { edges: [0.4, 0.5, 0.6], counts: [100, 10], fraud: [1, 4], legitimate: [0, 2] };

describe('bars of the score histogram', () => {
  it('change colour exactly at the line, within a bin', () => {
    const bars = histogramBars(histogram, 0.55, 'linear');
    expect(bars.unflagged).toEqual([
      [0.4, 0.5, 1, 100],
      [0.5, 0.55, 6, 10],
    ]);
    expect(bars.flagged).toEqual([[0.55, 0.6, 6, 10]]);
  });

  it('keep fraud below the line visible: what would be missed', () => {
    expect(histogramBars(histogram, 0.55, 'linear').fraud).toEqual([
      [0.4, 0.5, 0, 1],
      [0.5, 0.6, 0, 4],
    ]);
  });

  it('are not stacked on a logarithmic scale, where a layer would look as large as the rest: what is known is a line', () => {
    const { fraud, legitimate, unflagged, fraudLine, legitimateLine, tallest } = histogramBars(
      histogram,
      0.9,
      'logarithmic',
    );
    expect(tallest).toBe(3);
    expect([fraud, legitimate]).toEqual([[], []]);
    expect(unflagged[0]).toEqual([0.4, 0.5, 0, 3]);
    expect(fraudLine[0]).toEqual([0.4, 1]);
    expect(fraudLine[3]?.[1]).toBeCloseTo(1 + Math.log10(4));
    expect(legitimateLine.map(([, height]) => height === null)).toEqual([true, true, false, false]);
  });

  it('leave no bar where a case has no rows', () => {
    expect(histogramBars({ edges: [0, 1], counts: [0], fraud: null, legitimate: null }, 0.5, 'linear')).toEqual({
      fraud: [],
      legitimate: [],
      flagged: [],
      unflagged: [],
      fraudLine: [],
      legitimateLine: [],
      tallest: 0,
    });
  });
});
