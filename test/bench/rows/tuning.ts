import { aloneRow, type BenchRow } from '../row.ts';
import { runOurs, type OurReport } from '../run-node.ts';
import type { BenchSettings } from '../settings.ts';
import { percentile } from '../statistics.ts';

/** Each handle of the threshold, moved to 200 places. */
export async function tuningRows(settings: BenchSettings): Promise<BenchRow[]> {
  settings.report('threshold handles');
  const runs: OurReport[] = [];
  for (let run = 0; run < settings.pairs; run++) {
    runs.push(await runOurs('tuning.ts', ['--rows', String(settings.longRows)]));
  }
  const rows = `${settings.longRows.toLocaleString('en')} scores`;
  return Object.keys(runs[0].timesMs).map((step) => {
    const once = step === 'sort once';
    return aloneRow(
      {
        what: once ? `sorting for the handles, ${rows}` : `threshold moved, ${rows}: ${step}`,
        unit: 'ms',
        target: once ? { kind: 'none' } : { kind: 'at-most', bar: 16, aim: 4 },
        ...(step === 'contamination'
          ? {
              note:
                'The 99th percentile of 200 moves, for each handle; a move gives counts, histogram (120 bins), the ' +
                'curve of precision and recall, and the flagged rows.',
            }
          : {}),
      },
      once ? 'once per model' : '99 % of moves within',
      runs.map((run) => ({ value: percentile(run.timesMs[step], 0.99), peakMemoryBytes: run.peakMemoryBytes })),
    );
  });
}
