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

interface RunsOfThreads {
  readonly alone: OurReport[];
  readonly byTheme: OurReport[];
}

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
      () => runOurs('windows.ts', [part, '2']),
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
          note: 'Both sides come to the same sums. Threads start while the recording is read, on both sides.',
        },
        'window engine, 2 threads',
        name,
        viewPairs(pairs, perSecond(settings.windowRows), perSecond(settings.windowRows)),
      ),
    );
  }
  const byThreads = new Map([1, 2].map((threads) => [threads, { alone: [], byTheme: [] } as RunsOfThreads]));
  for (let run = 0; run < settings.pairs; run++) {
    for (const [threads, { alone, byTheme }] of byThreads) {
      alone.push(await runOurs('windows.ts', [whole, `${threads}`]));
      byTheme.push(await runOurs('theme-windows.ts', [whole, `${threads}`]));
    }
  }
  const featuresOf = ({ json }: OurReport): number => (json['features'] as readonly string[]).length;
  return [
    ...compared,
    ...[...byThreads].flatMap(([threads, { alone, byTheme }]) => {
      const ours = `window engine, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
      const shared = { unit: 'rows/s', target: { kind: 'none' } } as const;
      const payments = `${settings.longRows.toLocaleString('en')} payments`;
      return [
        aloneRow(
          { ...shared, what: `15 features over time, ${payments}` },
          ours,
          alone.map(perSecond(settings.longRows)),
        ),
        aloneRow(
          {
            ...shared,
            what: `the ${featuresOf(byTheme[0])} features over time of the default set, ${payments}`,
            note: 'Asked for: 250,000. Habits of 90 days, with countries and kinds.',
          },
          ours,
          byTheme.map(perSecond(settings.longRows)),
        ),
      ];
    }),
  ];
}

function assertSameSums(ours: readonly number[], theirs: readonly number[], peer: string): void {
  ours.forEach((sum, feature) => {
    if (Math.abs(sum - theirs[feature]) > 1e-5 * Math.abs(sum)) {
      throw new Error(`Feature ${feature} sums to ${sum} here and to ${theirs[feature]} in ${peer}.`);
    }
  });
}
