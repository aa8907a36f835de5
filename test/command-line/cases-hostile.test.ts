import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRecording } from '../../engine/stream/open-recording.ts';
import { jsonOf, runAssay, startAssay, temporaryFolder, type CommandOutcome } from './run-assay.ts';
import { describeWithSharedCases, sharedCasePath } from '../shared-data.ts';
import { storedRows } from '../stored-rows.ts';

interface Ingested {
  readonly rows: number;
  readonly quarantined: number;
  readonly columns: readonly { readonly name: string; readonly role: string }[];
  readonly notices: readonly string[];
}

async function ingest(path: string, ...flags: readonly string[]): Promise<CommandOutcome> {
  const folder = temporaryFolder();
  return runAssay(['ingest', path, '--case', join(folder, 'read.assay'), '--json', ...flags], folder);
}

/** How often each value stands in a column of a recording. */
async function countsOf(path: string, name: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const reader = await openRecording(path);
  try {
    for await (const batch of reader.batches())
      for (let row = 0; row < batch.rowCount; row++) {
        const text = batch.text(row, batch.columnNames.indexOf(name)) ?? '';
        counts.set(text, (counts.get(text) ?? 0) + 1);
      }
  } finally {
    await reader.close();
  }
  return counts;
}

/** The sentence of a refusal; the test fails where it is none, or blames Assay. */
function refusal(outcome: CommandOutcome): string {
  expect(outcome.signal).toBeNull();
  expect(outcome.code).toBe(2);
  const { error } = jsonOf(outcome) as { error: { code: string; message: string } };
  expect(error.code).not.toBe('INTERNAL');
  expect(error.message).not.toMatch(/fault in Assay|undefined|\bat \//);
  return error.message;
}

describeWithSharedCases('files that broke the reader', () => {
  it.each([
    ['unhandled.parquet', /is not the one that the schema has there/],
    ['compSize3e9.parquet', /declared as 3,000,000,000/],
    ['hang4095.parquet', /the size of a page/],
    ['rows2e8.parquet', /200000000 rows/],
    ['typeerror.parquet', /do not fit together/],
  ])('%s is refused with what is wrong in it', async (file, what) => {
    expect(refusal(await ingest(sharedCasePath('hostile', file)))).toMatch(what);
  });

  it('e5445.parquet: a time that no calendar has does not end the job', async () => {
    const { rows, quarantined } = jsonOf(
      await ingest(sharedCasePath('hostile', 'e5445.parquet')),
    ) as unknown as Ingested;
    expect(rows + quarantined).toBe(30);
  });

  it('keys5k.ndjson: keys that carry data go to quarantine beyond the limit, with the reason', async () => {
    const result = jsonOf(await ingest(sharedCasePath('hostile', 'keys5k.ndjson'))) as unknown as Ingested;
    expect(result.rows + result.quarantined).toBe(5000);
    expect(result.columns.length).toBe(2048);
    expect(result.notices.join('\n')).toMatch(/keys beyond the 2,048 different ones/);
  });

  it('03: decimals of 38 digits keep every digit, so that ids stay apart', async () => {
    const folder = temporaryFolder();
    const casePath = join(folder, 'read.assay');
    const path = sharedCasePath('reading', '03-decimal38-ids.parquet');
    const { columns } = jsonOf(
      await runAssay(['ingest', path, '--case', casePath, '--json'], folder),
    ) as unknown as Ingested;
    expect(columns.find(({ name }) => name === 'txn_id')?.role).toBe('id');
    expect((await countsOf(path, 'txn_id')).size).toBe(240);
    expect([...(await countsOf(path, 'card')).values()]).toEqual(Array.from({ length: 8 }, () => 30));
  });

  it('11: one time beyond the calendar puts its row into quarantine', async () => {
    const result = jsonOf(
      await ingest(sharedCasePath('reading', '11-timestamp-out-of-range.parquet')),
    ) as unknown as Ingested;
    expect([result.rows, result.quarantined]).toEqual([239, 1]);
  });

  it('25: local timestamps are told in the zone that is named, as those of the CSV are', async () => {
    const times = [...(await countsOf(sharedCasePath('reading', '25-local-timestamps.parquet'), 'txn_time')).keys()];
    expect(times.every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/.test(time))).toBe(true);
    expect([...new Set(times.map((time) => Number(time.slice(11, 13))))].sort((a, b) => a - b)).toEqual([
      9, 11, 13, 15,
    ]);
  });
});

