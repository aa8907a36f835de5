/*
 * `npm run campaign:long-life [-- --rows 10000000 --pieces 60 --folder F]`: a case that grows for months. The generator makes the
 * transactions; the first piece is read and trained on, every other one comes as a stream does (scored as it arrives, one process
 * a piece), and then the case is opened, tuned and triaged. Prints times and the largest resident set of each process, and
 * exits with 1 where a bar of docs/long-life.md is missed.
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { runNode, type NodeRun } from '../bench/run-node.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    pieces: { type: 'string', default: '60' },
    days: { type: 'string', default: '360' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const wantedRows = Number(values.rows);
const pieces = Number(values.pieces);
const days = Number(values.days);
/** About what the generator draws for a customer a day; a little more is asked for than is used. */
const paymentsPerCustomerDay = 3.3;
const mebibyte = 2 ** 20;

/** What docs/long-life.md promises, for 10 M rows. */
const barsMs: Readonly<Record<string, number>> = {
  'open the case': 3_000,
  'first page of alerts': 3_000,
  'look at an alert': 100,
  'move the line': 16,
  'verdict and next alert': 150,
};
const mostWindowBytes = 3 * 2 ** 30;

const folder = mkdtempSync(join(values.folder, 'assay-long-life-'));
const casePath = join(folder, 'long-life.assay');
const lines: string[] = [];
let isMet = true;

function say(what: string, value: string, bar = ''): void {
  const line = `| ${what} | ${value} | ${bar} |`;
  lines.push(line);
  console.log(line);
}

/** By the clock, and of processors: on a machine that does other things, too, the second says more. */
type LookTimes = Readonly<Record<string, { readonly clock: number; readonly processors: number }>>;

const short = (ms: number): string => (ms < 1000 ? `${ms.toFixed(1)} ms` : seconds(ms));
const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
const mebibytes = (bytes: number): string => `${Math.round(bytes / mebibyte)} MB`;

async function assay(...parameters: readonly string[]): Promise<NodeRun> {
  return runNode('scripts/assay.mjs', [...parameters, '--json']);
}

/** Cuts a recording into pieces of as many rows each; gives their paths. */
async function cut(recording: string): Promise<readonly string[]> {
  const perPiece = Math.ceil(wantedRows / pieces);
  const paths: string[] = [];
  let header: string | undefined;
  let piece: ReturnType<typeof createWriteStream> | undefined;
  let rows = 0;
  const end = async (): Promise<void> => {
    if (piece === undefined) return;
    piece.end();
    await once(piece, 'finish');
  };
  for await (const line of createInterface({ input: createReadStream(recording), crlfDelay: Infinity })) {
    if (header === undefined) {
      header = line;
      continue;
    }
    if (rows >= wantedRows) break;
    if (rows++ % perPiece === 0) {
      await end();
      paths.push(join(folder, `piece-${paths.length}.csv`));
      piece = createWriteStream(paths.at(-1) ?? '');
      piece.write(`${header}\n`);
    }
    if (piece?.write(`${line}\n`) === false) await once(piece, 'drain');
  }
  await end();
  return paths;
}

try {
  const recording = join(folder, 'all.csv');
  const customers = Math.ceil(wantedRows / (days * paymentsPerCustomerDay));
  console.log('| what | value | bar |\n| --- | --- | --- |');
  const made = await assay(
    ...['simulate', '--out', recording, '--days', String(days), '--customers', String(customers)],
    ...['--terminals', String(Math.ceil(customers / 10)), '--seed', '1'],
  );
  say(
    'generated',
    `${String(made.json['rows'])} rows, ${mebibytes(statSync(recording).size)}, ${seconds(made.wallMs)}`,
  );
  const [first, ...others] = await cut(recording);
  rmSync(recording);
  const label = ['--label', 'is_fraud', '--ignore', 'fraud_scenario', '--alerts-per-day', '60'];
  const trained = await assay('run', first, '--case', casePath, ...label);
  say('first piece read and trained on', `${seconds(trained.wallMs)}, ${mebibytes(trained.peakMemoryBytes)}`);
  let streamedMs = 0;
  let lastMs = 0;
  let streamedBytes = 0;
  for (const path of others) {
    const streamed = await assay('replay', path, '--case', casePath, '--speed', 'max');
    rmSync(path);
    streamedMs += streamed.wallMs;
    lastMs = streamed.wallMs;
    streamedBytes = Math.max(streamedBytes, streamed.peakMemoryBytes);
  }
  say(
    `${others.length} pieces as a stream`,
    `${seconds(streamedMs)}, the last one ${seconds(lastMs)}, ${mebibytes(streamedBytes)}`,
  );
  say('the case on the disk', mebibytes(statSync(casePath).size));
  const look = await runNode('test/campaigns/long-life/look.ts', [casePath]);
  say('rows', String(look.json['rows']));
  for (const [what, { clock: ms, processors }] of Object.entries(look.json['timesMs'] as LookTimes)) {
    const bar = barsMs[what];
    if (bar !== undefined && ms > bar) isMet = false;
    say(what, `${short(ms)} (${short(processors)} of processors)`, bar === undefined ? '' : `${bar} ms`);
  }
  if (look.peakMemoryBytes > mostWindowBytes) isMet = false;
  say('memory of all that', mebibytes(look.peakMemoryBytes), mebibytes(mostWindowBytes));
  const tuned = await assay('tune', '--case', casePath, '--alerts-per-day', '40');
  say('assay tune', `${seconds(tuned.wallMs)}, ${mebibytes(tuned.peakMemoryBytes)}`);
  const again = await assay('train', '--case', casePath, '--seed', '2', '--alerts-per-day', '60');
  say('trained anew on all rows', `${seconds(again.wallMs)}, ${mebibytes(again.peakMemoryBytes)}`);
  const whole = await assay('audit', '--case', casePath, '--verify');
  if (whole.json['whole'] !== true) isMet = false;
  say('chain of the history', whole.json['whole'] === true ? 'whole' : 'broken', 'whole');
  process.exitCode = isMet ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
