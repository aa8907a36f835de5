import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { growerNames, type GrowerName } from '../../../engine/domain/model.ts';
import { auroc, averagePrecision } from '../../../engine/evaluation/ranking.ts';
import { sharedDataPath } from '../../shared-data.ts';
import { markdownTable } from '../markdown.ts';
import { runAssay } from '../run-node.ts';
import { median } from '../statistics.ts';
import { readLabelledMatrix } from './read-matrix.ts';

const month = (name: string): string => sharedDataPath('handbook', `transactions-2018-${name}.csv.gz`);
const label = 'TX_FRAUD';
const scenario = 'TX_FRAUD_SCENARIO';

interface Trial {
  readonly name: string;
  readonly trained: readonly string[];
  readonly scored: string;
  /** Flags of `assay run` besides label and seed. */
  readonly flags: readonly string[];
  /** What scikit-learn reaches with the published features on the same rows, and AUPRC with it. */
  readonly published: { readonly auroc: number; readonly auprc: number } | null;
}

const julyToAugust = { auroc: 0.8491, auprc: 0.3064 };

const trials: readonly Trial[] = [
  { name: 'July → August', trained: ['07'], scored: '08', flags: [], published: julyToAugust },
  {
    name: 'July → August, without features over time',
    trained: ['07'],
    scored: '08',
    flags: ['--no-windows'],
    published: null,
  },
  {
    name: 'July → August, 4,096 rows a tree',
    trained: ['07'],
    scored: '08',
    flags: ['--sample', '4096'],
    published: null,
  },
  {
    name: 'April to July → August',
    trained: ['04', '05', '06', '07'],
    scored: '08',
    flags: [],
    published: julyToAugust,
  },
];

/** Trains on some months of simulated card payments, scores a later one, and compares with its labels. */
export async function measureHandbook(seeds: number, report: (line: string) => void): Promise<string> {
  const rows: string[][] = [];
  for (const trial of trials) {
    const { labels } = await readLabelledMatrix({
      recording: month(trial.scored),
      label,
      ignored: ['TX_DATETIME', scenario],
    });
    for (const grower of growerNames) {
      report(`handbook: ${trial.name}, ${grower}`);
      rows.push([trial.name, grower, ...(await measureTrial(trial, grower, labels, seeds))]);
    }
  }
  return [
    `Features of \`--detection plain\`, 100 trees of 256 rows unless said, median (least to greatest) of ${seeds} seeds. ` +
      'Labels enter the features only a week after their payment; the scored month follows the trained ones. ' +
      'Published: scikit-learn with the features of the Handbook, trained on July.',
    markdownTable(
      ['trained → scored', 'grower', 'features', 'AUROC', 'AUPRC', 'published AUROC', 'published AUPRC'],
      rows,
    ),
  ].join('\n\n');
}

async function measureTrial(trial: Trial, grower: GrowerName, labels: Uint8Array, seeds: number): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-handbook-'));
  try {
    const casePath = join(folder, 'case.assay');
    const output = join(folder, 'scores.csv');
    const areas: number[] = [];
    const precisions: number[] = [];
    let features = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const { json } = await runAssay([
        'run',
        ...trial.trained.map(month),
        ...['--case', casePath, '--label', label, '--ignore', scenario],
        ...['--trees', '100', '--sample', '256', '--seed', String(seed), '--grower', grower, '--detection', 'plain'],
        ...trial.flags,
      ]);
      features = (json['features'] as readonly string[]).length;
      const { digest } = json['model'] as { readonly digest: string };
      await runAssay(['score', month(trial.scored), '--model', casePath, '--model-name', digest, '--out', output]);
      const scores = await readScores(output);
      areas.push(auroc(labels, scores) ?? NaN);
      precisions.push(averagePrecision(labels, scores) ?? NaN);
    }
    const { published } = trial;
    return [
      String(features),
      withRange(areas),
      withRange(precisions),
      published === null ? '' : published.auroc.toFixed(4),
      published === null ? '' : published.auprc.toFixed(4),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readScores(path: string): Promise<Float64Array> {
  const [header, ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const column = header.split(',').indexOf('score');
  return Float64Array.from(lines, (line) => Number(line.split(',')[column]));
}

function withRange(values: readonly number[]): string {
  return `${median(values).toFixed(4)} (${Math.min(...values).toFixed(4)} to ${Math.max(...values).toFixed(4)})`;
}
