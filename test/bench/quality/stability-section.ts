import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { featureNames } from '../../../engine/domain/feature-spec.ts';
import type { FeatureMatrix } from '../../../engine/domain/model.ts';
import { createScoringPool } from '../../../engine/forest/kernel/scoring-pool.ts';
import { flagStability, type StabilityRun } from '../../../engine/forest/stability.ts';
import { sortSums, thresholdForContamination } from '../../../engine/forest/threshold.ts';
import { trainForest } from '../../../engine/forest/train.ts';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { sharedDataPath } from '../../shared-data.ts';
import { markdownTable } from '../markdown.ts';
import { runAssay } from '../run-node.ts';
import { mean } from '../statistics.ts';

const treeCounts = [100, 300, 1000];
const contaminations = [0.002, 0.01, 0.02];

/** How much of the alert list another seed keeps, by the number of trees, on two recordings of fraud. */
export async function measureStability(seeds: number, report: (line: string) => void): Promise<string> {
  const recordings = [
    {
      name: 'card payments, simulated (Handbook, July)',
      path: sharedDataPath('handbook', 'transactions-2018-07.csv.gz'),
      flags: ['--label', 'TX_FRAUD', '--ignore', 'TX_FRAUD_SCENARIO'],
    },
    {
      name: 'card payments, real (ULB, day 1)',
      path: sharedDataPath('ulb-creditcard', 'ulb-day1-sample.csv'),
      flags: ['--label', 'Class', '--ignore', 'Time'],
    },
  ];
  const rows: string[][] = [];
  for (const recording of recordings) {
    const matrix = await featuresOf(recording.path, recording.flags);
    for (const trees of treeCounts) {
      report(`stability: ${recording.name}, ${trees} trees`);
      const runs = await sumsOfSeeds(matrix, trees, seeds);
      rows.push([
        recording.name,
        String(trees),
        ...contaminations.map((contamination) => {
          const flagged = runs.map((sums): StabilityRun => {
            const thresholdUnits = thresholdForContamination(sortSums(sums), contamination);
            return { sums, thresholdUnits };
          });
          return `${(100 * meanShareKept(flagged)).toFixed(1)} %`;
        }),
      ]);
    }
  }
  return [
    `Share of the alerts of one seed that another seed flags too, mean over all pairs of ${seeds} seeds; grower ` +
      'assay, sub-samples of 256 rows, features of `--detection plain`. By contamination:',
    markdownTable(['recording', 'trees', ...contaminations.map((contamination) => `${100 * contamination} %`)], rows),
  ].join('\n\n');
}

/** The mean over every choice of the run whose alerts are looked for in the others. */
function meanShareKept(runs: readonly StabilityRun[]): number {
  return mean(runs.map((first, position) => flagStability([first, ...runs.toSpliced(position, 1)]).meanShare ?? NaN));
}

async function sumsOfSeeds(matrix: FeatureMatrix, trees: number, seeds: number): Promise<readonly Int32Array[]> {
  const all: Int32Array[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const forest = await trainForest(
      matrix,
      { trees, sample: 256, featuresPerTree: null, seed, grower: 'assay' },
      { threads: availableParallelism(), signal: new AbortController().signal },
    );
    const sums = new Int32Array(matrix.rowCount);
    const pool = createScoringPool(forest, { threads: availableParallelism() });
    await pool.score(matrix.values, matrix.rowCount, sums);
    await pool.close();
    all.push(sums);
  }
  return all;
}

/** The features that the main job makes of a recording. */
async function featuresOf(recording: string, flags: readonly string[]): Promise<FeatureMatrix> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-stability-'));
  try {
    const casePath = join(folder, 'case.assay');
    await runAssay(['run', recording, '--case', casePath, '--trees', '10', '--detection', 'plain', ...flags]);
    const openedCase = openCaseReadOnly(casePath);
    try {
      const [{ featureSetId }] = openedCase.models();
      const featureCount = featureNames(openedCase.featureSpec(featureSetId)).length;
      const rowCount = openedCase.nextSequence();
      const values = new Float32Array(new SharedArrayBuffer(4 * rowCount * featureCount));
      for (const segment of openedCase.segments()) {
        const part = openedCase.readFeatures(featureSetId, segment);
        if (part === undefined) throw new Error(`Rows from ${segment.firstSequence} on have no features.`);
        values.set(part, segment.firstSequence * featureCount);
      }
      return { rowCount, featureCount, values };
    } finally {
      openedCase.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
