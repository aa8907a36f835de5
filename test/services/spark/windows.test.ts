import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WindowFeature, WindowSpec } from '../../../engine/domain/window-feature.ts';
import { loaderModule, loaderSource } from '../../../engine/export/mlflow/loader-source.ts';
import { programFiles } from '../../../engine/export/spark/spark-job.ts';
import { WindowEngine } from '../../../engine/features/windows/window-engine.ts';
import { pythonEnvironment } from '../python-environment.ts';

const spark = pythonEnvironment('spark');
const plain = { description: 'test', scale: 'linear', usesLabels: false } as const;
const amount = 'the `amount`';

/** Every kind of feature, of single columns and of a pair, with windows of a few milliseconds or, in `stepMs`, of days. */
function specOf(stepMs: number): WindowSpec {
  const features = ([['customer'], ['customer', 'terminal']] as const).flatMap((entity): WindowFeature[] =>
    [
      { delayMs: 0, includeCurrent: true },
      { delayMs: 0, includeCurrent: false },
      { delayMs: 4 * stepMs, includeCurrent: true },
    ].flatMap((when): WindowFeature[] => {
      const windowMs = 6 * stepMs;
      const shared = { ...plain, ...when, entity, windowMs, amount };
      const labelled = {
        ...plain,
        entity,
        windowMs,
        delayMs: 4 * stepMs,
        usesLabels: true,
        label: 'label',
      } as const;
      return [
        { ...shared, kind: 'count', name: 'count' },
        { ...shared, kind: 'sum', name: 'sum', scale: 'log' },
        { ...shared, kind: 'mean', name: 'mean' },
        { ...shared, kind: 'min', name: 'min' },
        { ...shared, kind: 'max', name: 'max' },
        { ...shared, kind: 'std', name: 'std' },
        { ...shared, kind: 'ratio-to-mean', name: 'ratio' },
        { ...shared, kind: 'deviations-from-mean', name: 'deviations' },
        { ...shared, kind: 'distinct', of: 'terminal', name: 'distinct' },
        { ...plain, entity, windowMs, kind: 'since-last', name: 'since' },
        { ...plain, entity, windowMs, kind: 'first-seen', name: 'first' },
        { ...labelled, kind: 'fraud-count', name: 'frauds' },
        { ...labelled, kind: 'risk', name: 'risk' },
        { ...labelled, kind: 'confirmed-fraud', of: 'terminal', name: 'confirmed' },
      ];
    }),
  );
  // Three lengths of habit, of which one holds two payments at most.
  const habits = [
    { windowMs: 6 * stepMs, delayMs: 2 * stepMs, most: 65_536 },
    { windowMs: 9 * stepMs, delayMs: 4 * stepMs, most: 2 },
  ].flatMap((habit) =>
    ([['customer'], ['terminal']] as const).flatMap((entity): WindowFeature[] => {
      const of = entity[0] === 'customer' ? 'terminal' : 'customer';
      const alone = { ...plain, ...habit, entity, name: 'habit' };
      const against = { ...plain, entity, windowMs: 3 * stepMs, habit, name: 'against' };
      return [
        { ...alone, kind: 'amount-excess', amount, category: 'terminal' },
        { ...alone, kind: 'novelty', of },
        { ...alone, kind: 'rarity', of },
        { ...alone, kind: 'hour-rarity', timeZone: 'Europe/Brussels' },
        { ...against, kind: 'burst' },
        { ...against, kind: 'small-payments', amount },
        { ...against, kind: 'sum-to-habit', amount },
        { ...against, kind: 'new-visitors', of },
      ];
    }),
  );
  return {
    amountDecimals: 2,
    latenessMs: 0,
    features: [...features, ...habits].map((feature, index) => ({ ...feature, name: `${feature.name} ${index}` })),
  };
}

const rowsArbitrary = fc.array(
  fc.record({
    step: fc.constantFrom(0, 0, 1, 2, 3),
    customer: fc.constantFrom(0, 1, 2, -1),
    terminal: fc.constantFrom(0, 1, 2, 3, 4),
    // Sums of squares of the largest leave 64 bits.
    amount: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -200, max: 9000 }).map((cents) => cents / 100) },
      { weight: 1, arbitrary: fc.constantFrom(NaN, 4e13, 39_999_999_999_999.5, 1e300) },
    ),
    label: fc.constantFrom(0, 1, 255),
  }),
  { minLength: 1, maxLength: 200 },
);
type Row = typeof rowsArbitrary extends fc.Arbitrary<readonly (infer R)[]> ? R : never;

function timesOf(rows: readonly Row[], stepMs: number): readonly number[] {
  let time = 1_500_000_000_000;
  return rows.map(({ step }) => (time += step * stepMs));
}

function fromEngine(rows: readonly Row[], spec: WindowSpec, times: readonly number[]): readonly number[] {
  const stride = spec.features.length;
  const values = new Float32Array(rows.length * stride);
  new WindowEngine(spec).append(
    {
      rowCount: rows.length,
      times: Float64Array.from(times),
      codes: new Map([
        ['customer', Int32Array.from(rows, ({ customer }) => customer)],
        ['terminal', Int32Array.from(rows, ({ terminal }) => terminal)],
      ]),
      amounts: Float64Array.from(rows, (row) => row.amount),
      labels: Uint8Array.from(rows, ({ label }) => label),
    },
    { values, firstRow: 0, stride, firstColumn: 0 },
  );
  return [...values];
}

describe.skipIf(spark.isSkipped)('features over time by numpy', () => {
  it('are those of the engine bit by bit: every kind, ties, gaps, delays, missing cells and amounts of any size', async () => {
    const home = mkdtempSync(join(tmpdir(), 'assay-spark-windows-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    for (const [name, source] of programFiles()) writeFileSync(join(home, name), source);
    writeFileSync(join(home, `${loaderModule}.py`), loaderSource);
    const cases = fc.sample(rowsArbitrary, { numRuns: 24, seed: 19 }).map((rows, run) => {
      const stepMs = run % 2 === 0 ? 1 : 7_200_000;
      const [spec, times] = [specOf(stepMs), timesOf(rows, stepMs)];
      return { rows, spec, times };
    });
    const given = cases.map(({ rows, spec, times }) => ({
      spec,
      rows: rows.map((row, sequence) => ({
        assay_sequence: sequence,
        assay_time_ms: times[sequence],
        customer: row.customer < 0 ? null : `c${row.customer}`,
        terminal: `t${row.terminal}`,
        [amount]: Number.isNaN(row.amount) ? null : row.amount,
        label: row.label > 1 ? null : row.label,
      })),
    }));
    writeFileSync(join(home, 'cases.json'), JSON.stringify(given));
    const answers = (await spark.run('check_windows.py', [
      resolve(home),
      join(home, 'cases.json'),
    ])) as readonly (readonly (readonly number[])[])[];
    const differing = new Set<string>();
    cases.forEach(({ rows, spec, times }, run) => {
      const expected = fromEngine(rows, spec, times);
      const stride = spec.features.length;
      answers[run].flat().forEach((value, at) => {
        if (!Object.is(Math.fround(value), expected[at])) {
          const feature = spec.features[at % stride];
          differing.add(`${feature.kind} of ${feature.entity.join('+')}`);
        }
      });
    });
    expect([...differing]).toEqual([]);
  });
});
