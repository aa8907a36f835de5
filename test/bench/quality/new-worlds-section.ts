import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from '../markdown.ts';
import { runAssay } from '../run-node.ts';
import { freshSeeds, measureRun, ways, withInterval, type Measured, type Way } from './world-ways.ts';

const worlds = ['transfers', 'merchants'] as const;
/** Two months: a habit needs more than one standing order. */
const size = ['--customers', '400', '--days', '60'];
const missing = '0.4';
const seeds = freshSeeds.slice(0, 6);

/** The same ways in the worlds of transfers and of merchants, over seeds that were not looked at. */
export async function measureNewWorlds(_: number, report: (line: string) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-new-worlds-'));
  try {
    const whole = await simulated(folder, 'whole', []);
    const rows: string[][] = [];
    for (const way of ways) {
      report(`new worlds: ${way.name}`);
      rows.push([way.name, ...(await measureWay(folder, whole, way))]);
    }
    report('new worlds: labels missing');
    const unlabelled = await simulated(folder, 'some', ['--missing-labels', missing]);
    const byTheme: Way = { name: `by theme, ${Number(missing) * 100} % of the labels missing`, flags: () => [] };
    rows.push([byTheme.name, ...(await measureWay(folder, unlabelled, byTheme))]);
    return [
      `300 trees, seed 1; \`assay simulate --world NAME ${size.join(' ')}\` with seeds ${seeds.join(', ')}, trained and scored on the ` +
        'whole recording; recall at 20 alerts a day; mean ± 1.96 standard errors over the seeds. Without risk is without every feature that uses labels.',
      markdownTable(['way', ...worlds.flatMap((world) => [`${world}: AP`, 'AUROC', 'recall'])], rows),
    ].join('\n\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Recordings = Readonly<Record<(typeof worlds)[number], readonly string[]>>;

async function simulated(folder: string, name: string, flags: readonly string[]): Promise<Recordings> {
  const recordings = { transfers: [] as string[], merchants: [] as string[] };
  for (const world of worlds)
    for (const seed of seeds) {
      const file = join(folder, `${world}-${name}-${seed}.csv.gz`);
      await runAssay(['simulate', '--out', file, '--world', world, '--seed', String(seed), ...size, ...flags]);
      recordings[world].push(file);
    }
  return recordings;
}

async function measureWay(folder: string, recordings: Recordings, way: Way): Promise<readonly string[]> {
  const cells: string[] = [];
  for (const world of worlds) {
    const measured: Measured[] = [];
    for (const recording of recordings[world]) measured.push(await measureRun(folder, recording, way));
    for (const figure of ['auprc', 'auroc', 'recall'] as const)
      cells.push(withInterval(measured.map((each) => each[figure])));
  }
  return cells;
}
