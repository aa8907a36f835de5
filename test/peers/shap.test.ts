import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompiledForest, GrowerName } from '../../engine/domain/model.ts';
import { randomStream } from '../../engine/forest/random.ts';
import { explainPathLengths } from '../../engine/forest/reasons/tree-shap.ts';
import { trainForest } from '../../engine/forest/train.ts';
import { boost } from '../../engine/learning/boost.ts';
import { joinForest } from '../../engine/learning/join-forest.ts';
import { finish, judgedStream, twoThemes } from '../../engine/learning/judged.test-support.ts';
import { forestJson } from './forest-json.ts';
import { peersArePresent, runPeer } from './peers.ts';

describe.skipIf(!peersArePresent)('path length reasons beside shap.TreeExplainer on the same trees', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-shap-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each<[GrowerName, number, number]>([
    ['assay', 5, 256],
    ['assay', 30, 256],
    ['assay', 4, 3000],
    ['ml-isolation-forest', 6, 64],
  ])('equal it to 1e-6 (%s, %i features, sample %i)', async (grower, featureCount, sample) => {
    const random = randomStream(sample, featureCount, 'simulation');
    const rowCount = 3000;
    const values = Float32Array.from(
      { length: rowCount * featureCount },
      () => Math.floor(40 * random.nextUnit() * random.nextUnit()) + random.nextUnit(),
    );
    const matrix = { rowCount, featureCount, values };
    const forest = await trainForest(
      matrix,
      { trees: 20, sample, featuresPerTree: null, seed: 1, grower },
      { threads: 1, signal: new AbortController().signal },
    );
    await expectSameReasons(forest, values.slice(0, 40 * featureCount));
  });

  it('equal it to 1e-6 of a forest that learned from verdicts', async () => {
    const { forest, parts, judged, unjudged } = judgedStream(
      (features, _entity, drawn) => features[0] > 0.4 && drawn < 0.9,
      { themes: twoThemes },
    );
    const learned = joinForest(forest, parts, finish(boost(judged, unjudged)), judged, unjudged);
    expect(learned.treeCount).toBeGreaterThan(forest.treeCount);
    await expectSameReasons(learned, judged.features.values.slice(0, 40 * forest.featureCount));
  });

  it('equal it to 1e-6 where trees are grown by theme and leaves are convex, once both are taken to edges', async () => {
    const [rowCount, featureCount] = [6000, 9];
    const random = randomStream(4, 9, 'simulation');
    // As features against a habit are: mostly nought, sometimes far out.
    const values = Float32Array.from({ length: rowCount * featureCount }, () =>
      random.nextUnit() < 0.7 ? 0 : 12 * random.nextUnit() ** 3,
    );
    const themes = [
      { theme: 'amount', features: [0, 1, 2] },
      { theme: 'velocity', features: [3, 4] },
      { theme: 'new', features: [5, 6, 7] },
    ] as const;
    const forest = await trainForest(
      { rowCount, featureCount, values },
      {
        ...{ trees: 60, sample: 1024, featuresPerTree: null, seed: 1, grower: 'assay', leaf: 'convex' },
        themes: themes.map(({ theme, features }) => ({ theme, features: [...features] })),
      },
      { threads: 1, signal: new AbortController().signal },
    );
    expect(forest.leaf).toBe('convex');
    await expectSameReasons(forest, values.slice(0, 40 * featureCount));
  });

  async function expectSameReasons(forest: CompiledForest, explained: Float32Array): Promise<void> {
    const { featureCount } = forest;
    await writeFile(join(folder, 'forest.json'), forestJson(forest));
    await writeFile(join(folder, 'rows.f32'), new Uint8Array(explained.buffer));
    const report = await runPeer('shap_values.py', [
      join(folder, 'rows.f32'),
      '--columns',
      String(featureCount),
      '--forest',
      join(folder, 'forest.json'),
      '--values',
    ]);
    const theirs = report['values'] as readonly (readonly number[])[];
    // The path length that a mean of leaves stands for, by the definition of ADR 0086.
    const edgesOf = (leaf: number): number => (forest.leaf === 'convex' ? -4 * Math.log2(1 - leaf) : leaf);
    const leafBaseline = report['baseline'] as number;
    theirs.forEach((expected, row) => {
      const from = row * featureCount;
      const ours = explainPathLengths(forest, explained.subarray(from, from + featureCount));
      const total = expected.reduce((sum, value) => sum + value, 0);
      const edges = total === 0 ? 0 : (edgesOf(leafBaseline + total) - edgesOf(leafBaseline)) / total;
      expect(Math.abs(ours.baseline - edgesOf(leafBaseline))).toBeLessThan(1e-6);
      ours.contributions.forEach((value, feature) =>
        expect(Math.abs(value - expected[feature] * edges)).toBeLessThan(1e-6),
      );
    });
    expect(theirs.length).toBe(40);
  }
});
