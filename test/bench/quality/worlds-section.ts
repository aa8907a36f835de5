import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { featureNames, themesOf } from '../../../engine/domain/feature-spec.ts';
import { openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { sharedDataPath } from '../../shared-data.ts';
import { markdownTable } from '../markdown.ts';
import { runAssay } from '../run-node.ts';
import { mean } from '../statistics.ts';

/** Seeds that were not looked at while features and structure were chosen (those were 1, 7 and 11). */
const freshSeeds = [23, 42, 101, 102, 5, 17, 88, 203];
const bundled = resolve(import.meta.dirname, '../../../datasets/payments-30-days.csv.gz');
const handbookMonths = ['04', '05', '06', '07', '08'];

/** A way to detect: flags of `assay run`, given the features by theme. */
interface Way {
  readonly name: string;
  readonly flags: (themes: ReadonlyMap<string, readonly string[]>) => readonly string[];
}

const withoutTheme = (theme: string): Way => ({
  name: `by theme, without ${theme}`,
  flags: (themes) => ['--leave-out', (themes.get(theme) ?? []).join(',')],
});
const ways: readonly Way[] = [
  { name: 'plain: features and trees alike', flags: () => ['--detection', 'plain'] },
  { name: 'by theme', flags: () => [] },
  ...['amount', 'velocity', 'new', 'time', 'terminal', 'risk'].map(withoutTheme),
];

/** What features and trees by theme find beside plain ones: on the bundled recording, fresh simulated ones, and the Handbook's weeks. */
export async function measureWorlds(_: number, report: (line: string) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-worlds-'));
  try {
    const fresh: string[] = [];
    for (const seed of freshSeeds) {
      fresh.push(join(folder, `${seed}.csv.gz`));
      await runAssay(['simulate', '--out', join(folder, `${seed}.csv.gz`), '--seed', String(seed)]);
    }
    const handbook = join(folder, 'handbook.assay');
    report('worlds: reading the Handbook');
    await runAssay([
      'run',
      ...handbookMonths.map((month) => sharedDataPath('handbook', `transactions-2018-${month}.csv.gz`)),
      ...['--case', handbook, '--label', 'TX_FRAUD', '--ignore', 'TX_FRAUD_SCENARIO'],
    ]);
    const rows: string[][] = [];
    for (const way of ways) {
      report(`worlds: ${way.name}`);
      const own = await measureRun(folder, bundled, way);
      const others: Measured[] = [];
      for (const recording of fresh) others.push(await measureRun(folder, recording, way));
      rows.push([
        way.name,
        ...[own.auprc, own.auroc, own.recall].map((value) => value.toFixed(3)),
        withInterval(others.map(({ auprc }) => auprc)),
        withInterval(others.map(({ recall }) => recall)),
        ...(await measureRolling(handbook, way)),
      ]);
    }
    return [
      `300 trees, seed 1, trained and scored on the whole recording; recall at 20 alerts a day. Fresh: seeds ${freshSeeds.join(', ')} of ` +
        '`assay simulate`, mean ± 1.96 standard errors. Handbook: 15 rolling weeks, April to August 2018, mean of days.',
      markdownTable(
        ['way', 'bundled AP', 'AUROC', 'recall', 'fresh AP', 'fresh recall', 'Handbook AP', 'card precision at 100'],
        rows,
      ),
    ].join('\n\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly auprc: number;
  readonly auroc: number;
  readonly recall: number;
}

async function measureRun(folder: string, recording: string, way: Way): Promise<Measured> {
  const casePath = join(folder, 'run.assay');
  const flags = way.flags(await themesOfRecording(folder, recording));
  const { json } = await runAssay(['run', recording, '--case', casePath, '--alerts-per-day', '20', ...flags]);
  await rm(casePath, { force: true });
  return json['evaluation'] as Measured;
}

const knownThemes = new Map<string, ReadonlyMap<string, readonly string[]>>();

/** The names of the features of each theme, as a first run on the recording proposes them. */
async function themesOfRecording(folder: string, recording: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const known = knownThemes.get(recording);
  if (known !== undefined) return known;
  const casePath = join(folder, 'themes.assay');
  await runAssay(['run', recording, '--case', casePath]);
  const themes = themesOfCase(casePath);
  await rm(casePath, { force: true });
  knownThemes.set(recording, themes);
  return themes;
}

function themesOfCase(casePath: string): ReadonlyMap<string, readonly string[]> {
  const openedCase = openCaseReadOnly(casePath);
  try {
    const [{ featureSetId }] = openedCase.models();
    const spec = openedCase.featureSpec(featureSetId);
    const names = featureNames(spec);
    return new Map(themesOf(spec).map(({ theme, features }) => [theme, features.map((feature) => names[feature])]));
  } finally {
    openedCase.close();
  }
}

async function measureRolling(casePath: string, way: Way): Promise<readonly string[]> {
  const { json } = await runAssay(['evaluate', '--case', casePath, '--rolling', ...way.flags(themesOfCase(casePath))]);
  const { auprc, cardPrecision } = json['overall'] as Readonly<Record<string, { readonly mean: number } | null>>;
  return [auprc, cardPrecision].map((figure) => figure?.mean.toFixed(3) ?? '');
}

function withInterval(values: readonly number[]): string {
  const centre = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
  return `${centre.toFixed(3)} ± ${(1.96 * Math.sqrt(variance / values.length)).toFixed(3)}`;
}
