import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exactLog } from '../../../engine/domain/exact-math.ts';
import type { ForestParameters } from '../../../engine/domain/model.ts';
import { largestWithLogAtMost } from '../../../engine/export/onnx/fold-log.ts';
import { programFiles } from '../../../engine/export/spark/spark-job.ts';
import { compileForest } from '../../../engine/forest/compile.ts';
import { averagePathLength } from '../../../engine/forest/path-length.ts';
import { sampleSizeOf } from '../../../engine/forest/sub-sample.ts';
import { sortSums, thresholdForContamination } from '../../../engine/forest/threshold.ts';
import { growForest } from '../../../engine/forest/train.ts';
import { pythonEnvironment } from '../python-environment.ts';

const spark = pythonEnvironment('spark');
const featureCount = 4;

/** Columns that are constant, tied, tiny, huge and below 0. */
const rowArbitrary = fc.tuple(
  fc.constant(7),
  fc.constantFrom(-1, 0, 0, 1),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
);

const themes: readonly NonNullable<ForestParameters['themes']>[] = [
  [],
  [
    { theme: 'amount', features: [2, 0] },
    { theme: 'time', features: [1] },
  ],
];
const forestArbitrary = fc.record({
  rows: fc.array(rowArbitrary, { minLength: 2, maxLength: 300 }),
  parameters: fc.record({
    trees: fc.constantFrom(1, 5, 30),
    sample: fc.constantFrom(2, 16, 256),
    featuresPerTree: fc.constantFrom(null, 2),
    seed: fc.constantFrom(0, 1, 4_294_967_295),
    grower: fc.constant('assay' as const),
    leaf: fc.constantFrom('path-length' as const, 'convex' as const),
    themes: fc.constantFrom(...themes),
    withheld: fc.constantFrom<number[] | undefined>(undefined, [1], [0, 3]),
  }),
});

interface Answer {
  readonly forests: readonly { readonly digest: string; readonly folded: readonly (number | null)[] }[];
  readonly log1p: readonly number[];
  readonly log: readonly number[];
  readonly thresholds: readonly number[];
}

describe.skipIf(spark.isSkipped)('a forest grown by numpy', () => {
  it('has the digest of the engine, its logarithms to the last bit, and its line', async () => {
    const home = mkdtempSync(join(tmpdir(), 'assay-spark-forest-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    for (const [name, source] of programFiles()) writeFileSync(join(home, name), source);
    const forests = fc.sample(forestArbitrary, { numRuns: 30, seed: 19 }).map(({ rows, parameters }) => {
      const values = Float32Array.from(rows.flat());
      const matrix = { rowCount: rows.length, featureCount, values };
      const sampleSize = sampleSizeOf(rows.length, parameters);
      const forest = compileForest(growForest(matrix, parameters), featureCount, sampleSize, parameters.leaf);
      const pathLengths = Array.from({ length: sampleSize + 1 }, (_, count) => averagePathLength(count));
      return { forest, given: { values: [...values], featureCount, parameters, pathLengths } };
    });
    const near = fc.sample(fc.double({ min: 0, max: 3, noNaN: true }), { numRuns: 20_000, seed: 19 });
    const logarithms = [
      ...near,
      ...fc.sample(fc.double({ min: 0, max: 1e300, noNaN: true }), { numRuns: 20_000, seed: 20 }),
      ...Array.from({ length: 20_000 }, (_, index) => index / 100),
    ];
    const sums = fc.sample(fc.integer({ min: 0, max: 60 }), { numRuns: 701, seed: 19 });
    const contaminations = [0.001, 0.01, 0.05, 0.07, 0.1, 0.29, 0.5];
    const cases = { forests: forests.map(({ given }) => given), logarithms, sums, contaminations };
    writeFileSync(join(home, 'cases.json'), JSON.stringify(cases));
    const answer = (await spark.run('check_forest.py', [home, join(home, 'cases.json')])) as Answer;

    expect(answer.forests.map(({ digest }) => digest)).toEqual(forests.map(({ forest }) => forest.digest));
    const folded = forests.map(({ forest }) =>
      Array.from(forest.threshold, (bound, node) => {
        const value = forest.feature[node] < 0 ? bound : largestWithLogAtMost(bound);
        return Number.isFinite(value) ? value : null;
      }),
    );
    expect(answer.forests.map(({ folded: ofPython }) => ofPython)).toEqual(folded);
    const differing = (ofPython: readonly number[], logOf: (value: number) => number): readonly number[] =>
      logarithms.filter((value, index) => ofPython[index] !== logOf(value));
    expect(differing(answer.log1p, Math.log1p)).toEqual([]);
    expect(differing(answer.log, (value) => exactLog(Math.max(value, 1e-300)))).toEqual([]);
    const sorted = sortSums(Int32Array.from(sums));
    expect(answer.thresholds).toEqual(contaminations.map((share) => thresholdForContamination(sorted, share)));
  });
});
