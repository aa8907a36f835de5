import { describe, expect, it } from 'vitest';
import type { GrowerName } from '../domain/model.ts';
import { growerNames } from '../domain/model.ts';
import { compileForest } from './compile.ts';
import { growOnThreads } from './grow-on-threads.ts';
import { drawSubSamples, planGather } from './sub-sample.ts';
import { makeTestRows, rowOf, testParameters } from './test-rows.ts';
import { growForest, trainForest } from './train.ts';

const never = new AbortController().signal;
const digests: Readonly<Record<GrowerName, string>> = {
  assay: '1cca4920ec64bc36f972448745562b2ab0d7d8d6a175086a0aef8ca8e95cbe17',
  'ml-isolation-forest': '43c916b27feb590c58312da3703c57f3a0e49d6bd404d38672bc2f50b299e440',
};

describe('trainForest', () => {
  it.each(growerNames)('gives the pinned forest of %s for a seed, on one thread and on several', async (grower) => {
    const matrix = makeTestRows(700, 5);
    const parameters = testParameters({ grower, trees: 7 });
    for (const threads of [1, 2, 3]) {
      const trees = await growOnThreads(matrix, parameters, null, { threads, signal: never, onTree: () => undefined });
      expect(compileForest(trees, 5, 64).digest).toBe(digests[grower]);
      expect((await trainForest(matrix, parameters, { threads, signal: never })).digest).toBe(digests[grower]);
    }
  });

  it.each(growerNames)('gives the same forest of %s from gathered rows', async (grower) => {
    const whole = makeTestRows(2000, 4);
    const parameters = testParameters({ grower, trees: 6 });
    const plan = planGather(drawSubSamples(whole.rowCount, parameters));
    const values = Float32Array.from([...plan.rows].flatMap((row) => [...rowOf(whole, row)]));
    const gathered = { rowCount: plan.rows.length, featureCount: 4, values };
    const context = { threads: 2, signal: never };
    const fromGathered = await trainForest(gathered, parameters, { ...context, subSamples: plan.subSamples });
    expect(fromGathered).toEqual(await trainForest(whole, parameters, context));
  });

  it.each(growerNames)('clips the sample to the rows there are, down to a single row (%s)', async (grower) => {
    const context = { threads: 1, signal: never };
    const forest = await trainForest(makeTestRows(10, 3), testParameters({ grower, sample: 256 }), context);
    expect(forest.sampleSize).toBe(10);
    const single = await trainForest(makeTestRows(1, 3), testParameters({ grower, sample: 256 }), context);
    expect([single.sampleSize, Math.max(...single.units)]).toEqual([1, 0]);
  });

  it('uses threads for large work without changing the forest', async () => {
    const matrix = makeTestRows(60_000, 3);
    const parameters = testParameters({ trees: 45, sample: 60_000 });
    const forest = await trainForest(matrix, parameters, { threads: 2, signal: never });
    expect(forest.digest).toBe(compileForest(growForest(matrix, parameters), 3, 60_000).digest);
  });

  it.each(growerNames)('stops by name when it is cancelled, before and while it grows (%s)', async (grower) => {
    const matrix = makeTestRows(3000, 4);
    const parameters = testParameters({ grower, trees: 2000, sample: 2000 });
    const cancelledBefore = trainForest(matrix, parameters, { threads: 2, signal: AbortSignal.abort() });
    await expect(cancelledBefore).rejects.toMatchObject({ code: 'CANCELLED' });
    const controller = new AbortController();
    const onTree = (grown: number): void => {
      if (grown === 3) controller.abort();
    };
    const cancelledAmid = trainForest(matrix, parameters, { threads: 2, signal: controller.signal, onTree });
    await expect(cancelledAmid).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('reports each tree once, in rising number', async () => {
    for (const grower of growerNames) {
      const seen: number[] = [];
      const parameters = testParameters({ grower, trees: 5 });
      await trainForest(makeTestRows(100, 2), parameters, { threads: 2, signal: never, onTree: (n) => seen.push(n) });
      expect(seen).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it('refuses, in a sentence, to train on nothing', async () => {
    const context = { threads: 1, signal: never };
    const noRows = { rowCount: 0, featureCount: 2, values: new Float32Array(0) };
    const noFeatures = { rowCount: 2, featureCount: 0, values: new Float32Array(0) };
    await expect(trainForest(noRows, testParameters(), context)).rejects.toMatchObject({ code: 'EMPTY_RECORDING' });
    await expect(trainForest(noFeatures, testParameters(), context)).rejects.toMatchObject({ code: 'NO_FEATURES' });
  });
});
