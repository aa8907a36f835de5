import { runPeer } from '../../peers/peers.ts';
import { longRecording } from '../recordings.ts';
import { aloneRow, compareRow, runPairs, viewPairs, type BenchRow, type Sample } from '../row.ts';
import { runOurs, type NodeRun, type OurReport } from '../run-node.ts';
import type { BenchSettings } from '../settings.ts';

/** Each peer with the least ratio asked of us beside it; the database engines use two threads. */
const peers = [
  { script: 'pandas_windows.py', name: 'pandas rolling group-by', target: { kind: 'none' } },
  { script: 'polars_windows.py', name: 'Polars rolling, 2 threads', target: { kind: 'ratio', bar: 2, aim: null } },
  { script: 'duckdb_windows.py', name: 'DuckDB windows, 2 threads', target: { kind: 'ratio', bar: 2, aim: null } },
] as const;

/** Fifteen features over time: transactions a second, beside peers. All must come to the same sums. */
export async function windowRows(settings: BenchSettings): Promise<BenchRow[]> {
  const part = await longRecording(settings.windowRows);
  const whole = await longRecording(settings.longRows);
  const perSecond =
    (rows: number) =>
    (run: Pick<OurReport & NodeRun, 'timesMs' | 'peakMemoryBytes'>): Sample => ({
      value: (1000 * rows) / run.timesMs['windows'][0],
      peakMemoryBytes: run.peakMemoryBytes,
    });
  const compared: BenchRow[] = [];
  for (const { script, name, target } of peers) {
    settings.report(`features over time beside ${script}`);
    const pairs = await runPairs(
      settings.pairs,
      () => runOurs('windows.ts', [part]),
      () => runPeer(script, [part]),
    );
    if (!('missing' in pairs.theirs))
      assertSameSums(
        pairs.ours[0].json['sums'] as readonly number[],
        pairs.theirs[0]['sums'] as readonly number[],
        name,
      );
    compared.push(
      compareRow(
        {
          what: `15 features over time, ${settings.windowRows.toLocaleString('en')} payments`,
          unit: 'rows/s',
          target,
          note: 'Both sides come to the same sums.',
        },
        'window engine, 1 thread',
        name,
        viewPairs(pairs, perSecond(settings.windowRows), perSecond(settings.windowRows)),
      ),
    );
  }
  const alone: OurReport[] = [];
  const byTheme: OurReport[] = [];
  for (let run = 0; run < settings.pairs; run++) {
    alone.push(await runOurs('windows.ts', [whole]));
    byTheme.push(await runOurs('theme-windows.ts', [whole]));
  }
  return [
    ...compared,
    aloneRow(
      {
        what: `15 features over time, ${settings.longRows.toLocaleString('en')} payments`,
        unit: 'rows/s',
        target: { kind: 'none' },
      },
      'window engine, 1 thread',
      alone.map(perSecond(settings.longRows)),
    ),
    aloneRow(
      {
        what: `the ${(byTheme[0].json['features'] as readonly string[]).length} features over time of the default set, ${settings.longRows.toLocaleString('en')} payments`,
        unit: 'rows/s',
        target: { kind: 'none' },
        note: 'Asked for: 250,000. Habits of 90 days, with countries and kinds.',
      },
      'window engine, 1 thread',
      byTheme.map(perSecond(settings.longRows)),
    ),
  ];
}

function assertSameSums(ours: readonly number[], theirs: readonly number[], peer: string): void {
  ours.forEach((sum, feature) => {
    if (Math.abs(sum - theirs[feature]) > 1e-5 * Math.abs(sum)) {
      throw new Error(`Feature ${feature} sums to ${sum} here and to ${theirs[feature]} in ${peer}.`);
    }
  });
}
