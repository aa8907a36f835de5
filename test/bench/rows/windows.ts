import { runPeer } from '../../peers/peers.ts';
import { longRecording } from '../recordings.ts';
import { aloneRow, compareRow, runPairs, viewPairs, type BenchRow, type Sample } from '../row.ts';
import { runOurs, type NodeRun, type OurReport } from '../run-node.ts';
import type { BenchSettings } from '../settings.ts';

/** Fifteen features over time: transactions a second, beside pandas. Both must come to the same sums. */
export async function windowRows(settings: BenchSettings): Promise<BenchRow[]> {
  const part = await longRecording(settings.windowRows);
  const whole = await longRecording(settings.longRows);
  settings.report('features over time beside pandas');
  const pairs = await runPairs(
    settings.pairs,
    () => runOurs('windows.ts', [part]),
    () => runPeer('pandas_windows.py', [part]),
  );
  if (!('missing' in pairs.theirs)) {
    assertSameSums(pairs.ours[0].json['sums'] as readonly number[], pairs.theirs[0]['sums'] as readonly number[]);
  }
  const alone: OurReport[] = [];
  for (let run = 0; run < settings.pairs; run++) alone.push(await runOurs('windows.ts', [whole]));
  const perSecond =
    (rows: number) =>
    (run: Pick<OurReport & NodeRun, 'timesMs' | 'peakMemoryBytes'>): Sample => ({
      value: (1000 * rows) / run.timesMs['windows'][0],
      peakMemoryBytes: run.peakMemoryBytes,
    });
  return [
    compareRow(
      {
        what: `15 features over time, ${settings.windowRows.toLocaleString('en')} payments`,
        unit: 'rows/s',
        target: { kind: 'none' },
        note: 'Both sides come to the same sums.',
      },
      'window engine, 1 thread',
      'pandas rolling group-by',
      viewPairs(pairs, perSecond(settings.windowRows), perSecond(settings.windowRows)),
    ),
    aloneRow(
      {
        what: `15 features over time, ${settings.longRows.toLocaleString('en')} payments`,
        unit: 'rows/s',
        target: { kind: 'none' },
      },
      'window engine, 1 thread',
      alone.map(perSecond(settings.longRows)),
    ),
  ];
}

function assertSameSums(ours: readonly number[], theirs: readonly number[]): void {
  ours.forEach((sum, feature) => {
    if (Math.abs(sum - theirs[feature]) > 1e-5 * Math.abs(sum)) {
      throw new Error(`Feature ${feature} sums to ${sum} here and to ${theirs[feature]} in pandas.`);
    }
  });
}
