import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPeer } from '../../peers/peers.ts';
import { sharedDataPath } from '../../shared-data.ts';
import { markdownTable } from '../markdown.ts';
import { mean, standardDeviation } from '../statistics.ts';
import { sample, trees, type Quality } from './command-quality.ts';
import { readLabelledSets, threeSigma } from './labelled-sets.ts';
import { plainCsv, type LabelledRecording } from './read-matrix.ts';

const plain = 'as published';

/** A week of the Handbook's features, with and without those that use labels. */
function handbookRecordings(): readonly LabelledRecording[] {
  const week: LabelledRecording = {
    name: 'Handbook week',
    recording: sharedDataPath('handbook', 'features-2018-07-25_2018-07-31.csv.gz'),
    label: 'TX_FRAUD',
    ignored: ['TRANSACTION_ID', 'TX_DATETIME', 'CUSTOMER_ID', 'TERMINAL_ID', 'TX_FRAUD_SCENARIO'],
  };
  const risks = [1, 7, 30].map((days) => `TERMINAL_ID_RISK_${days}DAY_WINDOW`);
  return [week, { ...week, name: 'the same without labels in features', ignored: [...week.ignored, ...risks] }];
}

/** Other ways to split and score, on every set: means, and whether they leave the band of the published way. */
export async function measureDetectors(seeds: number, report: (line: string) => void): Promise<string> {
  const sets = [...(await readLabelledSets()), ...handbookRecordings()];
  const folder = await mkdtemp(join(tmpdir(), 'assay-detectors-'));
  const table = join(folder, 'rows.csv');
  const found: { readonly set: string; readonly quality: Readonly<Record<string, Quality>> }[] = [];
  try {
    for (const set of sets) {
      report(`detectors: ${set.name}`);
      await writeFile(table, await plainCsv(set));
      const forest = ['--trees', String(trees), '--sample', String(sample), '--seeds', String(seeds)];
      const { quality } = await runPeer('isotree_variants.py', [table, '--label', 'label', ...forest]);
      found.push({ set: set.name, quality: quality as Readonly<Record<string, Quality>> });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const variants = Object.keys(found[0].quality);
  const summary = variants.map((variant) => {
    const places = found.flatMap(({ quality }) =>
      (['auroc', 'auprc'] as const).map((figure) => placeOf(quality[variant][figure], quality[plain][figure], seeds)),
    );
    const count = (place: number): string => String(places.filter((one) => one === place).length);
    return [variant, variant === plain ? '' : count(1), variant === plain ? '' : count(-1)];
  });
  return [
    `isotree on standardised columns, ${trees} trees, ${sample} rows a tree unless said, mean of ${seeds} seeds. ` +
      '↑ and ↓: outside three sigma of the difference to the published way.',
    '### How often each leaves the band of the published way',
    markdownTable(['way', 'above', 'below'], summary),
    ...(['auroc', 'auprc'] as const).flatMap((figure) => [
      `### ${figure.toUpperCase()} by way`,
      markdownTable(
        ['set', ...variants],
        found.map(({ set, quality }) => [
          set,
          ...variants.map((variant) => {
            const place = placeOf(quality[variant][figure], quality[plain][figure], seeds);
            return `${mean(quality[variant][figure]).toFixed(3)}${place > 0 ? ' ↑' : place < 0 ? ' ↓' : ''}`;
          }),
        ]),
      ),
    ]),
  ].join('\n\n');
}

/** 1 above, -1 below, 0 inside three standard errors of the difference, by the spread of the published way. */
function placeOf(values: readonly number[], published: readonly number[], seeds: number): number {
  const band = threeSigma(standardDeviation(published), seeds, seeds);
  const difference = mean(values) - mean(published);
  return Math.abs(difference) <= band ? 0 : Math.sign(difference);
}
