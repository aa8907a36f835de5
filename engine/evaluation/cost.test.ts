import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costCurve } from './cost.ts';
import { rankRows } from './ranking.ts';

describe('costCurve', () => {
  const rows = fc.array(fc.record({ label: fc.constantFrom(0, 0, 1), anomaly: fc.integer({ min: 0, max: 30 }) }), {
    minLength: 1,
    maxLength: 100,
  });
  const cost = fc.integer({ min: 0, max: 40 });

  it('holds true costs, both ends and the cheapest threshold, in at most the points asked for', () => {
    fc.assert(
      fc.property(rows, cost, cost, fc.integer({ min: 4, max: 40 }), (list, missedFraudCost, reviewCost, maxPoints) => {
        const labels = Uint8Array.from(list, (row) => row.label);
        const anomaly = Int32Array.from(list, (row) => row.anomaly);
        const costAt = (threshold: number): number =>
          list.reduce(
            (sum, row) =>
              sum +
              (row.anomaly >= threshold ? reviewCost : 0) +
              (row.label && row.anomaly < threshold ? missedFraudCost : 0),
            0,
          );
        const { points, cheapest } = costCurve(
          rankRows(labels, anomaly),
          anomaly,
          { missedFraudCost, reviewCost },
          maxPoints,
        );
        for (const point of points) expect(point.cost).toBe(costAt(point.threshold));
        expect(cheapest.cost).toBe(Math.min(...[Infinity, ...anomaly].map(costAt)));
        expect(points).toContainEqual(cheapest);
        expect(points.length).toBeLessThanOrEqual(maxPoints + 1);
        expect([points[0].flagged, points.at(-1)?.flagged]).toEqual([0, list.length]);
      }),
    );
  });

  it('refuses negative costs', () => {
    const anomaly = Int32Array.of(1);
    const ranking = rankRows(Uint8Array.of(1), anomaly);
    expect(() => costCurve(ranking, anomaly, { missedFraudCost: -1, reviewCost: 1 }, 10)).toThrow('0 or more');
  });
});
