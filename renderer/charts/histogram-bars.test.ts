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

  it('stand on one logarithmic scale, layer on layer', () => {
    const { fraud, legitimate, tallest } = histogramBars(histogram, 0.9, 'logarithmic');
    expect(tallest).toBe(3);
    expect(fraud[0]).toEqual([0.4, 0.5, 0, 1]);
    expect(legitimate[0][2]).toBe(fraud[1][3]);
  });

  it('leave no bar where a case has no rows', () => {
    expect(histogramBars({ edges: [0, 1], counts: [0], fraud: null, legitimate: null }, 0.5, 'linear')).toEqual({
      fraud: [],
      legitimate: [],
      flagged: [],
      unflagged: [],
      tallest: 0,
    });
  });
});
