import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderForAlerts, type AlertOrder } from './alert-sweep.ts';
import { UNLABELLED } from '../domain/label.ts';
import { compileForest } from './compile.ts';
import { scoreOfSum } from './score.ts';
import { makeTestRows, testParameters } from './test-rows.ts';
import { growForest } from './train.ts';
import { buildTuningIndex, NO_DAY } from './tuning.ts';
import type { TuningIndex, TuningInput } from './tuning.ts';

const forest = compileForest(growForest(makeTestRows(500, 4), testParameters()), 4, 64);

type CompleteInput = Required<Omit<TuningInput, 'earlier' | 'weights'>>;

/** Each row is an alert of its own. */
function eachAlone(rowCount: number): AlertOrder {
  return orderForAlerts({ groups: null, groupCount: 0, times: null, gapMs: 0 }, rowCount);
}

/** Sums near those that the forest gives, with ties, and labels that are sometimes missing. */
const inputs = fc
  .array(
    fc.record({
      sum: fc.integer({ min: 3_000_000, max: 3_000_030 }).map((sum) => (sum - 3_000_000) * 100_000 + 1_000_000),
      label: fc.constantFrom(0, 0, 1, UNLABELLED),
      day: fc.constantFrom(-3, 10, 11, 400_000, NO_DAY),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((rows): CompleteInput => ({
    forest,
    sums: Int32Array.from(rows, (row) => row.sum),
    labels: Uint8Array.from(rows, (row) => row.label),
    dayIndex: Int32Array.from(rows, (row) => row.day),
    alertOrder: eachAlone(rows.length),
  }));

/** Everything about one threshold, counted row by row. */
function count(input: CompleteInput, thresholdUnits: number) {
  const flagged = [...input.sums.keys()].filter((row) => input.sums[row] <= thresholdUnits);
  const truePositives = flagged.filter((row) => input.labels[row] === 1).length;
  const labelledFlagged = flagged.filter((row) => input.labels[row] !== UNLABELLED).length;
  const positives = input.labels.filter((label) => label === 1).length;
  return { flagged, truePositives, labelledFlagged, positives };
}

/** Every threshold that makes a difference. */
function thresholdsOf(input: TuningInput): number[] {
  return [0, ...new Set(input.sums)];
}

describe('a budget of alerts', () => {
  it('is kept at the line it gives, and flags no more rows than the most alerts need', () => {
    const rows = fc.array(fc.record({ sum: fc.integer({ min: 1, max: 30 }), group: fc.integer({ min: -1, max: 2 }) }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 45 }), (given, alerts) => {
        const sums = Int32Array.from(given, ({ sum }) => sum * 100_000);
        const membership = {
          groups: Int32Array.from(given, ({ group }) => group),
          groupCount: 3,
          times: Float64Array.from(given.keys()),
          gapMs: 2,
        };
        const alertOrder = orderForAlerts(membership, given.length);
        const index = buildTuningIndex({ forest, sums, alertOrder });
        const state = index.tune({ kind: 'alerts', alerts });
        expect(state.alerts).toBeLessThanOrEqual(alerts);
        const states = given.map(({ sum }) => index.tune({ kind: 'threshold', thresholdUnits: sum * 100_000 }));
        const most = Math.max(...states.map((each) => each.alerts));
        if (alerts < most) return;
        expect(state.alerts).toBe(most);
        for (const each of states) if (each.flagged < state.flagged) expect(each.alerts).toBeLessThan(most);
      }),
    );
  });
});

describe('buildTuningIndex', () => {
  it('under other labels gives the same from an earlier index as from the rows', () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 0, max: 119 }), (input, changed) => {
        const earlier = buildTuningIndex(input);
        const labels = input.labels.slice();
        if (changed < labels.length) labels[changed] = labels[changed] === 1 ? 0 : 1;
        const fresh = buildTuningIndex({ ...input, labels });
        const taken = buildTuningIndex({ ...input, labels, earlier });
        for (const thresholdUnits of thresholdsOf(input)) {
          const handle = { kind: 'threshold', thresholdUnits } as const;
          expect(taken.tune(handle)).toEqual(fresh.tune(handle));
          expect(taken.alertsByDay(thresholdUnits)).toEqual(fresh.alertsByDay(thresholdUnits));
          expect(taken.flaggedRows(thresholdUnits)).toEqual(fresh.flaggedRows(thresholdUnits));
        }
      }),
    );
  });

  it('counts flags, outcome, days and rows at any threshold as row by row counting does', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const index = buildTuningIndex(input);
        const days = [...new Set(input.dayIndex)].filter((day) => day !== NO_DAY).sort((a, b) => a - b);
        expect([...index.days]).toEqual(days);
        for (const thresholdUnits of thresholdsOf(input)) {
          const expected = count(input, thresholdUnits);
          const state = index.tune({ kind: 'threshold', thresholdUnits });
          expect(state.flagged).toBe(expected.flagged.length);
          expect(state.contamination).toBe(expected.flagged.length / input.sums.length);
          expect(state.alertsPerDay).toBe(days.length === 0 ? null : expected.flagged.length / days.length);
          if (state.outcome !== null) {
            const { truePositives, labelledFlagged, positives } = expected;
            expect(state.outcome).toMatchObject({ truePositives, labelledFlagged, positives });
          }
          const inOrder = expected.flagged.sort((a, b) => input.sums[a] - input.sums[b] || a - b);
          expect([...index.flaggedRows(thresholdUnits)]).toEqual(inOrder);
          expect([...index.alertsByDay(thresholdUnits)]).toEqual(
            days.map((day) => expected.flagged.filter((row) => input.dayIndex[row] === day).length),
          );
        }
      }),
    );
  });

  it('answers recall, precision and cost with the best of all thresholds', () => {
    const share = fc.double({ min: 0.001, max: 1, noNaN: true });
    const cost = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(inputs, share, cost, cost, (input, target, missedFraudCost, reviewCost) => {
        fc.pre(input.labels.includes(1));
        const index = buildTuningIndex(input);
        const all = thresholdsOf(input).map((threshold) => count(input, threshold));
        const fewest = Math.min(
          ...all.filter((c) => c.truePositives / c.positives >= target).map((c) => c.flagged.length),
        );
        expect(index.tune({ kind: 'recall', recall: target }).flagged).toBe(fewest);
        const most = Math.max(
          0,
          ...all.filter((c) => c.truePositives / c.labelledFlagged >= target).map((c) => c.flagged.length),
        );
        expect(index.tune({ kind: 'precision', precision: target }).flagged).toBe(most);
        const costOf = (c: ReturnType<typeof count>): number =>
          missedFraudCost * (c.positives - c.truePositives) + reviewCost * c.flagged.length;
        const tuned = index.tune({ kind: 'cost', missedFraudCost, reviewCost });
        expect(costOf(count(input, tuned.thresholdUnits))).toBe(Math.min(...all.map(costOf)));
      }),
      { numRuns: 500 },
    );
  });

  it('takes a score back to the threshold it was made from', () => {
    const index = buildTuningIndex({ forest, sums: Int32Array.of(1, 2, 3) });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 24 - 1 }), (thresholdUnits) => {
        const score = scoreOfSum(forest, thresholdUnits);
        expect(index.tune({ kind: 'score', score }).thresholdUnits).toBe(thresholdUnits);
      }),
    );
  });

  it('puts every row in exactly one bin, by its score', () => {
    const ranges = fc.option(fc.constantFrom({ low: 0, high: 1 }, { low: 0.3, high: 0.6 }), { nil: undefined });
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 40 }), ranges, (input, bins, range) => {
        const histogram = buildTuningIndex(input).histogram(bins, range);
        const { edges } = histogram;
        const scores = Array.from(input.sums, (sum) => scoreOfSum(forest, sum));
        const inBin = (score: number, bin: number): boolean =>
          score >= edges[bin] && (bin === bins - 1 ? score <= edges[bins] : score < edges[bin + 1]);
        expect([...histogram.counts]).toEqual(
          Array.from({ length: bins }, (_, bin) => scores.filter((score) => inBin(score, bin)).length),
        );
        if (histogram.positives !== null) {
          expect([...histogram.positives]).toEqual(
            Array.from(
              { length: bins },
              (_, bin) => scores.filter((score, row) => input.labels[row] === 1 && inBin(score, bin)).length,
            ),
          );
        }
        if (range === undefined) expect(histogram.counts.reduce((sum, n) => sum + n, 0)).toBe(scores.length);
      }),
    );
  });

  it('draws the precision/recall curve through true points, rising in recall to 1', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const curve = buildTuningIndex(input).precisionRecallCurve(25);
        expect(curve.length).toBeLessThanOrEqual(25);
        for (const point of curve) {
          const expected = count(input, point.thresholdUnits);
          expect(point.flagged).toBe(expected.flagged.length);
          expect(point.recall).toBe(expected.truePositives / expected.positives);
          expect(point.precision).toBe(expected.truePositives / expected.labelledFlagged);
        }
        const recalls = curve.map((point) => point.recall);
        expect(recalls).toEqual([...new Set(recalls)].sort((a, b) => a - b));
        if (input.labels.includes(1)) expect(recalls.at(-1)).toBe(1);
      }),
    );
  });

  it('says by name what it lacks: labels, days, or a number in range', () => {
    const codes = (index: TuningIndex, handles: readonly Parameters<TuningIndex['tune']>[0][]): unknown[] =>
      handles.map((handle) => {
        try {
          return index.tune(handle);
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
    const bare = buildTuningIndex({ forest, sums: Int32Array.of(5, 6) });
    expect(
      codes(bare, [
        { kind: 'recall', recall: 0.5 },
        { kind: 'alerts-per-day', alertsPerDay: 3 },
      ]),
    ).toEqual(['NO_LABEL', 'NO_EVENT_TIME']);
    const full = buildTuningIndex({ forest, sums: Int32Array.of(5, 6), labels: Uint8Array.of(1, 0) });
    expect(
      codes(full, [
        { kind: 'recall', recall: 0 },
        { kind: 'precision', precision: 1.1 },
        { kind: 'cost', missedFraudCost: -1, reviewCost: 1 },
        { kind: 'score', score: 0 },
        { kind: 'contamination', contamination: 0.7 },
      ]),
    ).toEqual(new Array(5).fill('WRONG_USE'));
    const unjudged = buildTuningIndex({ forest, sums: Int32Array.of(5), labels: Uint8Array.of(UNLABELLED) });
    expect(unjudged.tune({ kind: 'alerts', alerts: 1 }).outcome).toBe(null);
  });
});
