import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FRAUD, GENUINE, UNLABELLED } from '../domain/label.ts';
import { averagePrecisionByKind } from './precision-by-kind.ts';
import { averagePrecision } from './ranking.ts';

const kinds = 3;

it('gives the average precision of a full sort, for each kind alone and for all, with ties and unjudged rows', () => {
  const rows = fc.array(
    fc.record({
      label: fc.constantFrom(FRAUD, GENUINE, UNLABELLED),
      value: fc.integer({ min: -4, max: 4 }),
      kind: fc.integer({ min: -1, max: kinds - 1 }),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(rows, (given) => {
      const labels = Uint8Array.from(given, ({ label }) => label);
      const anomaly = Float64Array.from(given, ({ value }) => value);
      const { all, byKind } = averagePrecisionByKind(labels, anomaly, kinds, (row) => given[row].kind);
      expect(all ?? -1).toBeCloseTo(averagePrecision(labels, anomaly) ?? -1, 12);
      byKind.forEach((figure, kind) => {
        const ofKind = labels.map((label, row) => (label === FRAUD && given[row].kind !== kind ? UNLABELLED : label));
        expect(figure ?? -1).toBeCloseTo(averagePrecision(ofKind, anomaly) ?? -1, 12);
      });
    }),
  );
});
