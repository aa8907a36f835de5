import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProfileOverrides } from '../../domain/profile.ts';
import { createEngine, type Engine } from '../../host/engine.ts';
import { openCaseReadOnly } from '../../store/open-case.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import { framesIn } from '../../../test/people-recording.ts';

const rowCount = 300;

interface Payment {
  readonly payment_id: string;
  readonly at: string;
  readonly card_number: string;
  readonly cvv: string;
  readonly customer_name: string;
  readonly amount: number;
}

/** A card number with the right check digit, of twenty cards. */
function cardOf(card: number): string {
  const digits = `4556${String(73_000_000_000 + card * 7_919)}`.slice(0, 15);
  const sums = Array.from({ length: 10 }, (_, check) => `${digits}${check}`);
  return sums.find(isRight) ?? '';
}

function isRight(digits: string): boolean {
  const doubled = [...digits].toReversed().map((digit, index) => Number(digit) * (index % 2 === 1 ? 2 : 1));
  return doubled.reduce((sum, value) => sum + (value > 9 ? value - 9 : value), 0) % 10 === 0;
}

function nameOf(card: number): string {
  return `Åsa${'abcdefghij'[card % 10]} Qvarnstrand${'klmnopqrst'[Math.floor(card / 10)]}`;
}

const payments: readonly Payment[] = Array.from({ length: rowCount }, (_, row) => ({
  payment_id: `P${1000 + row}`,
  at: new Date(Date.UTC(2024, 0, 1) + row * 3_600_000).toISOString(),
  card_number: cardOf(row % 20),
  cvv: String(871 + (row % 20)),
  customer_name: nameOf(row % 20),
  amount: row % 50 === 0 ? 900 + row : 10 + (row % 7),
}));

/** Everything that must stand in no file: card numbers, codes as they stand beside them, and names. */
const secrets: readonly string[] = [...new Set(payments.flatMap((p) => [p.card_number, p.customer_name]))];

const names = Object.keys(payments[0]) as readonly (keyof Payment)[];
const asCsv = (rows: readonly Payment[]): string =>
  `${names.join(',')}\n${rows.map((row) => names.map((name) => (name === 'customer_name' ? `"${row[name]}"` : row[name])).join(',')).join('\n')}\n`;
const kcat = (row: Payment, offset: number): string =>
  JSON.stringify({
    topic: 't',
    partition: 0,
    offset,
    tstype: 'create',
    ts: 1,
    key: row.card_number,
    payload: JSON.stringify(row),
  });

const recordings: Readonly<Record<string, () => string | Uint8Array>> = {
  csv: () => asCsv(payments),
  ndjson: () => payments.map((row) => `${JSON.stringify({ ...row, card_number: Number(row.card_number) })}\n`).join(''),
  'kcat.json': () => payments.map((row, index) => `${kcat(row, index)}\n`).join(''),
  parquet: () =>
    new Uint8Array(
      parquetWriteBuffer({ columnData: names.map((name) => ({ name, data: payments.map((row) => row[name]) })) }),
    ),
};

interface Read {
  readonly engine: Engine;
  readonly folder: string;
  readonly casePath: string;
  readonly notices: readonly string[];
  /** What must not hang on tokens: the forest, its line and its flags. */
  readonly outcome: readonly unknown[];
}

async function read(extension: string, content: string | Uint8Array, overrides: ProfileOverrides = {}): Promise<Read> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-privacy-'));
  const recording = join(folder, `payments.${extension}`);
  writeFileSync(recording, content);
  const engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
  onTestFinished(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const casePath = join(folder, 'case.assay');
  const input = { recordings: [recording], casePath, overrides, forest: { trees: 10 } };
  const ran = await engine.runJob('run', input, { signal: new AbortController().signal, report: () => undefined });
  if (!ran.ok) throw new Error(ran.error.message);
  rmSync(recording);
  return { engine, folder, casePath, notices: ran.data.notices, outcome: outcomeOf(ran.data) };
}

function outcomeOf({ model, threshold, flagged, alerts, features }: JobResult<'run'>): readonly unknown[] {
  return [model.digest, threshold, flagged, alerts, features];
}

function withCase<T>(path: string, look: (openedCase: ReadableCase) => T): T {
  const openedCase = openCaseReadOnly(path);
  try {
    return look(openedCase);
  } finally {
    openedCase.close();
  }
}

/** Names of the files under a folder that hold a text, also within what is compressed in a case. */
function filesWith(folder: string, casePath: string, texts: readonly string[]): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
  const contents = files.map((path) => readFileSync(path));
  const unpacked = withCase(casePath, (openedCase) =>
    openedCase.segments().flatMap((segment) => openedCase.readRawSegment(segment)),
  );
  const all = [...contents, Buffer.concat(unpacked), ...contents.flatMap(framesIn)];
  return texts.filter((text) => all.some((content) => content.includes(text)));
}

