import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from './random.ts';
import { drawSubSample, drawSubSamples, drawWithoutReplacement, planGather } from './sub-sample.ts';

describe('sub-samples', () => {
  it('hold distinct rows inside the recording, clipped to its size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.nat(),
        (rows, sample, seed) => {
          const drawn = drawSubSample(rows, { trees: 1, sample, seed }, 0);
          expect(drawn.length).toBe(Math.min(rows, sample));
          expect(new Set(drawn).size).toBe(drawn.length);
          expect(Math.max(...drawn)).toBeLessThan(rows);
        },
      ),
    );
  });

  it('are the same whether the draw keeps the whole pool or only what moved', () => {
    // 800 of 6400 takes the dense way, 799 the sparse one: a longer draw begins with the shorter one.
    const dense = drawWithoutReplacement(6400, 800, randomStream(3, 1, 'subSample'));
    const sparse = drawWithoutReplacement(6400, 799, randomStream(3, 1, 'subSample'));
    expect(dense.subarray(0, 799)).toEqual(sparse);
  });

  it('draw every row equally often', () => {
    const times = new Uint32Array(50);
    for (const rows of drawSubSamples(50, { trees: 4000, sample: 5, seed: 9 })) for (const row of rows) times[row]++;
    const expected = (4000 * 5) / 50;
    for (const count of times) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
  });

  it('are found again among the gathered rows', () => {
    const subSamples = drawSubSamples(1000, { trees: 20, sample: 30, seed: 4 });
    const plan = planGather(subSamples);
    expect([...plan.rows]).toEqual([...new Set(subSamples.flatMap((rows) => [...rows]))].sort((a, b) => a - b));
    expect(plan.subSamples.map((positions) => positions.map((position) => plan.rows[position]))).toEqual(subSamples);
  });
});
