import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { FeatureMatrix, GrownTree } from '../engine/domain/model.ts';
import { anomalyOfSums, auroc, averagePrecision } from '../engine/evaluation/ranking.ts';
import { compileForest } from '../engine/forest/compile.ts';
import { largestFloat32NotAbove } from '../engine/forest/float32.ts';
import { averagePathLength } from '../engine/forest/path-length.ts';
import { scoreOfSum, scoreSums } from '../engine/forest/score.ts';
import { trainForest } from '../engine/forest/train.ts';
import { describeWithSharedData, sharedDataPath } from './shared-data.ts';

interface ScikitLearnTree {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly n: readonly number[];
}

interface ScikitLearnForest {
  readonly max_samples: number;
  readonly trees: readonly ScikitLearnTree[];
  readonly anomaly_score: readonly number[];
}

interface LabelledSet {
  readonly matrix: FeatureMatrix;
  readonly labels: Uint8Array;
}

/** A set with the label in its last column. */
function readSet(name: string): LabelledSet {
  const lines = readFileSync(sharedDataPath('adbench', `${name}.csv`), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const rows = lines.map((line) => line.split(',').map(Number));
  const featureCount = rows[0].length - 1;
  return {
    matrix: {
      rowCount: rows.length,
      featureCount,
      values: Float32Array.from(rows.flatMap((row) => row.slice(0, featureCount))),
    },
    labels: Uint8Array.from(rows, (row) => row[featureCount]),
  };
}

function readForest(name: string): ScikitLearnForest {
  const bytes = readFileSync(sharedDataPath('expected', `forest-${name}.json.gz`));
  return JSON.parse(gunzipSync(bytes).toString()) as ScikitLearnForest;
}

function importTree(tree: ScikitLearnTree): GrownTree {
  return {
    feature: Int32Array.from(tree.feature, (feature) => Math.max(feature, -1)),
    threshold: Float32Array.from(tree.threshold, largestFloat32NotAbove),
    left: Int32Array.from(tree.left),
    right: Int32Array.from(tree.right),
    sampleCount: Int32Array.from(tree.n),
  };
}

/** Path length in one tree with scikit-learn's own double thresholds. */
function pathLength(tree: ScikitLearnTree, row: Float32Array): number {
  let node = 0;
  let depth = 0;
  for (; tree.feature[node] >= 0; depth++) {
    node = row[tree.feature[node]] <= tree.threshold[node] ? tree.left[node] : tree.right[node];
  }
  return depth + averagePathLength(tree.n[node]);
}

const baselines = (): Map<string, Record<string, number>> => {
  const [head, ...lines] = readFileSync(sharedDataPath('expected', 'sklearn-1.2.1-baselines.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return new Map(
    lines.map((line) => [line[0], Object.fromEntries(head.map((name, column) => [name, Number(line[column])]))]),
  );
};

describeWithSharedData('the forest against scikit-learn 1.2.1', () => {
  it.each(['Pima', 'annthyroid'])('gives the score of every row of %s for the trees of scikit-learn', (name) => {
    const { matrix } = readSet(name);
    const reference = readForest(name);
    const { featureCount, rowCount } = matrix;
    const forest = compileForest(reference.trees.map(importTree), featureCount, reference.max_samples);
    const sums = new Int32Array(rowCount);
    scoreSums(forest, matrix.values, rowCount, sums);
    const scale = reference.trees.length * averagePathLength(reference.max_samples);
    let worstInDouble = 0;
    let worstInUnits = 0;
    for (let row = 0; row < rowCount; row++) {
      const features = matrix.values.subarray(row * featureCount, (row + 1) * featureCount);
      const length = reference.trees.reduce((sum, tree) => sum + pathLength(tree, features), 0);
      const expected = reference.anomaly_score[row];
      worstInDouble = Math.max(worstInDouble, Math.abs(2 ** (-length / scale) - expected));
      worstInUnits = Math.max(worstInUnits, Math.abs(scoreOfSum(forest, sums[row]) - expected));
    }
    expect(worstInDouble).toBeLessThan(1e-12);
    expect(worstInUnits).toBeLessThan(1e-6);
  });

  it.each(['cardio', 'annthyroid', 'mammography', 'Pima', 'breastw', 'Ionosphere'])(
    'finds the anomalies of %s as well, on average over ten seeds, with the assay grower',
    async (name) => {
      const { matrix, labels } = readSet(name);
      const baseline = baselines().get(name);
      if (baseline === undefined) throw new Error(`No baseline for ${name}.`);
      const seeds = Array.from({ length: 10 }, (_, seed) => seed);
      let aurocMean = 0;
      let auprcMean = 0;
      for (const seed of seeds) {
        const forest = await trainForest(
          matrix,
          { trees: 100, sample: 256, featuresPerTree: null, seed, grower: 'assay' },
          { threads: 1, signal: new AbortController().signal },
        );
        const sums = new Int32Array(matrix.rowCount);
        scoreSums(forest, matrix.values, matrix.rowCount, sums);
        aurocMean += (auroc(labels, anomalyOfSums(sums)) ?? NaN) / seeds.length;
        auprcMean += (averagePrecision(labels, anomalyOfSums(sums)) ?? NaN) / seeds.length;
      }
      const band = 3 * Math.sqrt(1 / seeds.length + 1 / baseline['seeds']);
      expect(aurocMean).toBeGreaterThan(baseline['auroc_mean'] - band * baseline['auroc_sd']);
      expect(auprcMean).toBeGreaterThan(baseline['auprc_mean'] - band * baseline['auprc_sd']);
    },
  );
});