describe.each(Object.keys(recordings))('a recording with data of people as %s', (extension) => {
  it('stores none of them in any file, and the same flags as with all of them in the clear', async () => {
    const hidden = await read(extension, recordings[extension]());
    expect(filesWith(hidden.folder, hidden.casePath, secrets)).toEqual([]);
    const clear = { card_number: { keepClear: true }, customer_name: { keepClear: true }, cvv: { keepClear: true } };
    const shown = await read(extension, recordings[extension](), { columns: clear });
    expect(filesWith(shown.folder, shown.casePath, secrets)).toHaveLength(secrets.length);
    expect(shown.outcome).toEqual(hidden.outcome);

    const records = withCase(hidden.casePath, (openedCase) =>
      openedCase.segments().flatMap((s) => openedCase.readRawSegment(s)),
    );
    const first = Buffer.from(records[0]).toString('utf8');
    expect(first).toMatch(/455673-[0-9a-z]{8}-\d{4}/);
    expect(first).toMatch(/name-[0-9a-z]{12}/);
    expect(records.filter((record) => /\b8[78]\d\b/.test(Buffer.from(record).toString('utf8')))).toEqual([]);
    expect(first).toContain('P1000');
    expect(hidden.notices.filter((notice) => notice.startsWith("'cvv' holds"))).toHaveLength(1);
  });
});

describe('what a case holds instead', () => {
  it('counts as many different cards and names as there are, and no code', async () => {
    const { casePath } = await read('csv', recordings['csv']());
    withCase(casePath, (openedCase) => {
      const totals = openedCase.readingTotals()?.columns;
      expect(totals?.get('card_number')).toMatchObject({ present: rowCount, distinct: 20 });
      expect(totals?.get('customer_name')).toMatchObject({ present: rowCount, distinct: 20 });
      expect(totals?.get('cvv')).toMatchObject({ present: 0, distinct: 0 });
    });
  });

  it('keeps nothing of a record that cannot be read, and cannot take what it says instead for a row', async () => {
    const broken = `${asCsv(payments)}P9,2024-02-01T00:00:00Z,${cardOf(3)},871,${nameOf(3)}\n`;
    const { casePath, folder, engine } = await read('csv', broken);
    expect(filesWith(folder, casePath, [cardOf(3), nameOf(3)])).toEqual([]);
    const [record] = withCase(casePath, (openedCase) => openedCase.quarantined({ limit: 9 }).rows);
    expect(Buffer.from(record.raw).toString()).toMatch(/bytes that could not be read are not kept/);
    const context = { signal: new AbortController().signal, report: () => undefined };
    const retried = await engine.runJob('retryQuarantine', { casePath }, context);
    expect(retried.ok && retried.data).toMatchObject({ tried: 1, fit: 0 });
  });

  it('reads on after a profile was changed, with the same tokens', async () => {
    const { casePath, folder, engine } = await read('csv', asCsv(payments.slice(0, 200)));
    const more = join(folder, 'more.csv');
    writeFileSync(more, asCsv(payments.slice(200)));
    const context = { signal: new AbortController().signal, report: () => undefined };
    const input = { casePath, recordings: [more], overrides: { ignore: ['payment_id'] } };
    expect((await engine.runJob('ingest', input, context)).ok).toBe(true);
    rmSync(more);
    expect(filesWith(folder, casePath, secrets)).toEqual([]);
    expect(withCase(casePath, (openedCase) => openedCase.dictionaries().get('card_number')?.size)).toBe(20);
    const clear = { casePath, recordings: [more], overrides: { columns: { card_number: { keepClear: true } } } };
    writeFileSync(more, asCsv(payments.slice(200, 250)));
    expect(await engine.runJob('ingest', clear, context)).toMatchObject({ ok: false });
  });
});

describe('the text behind a token', () => {
  it('is shown by both doors with a reason, which the history keeps, and the text it does not', async () => {
    const { casePath, folder, engine } = await read('csv', recordings['csv']());
    const token = withCase(casePath, (openedCase) => openedCase.dictionaries().get('customer_name')?.textOf(3) ?? '');
    const card = withCase(casePath, (openedCase) => openedCase.dictionaries().get('card_number')?.textOf(3) ?? '');
    const context = { signal: new AbortController().signal, report: () => undefined };
    const said = { casePath, token, reason: 'asked by the bank', by: 'ana' };
    expect(await engine.runJob('reveal', said, context)).toMatchObject({
      ok: true,
      data: { text: nameOf(3), by: 'ana' },
    });
    expect(await engine.runJob('reveal', { ...said, reason: ' ' }, context)).toMatchObject({ ok: false });
    expect(await engine.runJob('reveal', { ...said, token: card }, context)).toMatchObject({
      ok: false,
      error: { message: `The card number behind ${card} is in no case.` },
    });
    expect(filesWith(folder, casePath, secrets)).toEqual([]);
    await engine.request('case.open', { path: casePath });
    expect(await engine.request('personal.reveal', { token, reason: 'once more' })).toEqual({
      ok: true,
      data: { text: nameOf(3) },
    });
    const history = await engine.request('audit.page', { text: 'seen in the clear' });
    expect(history.ok && history.data.rows.map(({ what }) => what)).toEqual([
      `seen in the clear: ${token} (once more)`,
      `seen in the clear: ${token} (asked by the bank)`,
    ]);
    // Whoever has the case and another key sees nothing.
    const other = createEngine({ host: 'command-line', dataFolder: join(folder, 'other') });
    onTestFinished(() => other.close());
    expect(await other.runJob('reveal', said, context)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('sealed by another user') as string },
    });
  });
});
