import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateMissedFraud, FEWEST_JUDGED, fraudInterval, type JudgedSample } from './missed-fraud.ts';

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

/** Judged transactions of which each came into the sample with the same probability. */
function equalDraws({ rows, judged, frauds }: JudgedSample): Parameters<typeof estimateMissedFraud> {
  return [rows, Array.from({ length: judged }, (_, at) => ({ isFraud: at < frauds, chance: judged / rows }))];
}

describe('the interval of missed fraud', () => {
  it('covers the true count in 95 % of simulated samples or about so many, also where fraud is rare', () => {
    for (const [rows, all, judged] of [
      [10_000, 2, 200],
      [10_000, 9, 200],
      [10_000, 60, 200],
      [2000, 30, 400],
      [500, 20, 250],
    ])
      expect(coverage(rows, all, judged, 2000), `${all} of ${rows}, ${judged} judged`).toBeGreaterThan(0.925);
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
        // Where frauds are few, single counts cover somewhat less than 95 %; five standard errors at 300 samples.
        expect(coverage(rows, all, judged, 300)).toBeGreaterThan(0.86);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('leaves out what five of a hundred samples would contradict, for a sample from very many', () => {
    const rows = 50_000_000;
    const none = fraudInterval({ rows, judged: 1000, frauds: 0 });
    expect(none[0]).toBe(0);
    // By the Poisson distribution: 0 is as far out as 7 and more, which together have 5 % at a mean of about 3.15.
    expect((1000 * none[1]) / rows).toBeGreaterThan(3.1);
    expect((1000 * none[1]) / rows).toBeLessThan(3.2);
    // One fraud contradicts a mean at which it and more have 5 %, itself by half: 1 - exp(-m) (1 + m / 2) = 0.05.
    const [low] = fraudInterval({ rows, judged: 1000, frauds: 1 });
    const mean = (1000 * low) / rows;
    expect(1 - Math.exp(-mean) * (1 + mean / 2)).toBeCloseTo(0.05, 3);
  });

  it('lies between those of the whole numbers beside it where a sample is worth a part of a fraud', () => {
    const [below, between, above] = [2, 2.5, 3].map((frauds) => fraudInterval({ rows: 9000, judged: 200, frauds }));
    for (const end of [0, 1] as const) {
      expect(between[end]).toBeGreaterThan(below[end]);
      expect(between[end]).toBeLessThan(above[end]);
    }
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
    expect(estimateMissedFraud(...equalDraws({ rows: 1000, judged: FEWEST_JUDGED - 1, frauds: 3 }))).toBeNull();
  });

  it('says how many more verdicts halve the interval, if the share stays', () => {
    fc.assert(
      fc.property(samples, ({ rows, judged, frauds }) => {
        const estimate = estimateMissedFraud(...equalDraws({ rows, judged, frauds }));
        if (estimate === null) throw new Error('there is an estimate');
        const enlarged = judged + estimate.moreToHalve;
        expect(enlarged).toBeLessThanOrEqual(rows);
        const [low, high] = fraudInterval({ rows, judged: enlarged, frauds: Math.round((frauds * enlarged) / judged) });
        expect(high - low).toBeLessThanOrEqual((estimate.high - estimate.low) / 2);
      }),
    );
  });

  it('is one where all that were drawn are fraud, though their weights add up to more by rounding', () => {
    expect(estimateMissedFraud(...equalDraws({ rows: 688, judged: 30, frauds: 30 }))?.high).toBe(688);
  });

  it('gives about three times as many for a usual share, and as many again without any fraud', () => {
    expect(
      estimateMissedFraud(...equalDraws({ rows: 1_000_000, judged: 200, frauds: 40 }))?.moreToHalve,
    ).toBeGreaterThan(560);
    expect(estimateMissedFraud(...equalDraws({ rows: 1_000_000, judged: 200, frauds: 40 }))?.moreToHalve).toBeLessThan(
      640,
    );
    expect(
      estimateMissedFraud(...equalDraws({ rows: 1_000_000, judged: 200, frauds: 0 }))?.moreToHalve,
    ).toBeGreaterThan(195);
    expect(estimateMissedFraud(...equalDraws({ rows: 1_000_000, judged: 200, frauds: 0 }))?.moreToHalve).toBeLessThan(
      205,
    );
  });

  it('counts each judged transaction for as many as it was drawn from', () => {
    // A day of 900 of which 30 were drawn, and one of 100 of which 50 were: the fraud of the second stands for two.
    const first = Array.from({ length: 30 }, () => ({ isFraud: false, chance: 30 / 900 }));
    const second = Array.from({ length: 50 }, (_, at) => ({ isFraud: at < 5, chance: 50 / 100 }));
    const estimate = estimateMissedFraud(1000, [...first, ...second]);
    expect(estimate?.frauds).toBeCloseTo(10, 9);
    expect(estimate?.low).toBeLessThan(10);
    // Worth 37 equal draws, not 80: the interval is as wide as theirs.
    const equal = fraudInterval({ rows: 1000, judged: 36, frauds: 0 });
    expect(estimate?.high).toBeGreaterThan(equal[1]);
  });
});
