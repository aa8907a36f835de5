import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runPeer, type PeerReport } from '../../peers/peers.ts';
import { WIDE_FEATURES, wideMatrix } from '../recordings.ts';
import { compareRow, runPairs, viewPairs, type BenchRow, type Pairs, type Sample, type Target } from '../row.ts';
import { runOurs, type OurReport } from '../run-node.ts';
import type { BenchSettings } from '../settings.ts';
import { median } from '../statistics.ts';

const repeat = ['--repeat', '3'];
const columns = ['--columns', String(WIDE_FEATURES)];

interface TimedRun {
  readonly timesMs: Readonly<Record<string, readonly number[]>>;
  readonly peakMemoryBytes: number;
}

/** The middle time of a step, as rows a second. */
const rowsPerSecond =
  (step: string, rows: number) =>
  (run: TimedRun): Sample => ({
    value: (1000 * rows) / median(run.timesMs[step]),
    peakMemoryBytes: run.peakMemoryBytes,
  });

const milliseconds =
  (step: string) =>
  (run: TimedRun): Sample => ({ value: median(run.timesMs[step]), peakMemoryBytes: run.peakMemoryBytes });

/** Training, training with contamination, and scoring, beside each library that does the same. */
export async function forestRows(settings: BenchSettings): Promise<BenchRow[]> {
  const matrix = join(settings.folder, 'wide.f32');
  const model = join(settings.folder, 'forest.onnx');
  await writeFile(matrix, new Uint8Array(wideMatrix(settings.wideRows).buffer));
  const ours = (): Promise<OurReport> => runOurs('forest.ts', [matrix, ...columns, ...repeat, '--onnx', model]);
  const beside = async (
    script: `${string}.py`,
    more: readonly string[] = [],
  ): Promise<Pairs<OurReport, PeerReport>> => {
    settings.report(`forest beside ${script}`);
    return runPairs(settings.pairs, ours, () => runPeer(script, [matrix, ...columns, ...repeat, ...more]));
  };
  const scikit = await beside('sklearn_forest.py');
  const runtime = await beside('onnxruntime_score.py', ['--model', model]);
  const isotree = await beside('isotree_forest.py');
  const yggdrasil = await beside('ydf_forest.py');
  settings.report('forest beside ml-isolation-forest as shipped');
  const library = await runPairs(settings.pairs, ours, () =>
    runOurs('library-as-shipped.ts', [matrix, ...columns, '--rows', String(settings.libraryRows)]),
  );
  if (scikit.ours.some((run) => run.json['differing'] !== 0)) throw new Error('The kernel gave other sums.');

  const rows = settings.wideRows;
  const size = `${rows.toLocaleString('en')} × 30`;
  const score = (
    pairs: Pairs<OurReport, TimedRun>,
    step: string,
    oursName: string,
    peer: string,
    target: Target,
    note?: string,
    peerRows = rows,
  ): BenchRow =>
    compareRow(
      { what: `scoring, ${size}`, unit: 'rows/s', target, ...(note === undefined ? {} : { note }) },
      oursName,
      peer,
      viewPairs(pairs, rowsPerSecond(step, rows), rowsPerSecond('score', peerRows)),
    );
  const training = (
    pairs: Pairs<OurReport, TimedRun>,
    what: string,
    step: string,
    peer: string,
    target: Target,
  ): BenchRow =>
    compareRow(
      { what: `${what}, ${size}`, unit: 'ms', target },
      'assay grower',
      peer,
      viewPairs(pairs, milliseconds(step), milliseconds(step)),
    );
  const none: Target = { kind: 'none' };
  return [
    score(scikit, 'scoreKernel2', 'kernel, 2 threads', 'scikit-learn `score_samples`, n_jobs=2', {
      kind: 'ratio',
      bar: 30,
      aim: 60,
    }),
    score(scikit, 'scoreKernel1', 'kernel, 1 thread', 'scikit-learn `score_samples`, n_jobs=2', none),
    score(scikit, 'scoreTypedArrays', 'typed arrays, 1 thread', 'scikit-learn `score_samples`, n_jobs=2', none),
    score(runtime, 'scoreKernel2', 'kernel, 2 threads', 'onnxruntime, the same forest, 2 threads', {
      kind: 'ratio',
      bar: 4,
      aim: 8,
    }),
    score(isotree, 'scoreKernel2', 'kernel, 2 threads', 'isotree, 2 threads', { kind: 'ratio', bar: null, aim: 1.5 }),
    score(yggdrasil, 'scoreKernel2', 'kernel, 2 threads', 'YDF, 2 threads', none),
    score(
      library,
      'scoreKernel2',
      'kernel, 2 threads',
      'ml-isolation-forest as shipped',
      none,
      `The library was trained on and scored ${settings.libraryRows.toLocaleString('en')} rows, as it grows every tree on all rows.`,
      settings.libraryRows,
    ),
    training(scikit, 'training', 'fit', 'scikit-learn `fit`, n_jobs=2', { kind: 'ratio', bar: 8, aim: null }),
    training(isotree, 'training', 'fit', 'isotree, 2 threads', { kind: 'ratio', bar: null, aim: 1 }),
    training(yggdrasil, 'training', 'fit', 'YDF, 2 threads', none),
    training(scikit, 'fit with contamination', 'fitWithContamination', 'scikit-learn, n_jobs=2', {
      kind: 'ratio',
      bar: 15,
      aim: 30,
    }),
  ];
}

/** Reasons for one flagged row. */
export async function reasonRows(settings: BenchSettings): Promise<BenchRow[]> {
  const matrix = join(settings.folder, 'wide.f32');
  const forest = join(settings.folder, 'forest.json');
  const alerts = join(settings.folder, 'alerts.f32');
  await writeFile(matrix, new Uint8Array(wideMatrix(settings.wideRows).buffer));
  settings.report('reasons beside shap');
  const pairs = await runPairs(
    settings.pairs,
    () => runOurs('reasons.ts', [matrix, ...columns, '--forest', forest, '--rows', alerts]),
    () => runPeer('shap_values.py', [alerts, ...columns, '--forest', forest]),
  );
  return [
    compareRow(
      { what: 'reasons for one flag, 30 features', unit: 'ms', target: { kind: 'at-most', bar: 10, aim: 1 } },
      'exact TreeSHAP, one row',
      '`shap.TreeExplainer`, one row',
      viewPairs(pairs, milliseconds('explainOne'), milliseconds('explainOne')),
    ),
  ];
}
