import { describe, expect, it } from 'vitest';
import { drawBelowLine } from './below-line-draw.ts';

const sums = Int32Array.from({ length: 20_000 }, (_, row) => (row * 7919) % 10_007);
const draw = { sums, thresholdUnits: 100, modelDigest: 'ab12cd34ef', seed: 1, count: 200 };

describe('the draw below the line', () => {
  it('takes each row once, and none that is flagged', () => {
    const rows = drawBelowLine(draw);
    expect(rows).toHaveLength(200);
    expect(new Set(rows).size).toBe(200);
    for (const row of rows) expect(sums[row]).toBeGreaterThan(100);
  });

  it('is the same again, and another one for another seed or model', () => {
    expect(drawBelowLine(draw)).toEqual(drawBelowLine(draw));
    expect(drawBelowLine({ ...draw, seed: 2 })).not.toEqual(drawBelowLine(draw));
    expect(drawBelowLine({ ...draw, modelDigest: '12abcd34ef' })).not.toEqual(drawBelowLine(draw));
  });

  it('begins with the smaller draw when more are asked for, so that no verdict is lost', () => {
    expect(drawBelowLine({ ...draw, count: 5000 }).slice(0, 200)).toEqual(drawBelowLine(draw));
  });

  it('keeps what stays below a moved line, in its order', () => {
    const kept = drawBelowLine(draw).filter((row) => sums[row] > 3000);
    expect(drawBelowLine({ ...draw, thresholdUnits: 3000 }).slice(0, kept.length)).toEqual(kept);
  });

  it('keeps almost all when the stream goes on', () => {
    const former = new Set(drawBelowLine({ ...draw, sums: sums.subarray(0, 19_000) }));
    expect(drawBelowLine(draw).filter((row) => former.has(row)).length).toBeGreaterThan(170);
  });

  it('gives every row the same chance', () => {
    const times = new Uint32Array(100);
    const small = new Int32Array(100).fill(5);
    for (let seed = 0; seed < 4000; seed++)
      for (const row of drawBelowLine({ ...draw, sums: small, thresholdUnits: 0, seed, count: 10 })) times[row]++;
    // Each is expected 400 times with a standard error of 19.
    for (const count of times) expect(Math.abs(count - 400)).toBeLessThan(95);
  });

  it('takes all there are, and none where nothing is below', () => {
    expect(drawBelowLine({ ...draw, sums: sums.subarray(0, 50), count: 500 }).length).toBeLessThanOrEqual(50);
    expect(drawBelowLine({ ...draw, thresholdUnits: 20_000 })).toEqual([]);
  });
});
