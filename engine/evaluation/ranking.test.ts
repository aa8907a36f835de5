import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNLABELLED } from '../domain/label.ts';
import {
  anomalyOfSums,
  auroc,
  aurocOfRanking,
  averagePrecision,
  averagePrecisionOfRanking,
  precisionAtKOfRanking,
  rankRows,
} from './ranking.ts';

interface Rows {
  readonly labels: Uint8Array;
  readonly anomaly: Float64Array;
}

const value = fc.oneof(
  fc.constantFrom(0, -0, 1, 2, 2.5, -1, Infinity, -Infinity, 5e-324),
  fc.double({ noNaN: true }),
  fc.integer({ min: -(2 ** 24), max: 2 ** 24 }),
);
const rows = fc
  .array(fc.record({ label: fc.constantFrom(0, 0, 1, UNLABELLED), anomaly: value }), { minLength: 1, maxLength: 80 })
  .map((list): Rows => ({
    labels: Uint8Array.from(list, (row) => row.label),
    anomaly: Float64Array.from(list, (row) => row.anomaly),
  }));

/** Chance that a fraud ranks above a genuine row, pair by pair. */
function aurocByPairs({ labels, anomaly }: Rows): number | null {
  let wins = 0;
  let pairs = 0;
  labels.forEach((label, fraud) => {
    labels.forEach((other, genuine) => {
      if (label !== 1 || other !== 0) return;
      pairs++;
      wins += anomaly[fraud] > anomaly[genuine] ? 1 : anomaly[fraud] === anomaly[genuine] ? 0.5 : 0;
    });
  });
  return pairs === 0 ? null : wins / pairs;
}

/** Each fraud contributes the precision at its own anomaly value as threshold; the mean over the frauds. */
function averagePrecisionByFraud({ labels, anomaly }: Rows): number | null {
  const precisions: number[] = [];
  labels.forEach((label, fraud) => {
    if (label !== 1) return;
    const atOrAbove = [...labels.keys()].filter((row) => labels[row] !== UNLABELLED && anomaly[row] >= anomaly[fraud]);
    precisions.push(atOrAbove.filter((row) => labels[row] === 1).length / atOrAbove.length);
  });
  return precisions.length === 0 ? null : precisions.reduce((sum, precision) => sum + precision, 0) / precisions.length;
}

function expectClose(actual: number | null, expected: number | null): void {
  if (actual === null || expected === null) expect(actual).toBe(expected);
  else expect(Math.abs(actual - expected)).toBeLessThan(1e-12);
}

describe('auroc and averagePrecision', () => {
  it('are the figures that scikit-learn documents and gives by hand, ties included', () => {
    // scikit-learn's own example: roc_auc_score 0.75, average_precision_score 0.8333...
    const labels = Uint8Array.of(0, 0, 1, 1);
    const anomaly = Float64Array.of(0.1, 0.4, 0.35, 0.8);
    expect(auroc(labels, anomaly)).toBe(0.75);
    expect(averagePrecision(labels, anomaly)).toBeCloseTo(5 / 6, 12);
    // Three tie at 2 (fraud, genuine, genuine), one fraud above: AP = 1/2 * 1 + 1/2 * 2/4; AUROC = (3 + 2 * 0.5 + 1) / 6.
    const tied = Int32Array.of(3, 2, 2, 2, 1);
    const tiedLabels = Uint8Array.of(1, 1, 0, 0, 0);
    expect(averagePrecision(tiedLabels, tied)).toBeCloseTo(0.75, 12);
    expect(auroc(tiedLabels, tied)).toBeCloseTo(5 / 6, 12);
    // All tie: no ranking at all.
    expect(auroc(labels, new Int32Array(4))).toBe(0.5);
    expect(averagePrecision(labels, new Int32Array(4))).toBe(0.5);
  });

  it('equal their definitions pair by pair and fraud by fraud, for any values and missing labels', () => {
    fc.assert(
      fc.property(rows, (input) => {
        expectClose(auroc(input.labels, input.anomaly), aurocByPairs(input));
        expectClose(averagePrecision(input.labels, input.anomaly), averagePrecisionByFraud(input));
      }),
      { numRuns: 300 },
    );
  });

  it('count a row of weight w as w rows, and a row of weight 0 not at all', () => {
    const weighted = rows.chain((input) =>
      fc
        .array(fc.integer({ min: 0, max: 3 }), { minLength: input.labels.length, maxLength: input.labels.length })
        .map((weights) => ({ input, weights })),
    );
    fc.assert(
      fc.property(weighted, ({ input, weights }) => {
        const repeated = weights.flatMap((weight, row) => new Array<number>(weight).fill(row));
        const labels = Uint8Array.from(repeated, (row) => input.labels[row]);
        const anomaly = Float64Array.from(repeated, (row) => input.anomaly[row]);
        const ranking = rankRows(input.labels, input.anomaly);
        const rowWeights = Float64Array.from(weights);
        expectClose(aurocOfRanking(ranking, rowWeights), auroc(labels, anomaly));
        expectClose(averagePrecisionOfRanking(ranking, rowWeights), averagePrecision(labels, anomaly));
      }),
    );
  });

  it('are null where a class is missing, and refuse what has no order', () => {
    expect(auroc(Uint8Array.of(1, 1), Int32Array.of(1, 2))).toBe(null);
    expect(averagePrecision(Uint8Array.of(0, UNLABELLED), Int32Array.of(1, 2))).toBe(null);
    expect(() => auroc(Uint8Array.of(1, 0), Float64Array.of(1, NaN))).toThrow('not a number');
    expect(() => auroc(Uint8Array.of(1), Float64Array.of(1, 2))).toThrow('1 labels');
  });

  it('take the low sums of a forest as the anomalous ones', () => {
    expect(auroc(Uint8Array.of(1, 0), anomalyOfSums(Int32Array.of(10, 20)))).toBe(1);
  });
});

describe('rankRows', () => {
  it('orders by falling value, then by row, without the rows that are not judged', () => {
    fc.assert(
      fc.property(rows, ({ labels, anomaly }) => {
        const expected = [...labels.keys()]
          .filter((row) => labels[row] !== UNLABELLED)
          .sort((a, b) => (anomaly[a] === anomaly[b] ? a - b : anomaly[a] < anomaly[b] ? 1 : -1));
        expect([...rankRows(labels, anomaly).order]).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('precisionAtKOfRanking', () => {
  it('is the share of frauds among the k highest, and the expected share where a tie straddles k', () => {
    const labels = Uint8Array.of(1, 0, 1, 0, 1, UNLABELLED);
    const anomaly = Int32Array.of(9, 8, 5, 5, 5, 100);
    expect(precisionAtKOfRanking(rankRows(labels, anomaly), 1)).toBe(1);
    expect(precisionAtKOfRanking(rankRows(labels, anomaly), 2)).toBe(0.5);
    expect(precisionAtKOfRanking(rankRows(labels, anomaly), 3)).toBeCloseTo((1 + 2 / 3) / 3, 12);
    expect(precisionAtKOfRanking(rankRows(labels, anomaly), 5)).toBeCloseTo(0.6, 12);
    expect(precisionAtKOfRanking(rankRows(labels, anomaly), 50)).toBeCloseTo(0.6, 12);
    expect(precisionAtKOfRanking(rankRows(labels, anomaly), 0)).toBe(null);
  });
});