describe('limits, each with a sentence', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-hostile-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it('columns of a CSV file', async () => {
    const names = Array.from({ length: 5000 }, (_, index) => `c${index}`);
    const rows = Array.from({ length: 5 }, () => names.map((_, index) => index).join(','));
    expect(refusal(await ingest(write('wide.csv', [names.join(','), ...rows, ''].join('\n'))))).toMatch(
      /5,000 columns/,
    );
  });

  it('depth of JSON, of objects and of lists', async () => {
    const nested = (open: string, close: string): string => `${open.repeat(40_000)}1${close.repeat(40_000)}`;
    const rows = [
      nested('{"a":', '}'),
      `{"id":"x","list":${nested('[', ']')}}`,
      '{"id":"a","amount":1}',
      '{"id":"b","amount":2}',
    ];
    const result = jsonOf(await ingest(write('deep.ndjson', [...rows, ''].join('\n')))) as unknown as Ingested;
    expect(result.rows).toBeGreaterThanOrEqual(2);
    expect(result.notices.join('\n')).toMatch(/more than 32 deep/);
  });

  it('decompression', async () => {
    const rows = Buffer.from(`id,amount\n${'1,2\n'.repeat(1 << 20)}`);
    const bomb = Buffer.concat(Array.from({ length: 30 }, () => zstdCompressSync(rows)));
    expect(refusal(await ingest(write('bomb.csv.zst', bomb)))).toMatch(/unfolds to more than 400 times/);
  });

  it('a Parquet text that is repeated by its dictionary until the rows fill the memory', async () => {
    const long = 'x'.repeat(1_500_000);
    const data = Array.from({ length: 3000 }, (_, index) => (index % 100 === 0 ? long : 'short'));
    const columnData = [
      { name: 'id', data: data.map((_, index) => index), type: 'INT32' as const },
      { name: 'note', data, type: 'STRING' as const },
    ];
    const path = write('long.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
    const result = jsonOf(await ingest(path)) as unknown as Ingested;
    expect([result.rows, result.quarantined]).toEqual([2970, 30]);
  });

  it('an alias of YAML that means nothing, and one that never ends', async () => {
    const recording = write('small.csv', 'id,amount\na,1\nb,2\n');
    for (const text of [
      'columns: *none\n',
      'columns: &a {? [*a, *a] : 1}\n',
      'a: &a [x]\nb: &b [*a,*a]\n? [*b,*b]\n: 1\n',
    ])
      expect(refusal(await ingest(recording, '--profile', write('profile.yaml', text)))).toMatch(/profile\.yaml/);
  });

  it('terminal escapes and direction marks of a file reach no terminal, and JSON keeps them as escapes', async () => {
    const names = ['id', 'amount\u001b[31m', 'note\u202e'];
    const rows = Array.from(
      { length: 30 },
      (_, index) => `p${index},${index},${index === 7 ? '\u001b]0;owned\u0007\u202e' : 'ordinary'}`,
    );
    const path = write('marks.csv', [names.join(','), ...rows, ''].join('\n'));
    const home = temporaryFolder();
    const run = ['run', path, '--trees', '10', '--case', join(home, 'c.assay')];
    for (const flags of [[], ['--json']]) {
      const { stdout, stderr } = await runAssay([...run, ...flags], home);
      expect(`${stdout}${stderr}`).not.toMatch(/[\u001b\u0007\u009b\u202e]/);
      if (flags.length > 0) expect(JSON.stringify(JSON.parse(stdout))).toContain('\\u001b');
    }
  });
});

describe('a job that is told to stop', () => {
  const longRows = 1_000_000;

  it.each(['SIGINT', 'SIGTERM'] as const)('ends at once on %s, whatever its reader does', async (signal) => {
    const folder = temporaryFolder();
    const path = join(folder, 'long.csv');
    const casePath = join(folder, 'c.assay');
    writeFileSync(
      path,
      `id,amount\n${Array.from({ length: longRows }, (_, row) => `${row},${row % 977}.5\n`).join('')}`,
    );
    const { child, ended } = startAssay(['run', path, '--case', casePath, '--json'], folder);
    // The case is made when reading begins, long before its end.
    while (!existsSync(casePath)) await sleep(10);
    child.kill(signal);
    const outcome = await ended;
    expect(outcome.code).toBe(130);
    expect(jsonOf(outcome)).toMatchObject({ error: { code: 'CANCELLED' } });
    // At once: what was still to be read was not.
    expect(storedRows(casePath)).toBeLessThan(longRows);
  });
});

it('a case with a damaged profile is said to be damaged', async () => {
  const folder = temporaryFolder();
  const recording = join(folder, 'small.csv');
  const casePath = join(folder, 'small.assay');
  writeFileSync(recording, `id,amount\n${Array.from({ length: 40 }, (_, index) => `p${index},${index}`).join('\n')}\n`);
  jsonOf(await runAssay(['ingest', recording, '--case', casePath, '--json'], folder));
  const bytes = readFileSync(casePath);
  const at = bytes.indexOf('"timeZone"');
  expect(at).toBeGreaterThan(0);
  bytes.write('"timeZoni"', at);
  writeFileSync(casePath, bytes);
  const { code, stdout } = await runAssay(['train', '--case', casePath, '--json'], folder);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CASE_CORRUPT' } });
});

it('a model that is a folder without one, too large, or no model at all is refused with a sentence', async () => {
  const folder = temporaryFolder();
  const recording = join(folder, 'small.csv');
  writeFileSync(recording, 'id,amount\na,1\nb,2\n');
  mkdirSync(join(folder, 'folder.onnx'));
  writeFileSync(
    join(folder, 'random.onnx'),
    Uint8Array.from({ length: 4000 }, (_, index) => (index * 7919) % 251),
  );
  writeFileSync(join(folder, 'large.onnx'), '');
  truncateSync(join(folder, 'large.onnx'), 3 * 2 ** 30);
  for (const model of ['folder.onnx', 'random.onnx', 'large.onnx']) {
    const parameters = [
      'score',
      recording,
      '--model',
      join(folder, model),
      '--out',
      join(folder, 'scores.csv'),
      '--json',
    ];
    expect(refusal(await runAssay(parameters, folder))).toMatch(/model/i);
  }
});
