// `npm run bench`: Assay beside its peers, into docs/benchmarks.md and docs/benchmarks.json.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { peersArePresent } from '../peers/peers.ts';
import { benchmarkPage, type BenchmarkRecord, type MeasuredGroup } from './benchmark-page.ts';
import { currentLoad, describeMachine } from './machine.ts';
import { writePage } from './markdown.ts';
import type { BenchRow } from './row.ts';
import { digestRows } from './rows/digests.ts';
import { forestRows, reasonRows } from './rows/forest.ts';
import { kafkaRows } from './rows/kafka.ts';
import { learningRows } from './rows/learning.ts';
import { longRunRows, mainJobRows, scalingRows } from './rows/main-job.ts';
import { slowTopicRows } from './rows/slow-topic.ts';
import { startRows } from './rows/start.ts';
import { tuningRows } from './rows/tuning.ts';
import { windowRows } from './rows/windows.ts';
import { workbenchRows } from './rows/workbench.ts';
import { fullSize, quickSize, type BenchSettings } from './settings.ts';

const groups: Readonly<Record<string, (settings: BenchSettings) => Promise<BenchRow[]>>> = {
  start: startRows,
  forest: forestRows,
  'main-job': mainJobRows,
  digests: digestRows,
  'long-run': longRunRows,
  scaling: scalingRows,
  'slow-topic': slowTopicRows,
  tuning: tuningRows,
  reasons: reasonRows,
  windows: windowRows,
  learning: learningRows,
  workbench: workbenchRows,
  kafka: kafkaRows,
};
const names = Object.keys(groups);
const record = resolve(import.meta.dirname, '../../docs/benchmarks.json');

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false }, pairs: { type: 'string' } },
});
const wanted = options.only?.split(',') ?? names;
if (wanted.some((name) => !names.includes(name))) {
  console.error(`Use: npm run bench -- [--quick] [--pairs N] [--only ${names.join(',')}]`);
  process.exitCode = 2;
} else {
  await measure(wanted);
}

/** Measures some groups. With --quick only shows the page; else it takes the place of what the record held of them. */
async function measure(chosen: readonly string[]): Promise<void> {
  if (!peersArePresent) console.error('The Python peers are missing: run node test/peers/make-environment.mjs first.');
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
  const size = options.quick ? quickSize : fullSize;
  const pairs = options.pairs === undefined ? size.pairs : Number(options.pairs);
  const settings = { ...size, pairs, folder, report: (line: string) => console.error(line) };
  const machine = describeMachine();
  let measured: readonly MeasuredGroup[] = options.quick ? [] : await measuredBefore();
  try {
    for (const name of chosen) {
      const loadBefore = currentLoad();
      const rows = await groups[name](settings);
      const measuredAt = new Date().toISOString().slice(0, 10);
      const group = { name, rows, pairs, loadBefore, loadAfter: currentLoad(), measuredAt };
      measured = names.flatMap((other) => (other === name ? [group] : measured.filter((one) => one.name === other)));
      if (!options.quick) await keep({ machine, groups: measured });
    }
    if (options.quick) console.log(benchmarkPage({ machine, groups: measured }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measuredBefore(): Promise<readonly MeasuredGroup[]> {
  return existsSync(record) ? (JSON.parse(await readFile(record, 'utf8')) as BenchmarkRecord).groups : [];
}

async function keep(benchmarks: BenchmarkRecord): Promise<void> {
  await writeFile(record, `${JSON.stringify(benchmarks, null, 2)}\n`);
  await writePage(record.replace(/json$/, 'md'), benchmarkPage(benchmarks));
}
