import { describe, expect, it } from 'vitest';
import { precisionRecallAt } from './at-threshold.ts';

describe('precisionRecallAt', () => {
  const labels = Uint8Array.of(1, 0, 1, 0, 1, 255);
  const anomaly = Int32Array.of(9, 8, 7, 6, 5, 99);

  it('flags a row at the threshold, and leaves rows that are not judged out', () => {
    expect(precisionRecallAt(labels, anomaly, 7)).toEqual({
      truePositives: 2,
      falsePositives: 1,
      falseNegatives: 1,
      trueNegatives: 1,
      precision: 2 / 3,
      recall: 2 / 3,
      f1: 2 / 3,
    });
  });

  it('has no precision where nothing is flagged and no recall where nothing is fraud, instead of a made-up 0', () => {
    expect(precisionRecallAt(labels, anomaly, 1000)).toMatchObject({ precision: null, recall: 0, f1: 0 });
    expect(precisionRecallAt(Uint8Array.of(0), Int32Array.of(1), 1)).toMatchObject({
      precision: 0,
      recall: null,
      f1: 0,
    });
    expect(precisionRecallAt(Uint8Array.of(0), Int32Array.of(1), 2).f1).toBe(null);
  });
});
