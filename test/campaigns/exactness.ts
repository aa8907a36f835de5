/*
 * `npm run campaign:exactness`: one model per shared recording through every scorer there is: typed arrays, kernel, kernel
 * on two threads, ONNX Runtime in Node and in Python at batch 1, 7, 1000 and all rows on one and two threads.
 * Prints a table and exits with 1 where one sum or flag differs. Needs the shared recordings.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { featureNames } from '../../engine/domain/feature-spec.ts';
import type { CompiledForest, FeatureMatrix } from '../../engine/domain/model.ts';
import { openOnnxScorer } from '../../engine/export/onnx/onnx-scorer.ts';
import { decodeForest } from '../../engine/forest/compile.ts';
import { createKernelScorer } from '../../engine/forest/kernel/kernel-scorer.ts';
import { createScoringPool } from '../../engine/forest/kernel/scoring-pool.ts';
import { scoreSums } from '../../engine/forest/score.ts';
import { createCommandLineEngine } from '../../engine/host/command-line-engine.ts';
import { readFeatureRows } from '../../engine/case/model/feature-rows.ts';
import { openCaseReadOnly } from '../../engine/store/open-case.ts';
import { peersArePresent, runPeer } from '../peers/peers.ts';
import { sharedDataPath } from '../shared-data.ts';

const recordings = [
  'Ionosphere.csv',
  'PageBlocks.csv',
  'Pima.csv',
  'SpamBase.csv',
  'annthyroid.csv',
  'breastw.csv',
  'campaign.csv.gz',
  'cardio.csv',
  'mammography.csv',
  'satellite.csv',
  'shuttle.csv.gz',
  'smtp.csv',
].map((name) => ({ name, path: sharedDataPath('adbench', name), label: 'label' }));
recordings.push({ name: 'ulb-day1', path: sharedDataPath('ulb-creditcard', 'ulb-day1-sample.csv'), label: 'Class' });

interface Difference {
  readonly scorer: string;
  readonly sums: number;
  readonly flags: number;
}

const context = { signal: new AbortController().signal, report: () => undefined };
let differing = 0;
for (const recording of recordings) {
  const folder = mkdtempSync(join(tmpdir(), 'assay-exactness-'));
  try {
    const differences = await differencesOf(recording, folder);
    const wrong = differences.filter(({ sums, flags }) => sums > 0 || flags > 0);
    differing += wrong.length;
    const verdict = wrong.length === 0 ? '0 sums and 0 flags differ' : JSON.stringify(wrong);
    console.log(`${recording.name.padEnd(18)} ${String(differences.length).padStart(3)} scorers: ${verdict}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
if (!peersArePresent) console.log('Python peers are absent: run node test/peers/make-environment.mjs for them.');
process.exitCode = differing === 0 ? 0 : 1;

async function differencesOf(recording: (typeof recordings)[number], folder: string): Promise<readonly Difference[]> {
  const casePath = join(folder, 'a.assay');
  const engine = createCommandLineEngine();
  const answer = await engine.runJob(
    'run',
    {
      recordings: [recording.path],
      casePath,
      overrides: { label: recording.label },
      forest: { trees: 100, seed: 1 },
    },
    context,
  );
  const exported = await engine.runJob('exportOnnx', { casePath, output: folder }, context);
  if (!answer.ok) throw new Error(answer.error.message);
  if (!exported.ok) throw new Error(exported.error.message);
  const { forest, matrix, thresholdUnits } = readModel(casePath);
  const expected = new Int32Array(matrix.rowCount);
  scoreSums(forest, matrix.values, matrix.rowCount, expected);
  const compare = (scorer: string, sums: ArrayLike<number>, flags?: ArrayLike<number>): Difference => ({
    scorer,
    sums: countWhere(expected.length, (row) => sums[row] !== expected[row]),
    flags:
      flags === undefined
        ? 0
        : countWhere(expected.length, (row) => flags[row] !== Number(expected[row] <= thresholdUnits)),
  });
  return [
    ...(await kernelDifferences(forest, matrix, compare)),
    ...(await onnxDifferences(readFileSync(join(folder, 'model.onnx')), matrix, compare)),
    ...(await pythonDifferences(folder, matrix, expected, thresholdUnits)),
  ];
}

function readModel(casePath: string): {
  readonly forest: CompiledForest;
  readonly matrix: FeatureMatrix;
  readonly thresholdUnits: number;
} {
  const openedCase = openCaseReadOnly(casePath);
  try {
    const model = openedCase.models()[0];
    const rows = Uint32Array.from({ length: openedCase.nextSequence() }, (_, row) => row);
    const columns = featureNames(openedCase.featureSpec(model.featureSetId)).length;
    const matrix = readFeatureRows(openedCase, model.featureSetId, columns, rows);
    return { forest: decodeForest(openedCase.readForest(model.id)), matrix, thresholdUnits: model.threshold.units };
  } finally {
    openedCase.close();
  }
}

type Compare = (scorer: string, sums: ArrayLike<number>, flags?: ArrayLike<number>) => Difference;

async function kernelDifferences(
  forest: CompiledForest,
  matrix: FeatureMatrix,
  compare: Compare,
): Promise<readonly Difference[]> {
  const kernel = createKernelScorer(forest);
  if (kernel === null) throw new Error('The scoring kernel is missing; run npm run build.');
  const sums = new Int32Array(matrix.rowCount);
  kernel.scoreSums(matrix.values, matrix.rowCount, sums);
  const differences = [compare('kernel, 1 thread', sums)];
  const pool = createScoringPool(forest, { threads: 2 });
  try {
    const pooled = new Int32Array(matrix.rowCount);
    await pool.started;
    await pool.score(matrix.values, matrix.rowCount, pooled);
    differences.push(compare('kernel, 2 threads', pooled));
  } finally {
    await pool.close();
  }
  return differences;
}

async function onnxDifferences(
  model: Uint8Array,
  matrix: FeatureMatrix,
  compare: Compare,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const threads of [1, 2])
    for (const batchRows of [1, 7, 1000, matrix.rowCount]) {
      const scorer = await openOnnxScorer(model, { threads, batchRows });
      const { sums, flags } = await scorer.score(matrix);
      await scorer.close();
      differences.push(compare(`onnxruntime-node, batch ${batchRows}, ${threads} threads`, sums, flags));
    }
  return differences;
}

async function pythonDifferences(
  folder: string,
  matrix: FeatureMatrix,
  expected: Int32Array,
  thresholdUnits: number,
): Promise<readonly Difference[]> {
  if (!peersArePresent) return [];
  writeFileSync(join(folder, 'matrix.f32'), matrix.values);
  const lines = Array.from(expected, (sum) => `${sum},${Number(sum <= thresholdUnits)}`);
  writeFileSync(join(folder, 'expected.csv'), `sum,flagged\n${lines.join('\n')}\n`);
  const report = await runPeer('check_onnx.py', [
    join(folder, 'matrix.f32'),
    '--columns',
    String(matrix.featureCount),
    '--model',
    join(folder, 'model.onnx'),
    '--expected',
    join(folder, 'expected.csv'),
  ]);
  const entries = report['differing'] as readonly { batch: number; threads: number; sums: number; flags: number }[];
  return entries.map(({ batch, threads, sums, flags }) => ({
    scorer: `onnxruntime in Python, batch ${batch}, ${threads} threads`,
    sums,
    flags,
  }));
}

function countWhere(length: number, test: (row: number) => boolean): number {
  let count = 0;
  for (let row = 0; row < length; row++) if (test(row)) count++;
  return count;
}
