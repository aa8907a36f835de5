import { describe, expect, it } from 'vitest';
import type { Progress } from '../../domain/progress.ts';
import { compileForest } from '../compile.ts';
import { randomStream } from '../random.ts';
import { growForest } from '../train.ts';
import { explainRows } from './explain-rows.ts';
import { explainPathLengths } from './tree-shap.ts';

const featureCount = 6;
const rowCount = 900;
const random = randomStream(1, 0, 'simulation');
const values = Float32Array.from({ length: rowCount * featureCount }, () => random.nextUnit());
const matrix = { rowCount, featureCount, values };
const forest = compileForest(
  growForest(matrix, { trees: 100, sample: 256, featuresPerTree: null, seed: 1, grower: 'assay' }),
  featureCount,
  256,
);

describe('explaining many rows', () => {
  it.each([1, 2])('gives each row its own reasons, on %i threads, and reports every row once', async (threads) => {
    const reports: Progress[] = [];
    const { signal } = new AbortController();
    const many = await explainRows(forest, matrix, { threads, signal, report: (progress) => reports.push(progress) });
    for (let row = 0; row < rowCount; row++) {
      const from = row * featureCount;
      const one = explainPathLengths(forest, values.subarray(from, from + featureCount));
      expect([...many.contributions.subarray(from, from + featureCount)]).toEqual([...one.contributions]);
      expect(many.baseline).toBe(one.baseline);
    }
    expect(reports.at(-1)).toEqual({ phase: 'explain', done: rowCount, total: rowCount, unit: 'alerts' });
  });

  it.each([1, 2])('stops when it is told to, on %i threads', async (threads) => {
    const controller = new AbortController();
    const work = explainRows(forest, matrix, {
      threads,
      signal: controller.signal,
      report: () => controller.abort(),
    });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('has nothing to do without rows', async () => {
    const { signal } = new AbortController();
    const empty = { rowCount: 0, featureCount, values: new Float32Array(0) };
    const many = await explainRows(forest, empty, { threads: 2, signal, report: () => undefined });
    expect(many.contributions.length).toBe(0);
  });
});
