import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runPeer, type PeerReport } from '../../peers/peers.ts';
import { labelledRecordings, longRecording, wideRecording } from '../recordings.ts';
import { aloneRow, compareRow, runPairs, viewPairs, type BenchRow, type Sample } from '../row.ts';
import { runAssay, runOurs, type NodeRun, type OurReport } from '../run-node.ts';
import type { BenchSettings } from '../settings.ts';
import { median, percentile } from '../statistics.ts';

/** The main job on a fresh case, as a user starts it: wall clock of the whole command, its start included. */
async function freshRun(
  settings: BenchSettings,
  recording: string,
  label: string,
  keep: string | null,
  flags: readonly string[] = [],
): Promise<NodeRun> {
  const casePath = keep ?? join(settings.folder, 'fresh.assay');
  await removeCase(casePath);
  const run = await runAssay(['run', recording, '--case', casePath, '--label', label, '--trees', '100', ...flags]);
  if (keep === null) await removeCase(casePath);
  return run;
}

/** Reading a recording into a fresh case, to the last row on the disk. */
async function freshIngest(settings: BenchSettings, recording: string): Promise<NodeRun> {
  const casePath = join(settings.folder, 'fresh.assay');
  await removeCase(casePath);
  const run = await runAssay(['ingest', recording, '--case', casePath]);
  await removeCase(casePath);
  return run;
}

function readingSeconds({ json, peakMemoryBytes }: NodeRun): Sample {
  return { value: (Number(json['readMs']) + Number(json['storeMs'])) / 1000, peakMemoryBytes };
}

/** Takes a case away, with what SQLite keeps beside it. */
export async function removeCase(casePath: string): Promise<void> {
  for (const end of ['', '-wal', '-shm']) await rm(`${casePath}${end}`, { force: true });
}

const seconds = (run: NodeRun): Sample => ({ value: run.wallMs / 1000, peakMemoryBytes: run.peakMemoryBytes });

/** The median time of each step, in words. */
function stepsInWords(runs: readonly Readonly<Record<string, number>>[]): string {
  return Object.keys(runs[0])
    .map((step) => `${step} ${(median(runs.map((times) => times[step])) / 1000).toFixed(2)} s`)
    .join(', ');
}

function stepsOfOurs(runs: readonly NodeRun[]): string {
  return stepsInWords(
    runs.map(({ json }) => {
      const timings = json['timings'] as Readonly<Record<string, number>>;
      const steps = Object.entries(timings).filter(([name]) => name !== 'totalMs');
      return Object.fromEntries(steps.map(([name, timeMs]) => [name.replace(/Ms$/, ''), timeMs]));
    }),
  );
}

function stepsOfPeer(reports: readonly PeerReport[]): string {
  return stepsInWords(
    reports.map(({ timesMs }) => Object.fromEntries(Object.entries(timesMs).map(([step, times]) => [step, times[0]]))),
  );
}

/** The main job on 30 columns, beside the same work in Python and beside the least that can be done. */
export async function mainJobRows(settings: BenchSettings): Promise<BenchRow[]> {
  const recording = await wideRecording(settings.wideRows);
  const ours = (): Promise<NodeRun> => freshRun(settings, recording, 'Class', null);
  settings.report('main job beside pandas, scikit-learn and SQLite');
  const python = await runPairs(settings.pairs, ours, async () => {
    const startedMs = performance.now();
    const report = await runPeer('sklearn_main_job.py', [recording, '--label', 'Class']);
    return { report, value: (performance.now() - startedMs) / 1000, peakMemoryBytes: report.peakMemoryBytes };
  });
  settings.report('main job beside Polars, isotree and DuckDB');
  const tables = await runPairs(settings.pairs, ours, async () => {
    const startedMs = performance.now();
    const report = await runPeer('tables_main_job.py', [recording, '--label', 'Class']);
    return { report, value: (performance.now() - startedMs) / 1000, peakMemoryBytes: report.peakMemoryBytes };
  });
  settings.report('reading beside Polars');
  const reading = await runPairs(
    settings.pairs,
    () => freshIngest(settings, recording),
    () => runPeer('tables_main_job.py', [recording, '--label', 'Class', '--only-read']),
  );
  settings.report('reading beside its floor');
  const kept = await runPairs(
    settings.pairs,
    () => freshIngest(settings, recording),
    () => runOurs('kept-bytes.ts', [recording]),
  );
  settings.report('main job beside its floor');
  const floor = await runPairs(settings.pairs, ours, () => runOurs('floor.ts', [recording]));
  const same = (sample: Sample): Sample => sample;
  const rows = `${settings.wideRows.toLocaleString('en')} × 30 CSV`;
  return [
    compareRow(
      {
        what: `main job, ${rows}`,
        unit: 's',
        target: { kind: 'ratio', bar: 4, aim: 6 },
        note: `Of ours, ${stepsOfOurs(python.ours)}${'missing' in python.theirs ? '' : `; of Python, ${stepsOfPeer(python.theirs.map(({ report }) => report))}`}. The rest is the start of the programs.`,
      },
      '`assay run`',
      'pandas + scikit-learn + SQLite',
      viewPairs(python, seconds, same),
    ),
    compareRow(
      {
        what: `main job, ${rows}`,
        unit: 's',
        target: { kind: 'ratio', bar: 2.2, aim: 3 },
        note: `Of ours, ${stepsOfOurs(tables.ours)}${'missing' in tables.theirs ? '' : `; of the tables, ${stepsOfPeer(tables.theirs.map(({ report }) => report))}`}. The rest is the start of the programs.`,
      },
      '`assay run`',
      'Polars + isotree + DuckDB',
      viewPairs(tables, seconds, same),
    ),
    compareRow(
      {
        what: `reading alone, ${rows}`,
        unit: 's',
        target: { kind: 'ratio', bar: 0.7, aim: 1 },
        note: 'Without the start of either program. Ours keeps and stores what was received, and its typed columns; Polars has typed columns in memory.',
      },
      '`assay ingest`',
      'Polars `read_csv`, 2 threads',
      viewPairs(reading, readingSeconds, (report) => ({
        value: report.timesMs['read'][0] / 1000,
        peakMemoryBytes: report.peakMemoryBytes,
      })),
    ),
    compareRow(
      {
        what: `reading alone, ${rows}`,
        unit: 's',
        target: { kind: 'none' },
        note: 'The floor reads the bytes, digests, compresses and writes them on one thread: no rows, no columns, no database.',
      },
      '`assay ingest`',
      'keeping the bytes alone',
      viewPairs(kept, readingSeconds, ({ timesMs, peakMemoryBytes }) => ({
        value: timesMs['total'][0] / 1000,
        peakMemoryBytes,
      })),
    ),
    compareRow(
      {
        what: `main job, ${rows}`,
        unit: 's',
        target: { kind: 'ratio', bar: null, aim: 1 / 1.3 },
        note: 'The floor reads the lines and inserts each into SQLite (WAL, synchronous FULL), nothing in between.',
      },
      '`assay run`',
      'reading the file and writing the rows',
      viewPairs(floor, seconds, seconds),
    ),
  ];
}

