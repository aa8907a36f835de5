import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { createRecorder, newManifest } from '../../engine/jobs/streaming/recorder.ts';
import { documentedProfile, documentedValues } from './documented-examples.ts';

/*
 * What the examples of the documentation name, made small: a recording of some weeks in each form, the case of it with
 * two models, a quarantined row and a verdict, and what other commands write from that case.
 */

const dayMs = 86_400_000;
/** `evaluate --rolling` waits 30 days, trains 7, waits 7 and tests 7. */
const days = 56;
/** The case must have the rows by which examples name alerts; other recordings are shorter. */
const rowsOfCase = 4_800;
const rows = 336;
/** Wild payments: fraud, and flagged by any model. Those that examples name as alerts are among them. */
const wildEvery = 37;
const firstWild = 20;
const namedRows: ReadonlySet<number> = new Set(documentedValues('--alert').map(Number));
/** Ids that examples name; wild payments from the first one on have them. */
const namedIds = [...documentedValues('--id'), ...documentedValues('--transaction')];

const columns = [
  ...['payment_id', 'event_time', 'booked_at', 'customer_id', 'card_id', 'terminal_id', 'shop', 'amount', 'device_id'],
  ...['session', 'comment', 'confirmed_fraud', 'is_fraud'],
];

interface Payments {
  readonly fromDay: number;
  readonly count: number;
  /** Time between two rows. */
  readonly apartMs: number;
  /** Days and amounts as they are written where the comma is decimal. */
  readonly hasCommas?: boolean;
}

/** The same payments on every machine. */
function payments({ fromDay, count, apartMs, hasCommas = false }: Payments): readonly (readonly string[])[] {
  return Array.from({ length: count }, (_, row) => {
    const turn = ((row + 1) * 2_654_435_761) % 4_294_967_296;
    const isFraud = row % wildEvery === firstWild || namedRows.has(row);
    const time = new Date(Date.UTC(2026, 3, 1 + fromDay) + row * apartMs + (turn % 60_000));
    const [year, month, day] = time.toISOString().slice(0, 10).split('-');
    const amount = isFraud ? 900 + (turn % 9000) / 10 : 10 + (turn % 4000) / 100;
    return [
      namedIds[(row - firstWild) / wildEvery] ?? String(500_000 + fromDay * 10_000 + row),
      time.toISOString(),
      [day, month, year].join(hasCommas ? '/' : '.'),
      `C${turn % 7}`,
      `K${turn % 90}`,
      `T${turn % 5}`,
      `shop ${turn % 6}`,
      hasCommas ? amount.toFixed(2).replace('.', ',') : amount.toFixed(2),
      `D${turn % 11}`,
      `S${row % 13}`,
      ['as usual', 'by telephone', ''][row % 3],
      ...[isFraud ? '1' : '0', isFraud ? '1' : '0'],
    ];
  });
}

/** Some weeks of payments, the months after each other. */
function weeks(month: number, count = rows): readonly (readonly string[])[] {
  return payments({ fromDay: month * days, count, apartMs: (days * dayMs) / count });
}

function delimited(rows: readonly (readonly string[])[], delimiter = ','): string {
  return `${[columns, ...rows].map((cells) => cells.join(delimiter)).join('\n')}\n`;
}

function objects(rows: readonly (readonly string[])[]): readonly string[] {
  return rows.map((cells) => JSON.stringify(Object.fromEntries(columns.map((name, place) => [name, cells[place]]))));
}

/** Runs a command of Assay that must succeed; paths are absolute. */
export type RunExpected = (parameters: readonly string[]) => Promise<void>;

const cases = ['april', 'month', 'monday', 'live'];
const recordings = ['april', 'may', 'june', 'recording', 'next-month', 'export'];

