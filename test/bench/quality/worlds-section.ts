import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sharedDataPath } from '../../shared-data.ts';
import { markdownTable } from '../markdown.ts';
import { runAssay } from '../run-node.ts';
import {
  freshSeeds,
  measureRun,
  proposalOfCase,
  ways,
  withInterval,
  type Measured,
  type Proposal,
  type Way,
} from './world-ways.ts';

const bundled = resolve(import.meta.dirname, '../../../datasets/payments-30-days.csv.gz');
const handbookMonths = ['04', '05', '06', '07', '08'];

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
    const proposal = await proposalOfCase(folder, handbook);
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
        ...(await measureRolling(handbook, way, proposal)),
      ]);
    }
    return [
      `300 trees, seed 1, trained and scored on the whole recording; recall at 20 alerts a day. Fresh: seeds ${freshSeeds.join(', ')} of ` +
        '`assay simulate`, mean ± 1.96 standard errors. Handbook: 15 rolling weeks, April to August 2018, mean of days and its 95 % interval. ' +
        'Without risk is without every feature that uses labels.',
      markdownTable(
        ['way', 'bundled AP', 'AUROC', 'recall', 'fresh AP', 'fresh recall', 'Handbook AP', 'card precision at 100'],
        rows,
      ),
    ].join('\n\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Rolled {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

async function measureRolling(casePath: string, way: Way, proposal: Proposal): Promise<readonly string[]> {
  const { json } = await runAssay(['evaluate', '--case', casePath, '--rolling', ...way.flags(proposal)]);
  const { auprc, cardPrecision } = json['overall'] as Readonly<Record<string, Rolled | null>>;
  return [auprc, cardPrecision].map((figure) =>
    figure === null ? '' : `${figure.mean.toFixed(3)} (${figure.low.toFixed(3)} to ${figure.high.toFixed(3)})`,
  );
}