/** The main job on card payments with features over time: its memory and its time; then pages of what it flagged. */
export async function longRunRows(settings: BenchSettings): Promise<BenchRow[]> {
  const recording = await longRecording(settings.longRows);
  const casePath = join(settings.folder, 'long.assay');
  const runs: NodeRun[] = [];
  for (let run = 0; run < Math.min(settings.pairs, 3); run++) {
    settings.report(`main job on ${settings.longRows} rows`);
    runs.push(await freshRun(settings, recording, 'TX_FRAUD', casePath));
  }
  const rows = `${settings.longRows.toLocaleString('en')} rows`;
  const features = (runs[0].json['features'] as readonly string[]).length;
  settings.report('pages of the flagged table');
  await runAssay(['tune', '--case', casePath, '--contamination', '0.5']);
  const pages: OurReport[] = [];
  for (let run = 0; run < settings.pairs; run++) pages.push(await runOurs('alert-pages.ts', [casePath]));
  const flagged = Number(pages[0].json['flagged']).toLocaleString('en');
  const slow = (step: string): readonly Sample[] =>
    pages.map((run) => ({ value: percentile(run.timesMs[step], 0.99), peakMemoryBytes: run.peakMemoryBytes }));
  await removeCase(casePath);
  return [
    aloneRow(
      { what: `memory, main job on ${rows}`, unit: 'MB', target: { kind: 'at-most', bar: 1200, aim: 600 } },
      `\`assay run\`, ${features} features`,
      runs.map((run) => ({ value: run.peakMemoryBytes / 1e6, peakMemoryBytes: run.peakMemoryBytes })),
    ),
    aloneRow(
      { what: `time, main job on ${rows}`, unit: 's', target: { kind: 'none' } },
      `\`assay run\`, ${features} features`,
      runs.map(seconds),
    ),
    aloneRow(
      {
        what: `a page of the flagged table at any depth, ${rows}`,
        unit: 'ms',
        target: { kind: 'at-most', bar: 50, aim: 10 },
        note: `The 99th percentile of 100 pages of 100 rows at random depths among ${flagged} flagged rows.`,
      },
      'page of 100 rows',
      slow('page'),
    ),
    aloneRow(
      {
        what: `the same page's transactions as received, ${rows}`,
        unit: 'ms',
        target: { kind: 'none' },
        note: 'The 99th percentile of 100 pages; the rows of a page lie anywhere in the stream.',
      },
      '100 transactions',
      slow('pageAsReceived'),
    ),
  ];
}

/** The main job and its steps by the cores that compute. */
export async function scalingRows(settings: BenchSettings): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { what, path, label } of await labelledRecordings(settings))
    for (const threads of [1, 2]) {
      settings.report(`main job on ${what}, --threads ${threads}`);
      const runs: NodeRun[] = [];
      for (let run = 0; run < Math.min(settings.pairs, 3); run++)
        runs.push(await freshRun(settings, path, label, null, ['--threads', String(threads)]));
      rows.push(
        aloneRow(
          {
            what: `main job by cores, ${what}`,
            unit: 's',
            target: { kind: 'none' },
            note: `With --threads ${threads}: ${stepsOfOurs(runs)}. Reading stores on a thread of its own either way; with two, one more reads numbers ahead.`,
          },
          `\`assay run --threads ${threads}\``,
          runs.map(seconds),
        ),
      );
    }
  return rows;
}
