import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect } from '../../../engine/store/sqlite.ts';
import { labelledRecordings } from '../recordings.ts';
import { compareRow, runPairs, viewPairs, type BenchRow, type Pairs, type Sample } from '../row.ts';
import { runAssay, type NodeRun } from '../run-node.ts';
import type { BenchSettings } from '../settings.ts';
import { median } from '../statistics.ts';
import { removeCase } from './main-job.ts';

const hook = pathToFileURL(resolve(import.meta.dirname, '../without-digests.mjs')).href;

interface KeptRun extends NodeRun {
  readonly caseBytes: number;
}

const processorSeconds = ({ processorMs, peakMemoryBytes }: KeptRun): Sample => ({
  value: processorMs / 1000,
  peakMemoryBytes,
});
const megabytes = ({ caseBytes, peakMemoryBytes }: KeptRun): Sample => ({ value: caseBytes / 1e6, peakMemoryBytes });

/** The median times of whole commands, which hang on what else the machine does. */
function clockWords({ ours, theirs }: Pairs<KeptRun, KeptRun>): string {
  const of = (runs: readonly KeptRun[]): string => `${(median(runs.map(({ wallMs }) => wallMs)) / 1000).toFixed(2)} s`;
  return `${of(ours)} with them${'missing' in theirs ? '' : ` and ${of(theirs)} without`}`;
}

async function keptRun(
  { folder }: BenchSettings,
  recording: string,
  label: string,
  imports: readonly string[],
): Promise<KeptRun> {
  const casePath = join(folder, 'digests.assay');
  await removeCase(casePath);
  const run = await runAssay(['run', recording, '--case', casePath, '--label', label, '--trees', '100'], imports);
  const { size } = await stat(casePath);
  if (digestsIn(casePath) > 0 !== (imports.length === 0))
    throw new Error('The digests were not left out: their functions have other names than in without-digests.mjs.');
  await removeCase(casePath);
  return { ...run, caseBytes: size };
}

function digestsIn(casePath: string): number {
  const connection = connect(casePath, { readonly: true });
  try {
    return connection.prepare<[], [number]>('SELECT count(*) FROM evidence').raw().get()?.[0] ?? 0;
  } finally {
    connection.close();
  }
}

/** What the digests of a case cost: the main job with them and without, in pairs. */
export async function digestRows(settings: BenchSettings): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { what, path, label } of await labelledRecordings(settings)) {
    settings.report(`main job with and without digests, ${what}`);
    const pairs = await runPairs(
      settings.pairs,
      () => keptRun(settings, path, label, []),
      () => keptRun(settings, path, label, [hook]),
    );
    rows.push(
      compareRow(
        {
          what: `digests, processor time of the main job, ${what}`,
          unit: 's',
          target: { kind: 'ratio', bar: 1 / 1.05, aim: null },
          note: `At most 5 % more with them. By the clock ${clockWords(pairs)}.`,
        },
        '`assay run`',
        'the same without them',
        viewPairs(pairs, processorSeconds, processorSeconds),
      ),
      compareRow(
        {
          what: `digests, size of the case, ${what}`,
          unit: 'MB',
          target: { kind: 'ratio', bar: 1 / 1.02, aim: null },
          note: 'At most 2 % larger with them.',
        },
        '`assay run`',
        'the same without them',
        viewPairs(pairs, megabytes, megabytes),
      ),
    );
  }
  return rows;
}
