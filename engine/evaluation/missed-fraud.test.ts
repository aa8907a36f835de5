import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateMissedFraud, FEWEST_JUDGED, fraudInterval } from './missed-fraud.ts';

/** A small generator of its own, so that the simulated cases are the same everywhere. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Frauds found when `judged` of `rows` are drawn one after the other, none twice. */
function draw(rows: number, all: number, judged: number, next: () => number): number {
  let found = 0;
  for (let drawn = 0; drawn < judged; drawn++) if (next() * (rows - drawn) < all - found) found++;
  return found;
}

function coverage(rows: number, all: number, judged: number, trials: number): number {
  const next = uniform(rows + 31 * all + 7 * judged);
  let covered = 0;
  for (let trial = 0; trial < trials; trial++) {
    const [low, high] = fraudInterval({ rows, judged, frauds: draw(rows, all, judged, next) });
    if (low <= all && all <= high) covered++;
  }
  return covered / trials;
}

const samples = fc
  .record({ rows: fc.integer({ min: 40, max: 3000 }), judged: fc.nat(), frauds: fc.nat() })
  .map(({ rows, judged, frauds }) => {
    const drawn = FEWEST_JUDGED + (judged % (rows - FEWEST_JUDGED));
    return { rows, judged: drawn, frauds: frauds % (drawn + 1) };
  });

describe('the interval of missed fraud', () => {
  it('covers the true count in 95 % of simulated samples or more, also where fraud is rare', () => {
    for (const [rows, all, judged] of [
      [10_000, 2, 200],
      [10_000, 9, 200],
      [10_000, 60, 200],
      [2000, 30, 400],
      [500, 20, 250],
    ])
      expect(coverage(rows, all, judged, 2000), `${all} of ${rows}, ${judged} judged`).toBeGreaterThan(0.94);
  });

  it('is not wider than it must be: where counts are large it covers about 95 %', () => {
    const share = coverage(3000, 900, 600, 2000);
    expect(share).toBeGreaterThan(0.935);
    expect(share).toBeLessThan(0.975);
  });

  it('covers any simulated truth, not only those thought of', () => {
    fc.assert(
      fc.property(samples, ({ rows, judged, frauds: truth }) => {
        const all = Math.min(truth, rows);
        // Four standard errors below 95 % at 300 samples.
        expect(coverage(rows, all, judged, 300)).toBeGreaterThan(0.9);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('is that of Clopper and Pearson for a sample from very many', () => {
    const rows = 50_000_000;
    const [low, high] = fraudInterval({ rows, judged: 200, frauds: 0 });
    expect(low).toBe(0);
    expect(high / rows).toBeCloseTo(1 - 0.025 ** (1 / 200), 6);
    // Of 20 with 3 found, from tables: 3.207 % to 37.893 %.
    const few = fraudInterval({ rows, judged: 20, frauds: 3 });
    expect(few[0] / rows).toBeCloseTo(0.03207, 4);
    expect(few[1] / rows).toBeCloseTo(0.37893, 4);
  });

  it('holds what was found and what is left, and is a point once all is judged', () => {
    fc.assert(
      fc.property(samples, ({ rows, judged, frauds }) => {
        const [low, high] = fraudInterval({ rows, judged, frauds });
        expect(low).toBeGreaterThanOrEqual(frauds);
        expect(high).toBeLessThanOrEqual(rows - (judged - frauds));
        const share = (frauds * rows) / judged;
        expect(low).toBeLessThanOrEqual(Math.ceil(share));
        expect(high).toBeGreaterThanOrEqual(Math.floor(share));
        expect(fraudInterval({ rows: judged, judged, frauds })).toEqual([frauds, frauds]);
      }),
    );
  });
});

describe('the estimate', () => {
  it('is withheld with few verdicts', () => {
    expect(estimateMissedFraud({ rows: 1000, judged: FEWEST_JUDGED - 1, frauds: 3 })).toBeNull();
  });

  it('says how many more verdicts halve the interval, if the share stays', () => {
    fc.assert(
      fc.property(samples, ({ rows, judged, frauds }) => {
        const estimate = estimateMissedFraud({ rows, judged, frauds });
        if (estimate === null) throw new Error('there is an estimate');
        const enlarged = judged + estimate.moreToHalve;
        expect(enlarged).toBeLessThanOrEqual(rows);
        const [low, high] = fraudInterval({ rows, judged: enlarged, frauds: Math.round((frauds * enlarged) / judged) });
        expect(high - low).toBeLessThanOrEqual((estimate.high - estimate.low) / 2);
      }),
    );
  });

  it('gives about three times as many for a usual share, and as many again without any fraud', () => {
    expect(estimateMissedFraud({ rows: 1_000_000, judged: 200, frauds: 40 })?.moreToHalve).toBeGreaterThan(560);
    expect(estimateMissedFraud({ rows: 1_000_000, judged: 200, frauds: 40 })?.moreToHalve).toBeLessThan(640);
    expect(estimateMissedFraud({ rows: 1_000_000, judged: 200, frauds: 0 })?.moreToHalve).toBeGreaterThan(195);
    expect(estimateMissedFraud({ rows: 1_000_000, judged: 200, frauds: 0 })?.moreToHalve).toBeLessThan(205);
  });
});
