import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { longRecording } from '../recordings.ts';
import { aloneRow, compareRow, viewPairs, type BenchRow, type Sample } from '../row.ts';
import { runAssay, runOurs, type NodeRun, type OurReport } from '../run-node.ts';
import type { BenchSettings } from '../settings.ts';
import { median } from '../statistics.ts';

const VERDICTS = 700;

/** Learning from verdicts on the first alerts of a case, as the command does it, and scoring with what was learned. */
export async function learningRows(settings: BenchSettings): Promise<BenchRow[]> {
  const rows = settings.windowRows;
  const recording = await longRecording(rows);
  const casePath = join(settings.folder, 'learning.assay');
  settings.report('learning: a case with verdicts');
  await runAssay(['run', recording, '--case', casePath, '--label', 'TX_FRAUD']);
  const { json } = await runAssay(['alerts', '--case', casePath]);
  const alerts = json['alerts'] as readonly { readonly topId: string }[];
  // The first alerts of this recording are all fraud; from top to line there are both kinds.
  const ids = Array.from(
    { length: Math.min(VERDICTS, alerts.length) },
    (_, place) => alerts[Math.floor((place * alerts.length) / VERDICTS)].topId,
  );
  const labels = new Map(
    (await readFile(recording, 'utf8')).split('\n').map((line) => [line.slice(0, line.indexOf(',')), line.slice(-1)]),
  );
  const verdicts = join(settings.folder, 'verdicts.csv');
  const lines = ids.map((id) => `${id},${labels.get(id) ?? ''},2018-12-01T00:00:00Z`);
  await writeFile(verdicts, `id,fraud,known\n${lines.join('\n')}\n`);
  const columns = ['--id', 'id', '--label', 'fraud', '--known-at', 'known'];
  await runAssay(['label', 'import', verdicts, '--case', casePath, ...columns]);

  const learned: NodeRun[] = [];
  const scored: OurReport[] = [];
  for (let run = 0; run < settings.pairs; run++) {
    settings.report(`learning: run ${run + 1}`);
    learned.push(await runAssay(['learn', '--case', casePath]));
    scored.push(await runOurs('learned-scores.ts', [casePath]));
  }
  const [{ json: first }] = learned;
  const { alerts: judged } = first['verdicts'] as { readonly alerts: number };
  const perSecond =
    (step: string) =>
    (run: OurReport): Sample => ({
      value: (1000 * rows) / median(run.timesMs[step]),
      peakMemoryBytes: run.peakMemoryBytes,
    });
  return [
    aloneRow(
      {
        what: `learning from ${judged} verdicts, ${rows.toLocaleString('en')} payments`,
        unit: 's',
        target: { kind: 'at-most', bar: 5, aim: 3 },
        note: 'The whole command: five folds, later days, the model, its scores, stored.',
      },
      'assay learn',
      learned.map(({ wallMs, peakMemoryBytes }) => ({ value: wallMs / 1000, peakMemoryBytes })),
    ),
    compareRow(
      {
        what: `scoring with what was learned, ${rows.toLocaleString('en')} payments`,
        unit: 'rows/s',
        target: { kind: 'ratio', bar: 1 / 1.5, aim: 0.9 },
        note: `${String(scored[0].json['trees'])} trees each; one thread.`,
      },
      'the learned model',
      'a forest of as many trees',
      viewPairs({ ours: scored, theirs: scored }, perSecond('learned'), perSecond('plain')),
    ),
  ];
}