/** Makes everything that an example may read, in the folder `made`. */
export async function makeExamplePlaces(made: string, run: RunExpected): Promise<void> {
  const place = (name: string): string => join(made, name);
  mkdirSync(made, { recursive: true });
  for (const [month, name] of recordings.entries()) {
    const text = delimited(weeks(month, name === 'april' ? rowsOfCase : rows));
    // The case holds one row that cannot be read, for the commands about quarantine.
    writeFileSync(place(`${name}.csv`), name === 'april' ? `${text}cut off\n` : text);
    writeFileSync(place(`${name}.csv.gz`), gzipSync(text));
  }
  writeFileSync(place('month.csv'), delimited(weeks(0)).replace('amount', 'TX_AMOUNT'));
  writeFileSync(place('tuesday.csv'), delimited(payments({ fromDay: days, count: 30, apartMs: 60_000 })));
  writeFileSync(place('export.txt'), delimited(weeks(0), '^'));
  writeFileSync(
    place(withCommas),
    delimited(payments({ fromDay: 0, count: rows, apartMs: dayMs / 6, hasCommas: true }), ';'),
  );
  writeFileSync(place('messages.ndjson'), `${objects(weeks(0)).join('\n')}\n`);
  for (const name of ['profile.yaml', 'columns.yaml']) writeFileSync(place(name), documentedProfile());
  await recordTopic(place('monday'));

  const spring = place('spring.assay');
  await run(['run', place('april.csv'), '--case', spring, '--label', 'is_fraud', '--trees', '60']);
  await run(['train', '--case', spring, '--trees', '60', '--seed', '2']);
  // The first model is the champion again, with one before it to roll back to.
  await run(['promote', '--case', spring, '--model', '2', '--reason', 'finds more']);
  await run(['promote', '--case', spring, '--model', '1', '--reason', 'steadier']);
  await run(['judge', '--case', spring, '--alert', '4711', '--as', 'fraud']);
  const shortly = ['--past', '1d', '--for', '1d'];
  await run(['suppress', 'add', '--case', spring, '--counterpart', 'T4', ...shortly, '--reason', 'toll gates']);
  for (const name of ['ana', 'ben'])
    await run(['label', 'export', '--case', spring, '--out', place(`${name}.verdicts`)]);
  const charged = weeks(0, rowsOfCase).filter((_, row) => row % wildEvery === firstWild);
  writeFileSync(
    place('chargebacks.csv'),
    ['payment_id,is_fraud,reported_at', ...charged.map(([id]) => `${id},1,2026-07-01T00:00:00Z`)].join('\n'),
  );
  writeFileSync(place('authority.pem'), rootCertificates[0]);
  await run(['seal', '--make-key']);
  await run(['seal', '--case', spring]);
  for (const [name, file] of [['forest', 'isolation-forest'] as const, ['boosted', 'boosted'] as const])
    cpSync(join(import.meta.dirname, '..', 'foreign-models', `${file}.onnx`), place(`${name}.onnx`));
  for (const name of cases) cpSync(spring, place(`${name}.assay`));
  for (const name of ['spec.json', 'features.json'])
    await run(['features', '--case', spring, '--no-one-out', '--spec', place(name)]);
  await run(['export', 'mlflow', '--case', spring, '--out', place('spring-model')]);
  await run(['seal', '--folder', place('spring-model')]);
  cpSync(place('spring-model'), place('month-model'), { recursive: true });
}

/** A folder as `assay record` leaves it. */
async function recordTopic(folder: string): Promise<void> {
  mkdirSync(folder);
  const recorder = createRecorder({
    folder,
    manifest: newManifest('cluster', 'payments'),
    startOffsets: new Map([[0, 0]]),
    rotateBytes: 2 ** 20,
    force: false,
  });
  await recorder.write(
    objects(weeks(1)).map((value, offset) => ({
      partition: 0,
      offset,
      timestampMs: Date.UTC(2026, 4, 27) + offset * 60_000,
      key: null,
      value: Buffer.from(value),
      headers: [],
    })),
  );
  await recorder.finish();
}

/** Commands that make the case they name, and those flags after which an output is named. */
const makesCase: ReadonlySet<string> = new Set(['run', 'ingest', 'replay']);
const outputFlags: ReadonlySet<string> = new Set(['--out', '--spec']);
/** Stands for the recording of an example that says how its numbers are written. */
const withCommas = 'with-commas.csv';

/** Puts what the words name into a folder of its own; what the command is to write is not put there. */
export function placeForExample(made: string, folder: string, words: readonly string[]): void {
  for (const [position, word] of words.entries()) {
    const before = words[position - 1] ?? '';
    if (outputFlags.has(before) || (before === '--case' && makesCase.has(words[0]))) continue;
    const name = word.split('/')[0];
    if (!/\w/.test(name) || !existsSync(join(made, name))) continue;
    const isWithCommas = name.endsWith('.csv') && words.includes('--number-format');
    cpSync(join(made, isWithCommas ? withCommas : name), join(folder, name), { recursive: true });
  }
}
