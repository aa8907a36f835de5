import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedDataPath } from '../../shared-data.ts';
import { markdownTable } from '../markdown.ts';
import { runAssay } from '../run-node.ts';

interface ListedAlert {
  readonly entity: string;
  readonly day: string;
  readonly flagged: number;
  readonly theme: string;
  readonly reason: string;
}

const listed = 10;

/** What untouched defaults flag among real purchases that nobody labelled: the leading themes, and the strongest alerts. */
export async function measurePurchasingCards(_: number, report: (line: string) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-purchasing-cards-'));
  try {
    const casePath = join(folder, 'case.assay');
    report('purchasing cards');
    const recording = sharedDataPath('pcards-2010', 'purchasing-cards-2010.csv.gz');
    const { json: run } = await runAssay(['run', recording, '--case', casePath, '--alerts-per-day', '20']);
    const { json } = await runAssay(['alerts', '--case', casePath, '--reasons']);
    const alerts = json['alerts'] as readonly ListedAlert[];
    const count = (from: readonly ListedAlert[], theme: string): string =>
      `${((100 * from.filter((alert) => alert.theme === theme).length) / from.length).toFixed(1)} %`;
    const themes = [...new Set(alerts.map(({ theme }) => theme))].toSorted();
    return [
      `The ${Number(run['rows']).toLocaleString('en')} purchases of a government's cards in 2010, untouched, 20 alerts a day: ` +
        `${alerts.length.toLocaleString('en')} alerts of ${Number(run['flagged']).toLocaleString('en')} transactions. By the theme that leads:`,
      markdownTable(
        ['leading theme', 'of all alerts', 'of the strongest 100'],
        themes.map((theme) => [theme, count(alerts, theme), count(alerts.slice(0, 100), theme)]),
      ),
      `The strongest ${listed}:`,
      markdownTable(
        ['card', 'day', 'transactions', 'theme', 'first reason'],
        alerts
          .slice(0, listed)
          .map(({ entity, day, flagged, theme, reason }) => [entity, day, String(flagged), theme, reason]),
      ),
    ].join('\n\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
