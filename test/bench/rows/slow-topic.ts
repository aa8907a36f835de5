import { aloneRow, type BenchRow } from '../row.ts';
import { runOurs, type OurReport } from '../run-node.ts';
import type { BenchSettings } from '../settings.ts';
import { median } from '../statistics.ts';

/** A case that a slow topic filled: its small segments are merged as rows come, so that it is read as fast as another. */
export async function slowTopicRows(settings: BenchSettings): Promise<BenchRow[]> {
  settings.report('a slow topic');
  const runs: OurReport[] = [];
  for (let run = 0; run < settings.pairs; run++) runs.push(await runOurs('slow-topic.ts', []));
  return [
    aloneRow(
      {
        what: 'two columns read, 20,000 rows that came ten at a time',
        unit: 'ms',
        target: { kind: 'at-most', bar: 50, aim: 10 },
        note: `The case has ${String(runs[0].json['segments'])} segments.`,
      },
      'opened anew for each of 20 reads, the median',
      runs.map((run) => ({ value: median(run.timesMs['two columns']), peakMemoryBytes: run.peakMemoryBytes })),
    ),
  ];
}
