import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { createCommandLineEngine } from '../../host/command-line-engine.ts';
import { openCase } from '../../store/open-case.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-totals-'));
const engine = createCommandLineEngine();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

function recordingOf(lines: readonly string[], ending = 'csv'): string {
  const path = join(folder, `recording-${files++}.${ending}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function ingest(
  recordings: readonly string[],
  casePath: string,
  signal?: AbortSignal,
): Promise<JobResult<'ingest'>> {
  const context = { signal: signal ?? new AbortController().signal, report: () => undefined };
  const answer = await engine.runJob('ingest', { recordings: [...recordings], casePath }, context);
  if (!answer.ok) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.data;
}

function totalsOf(result: JobResult<'ingest'>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(result.columns.map(({ name, totals }) => [name, totals]));
}

interface Payment {
  readonly cents: number | null;
  readonly minute: number;
  readonly card: number;
}

const tables = fc.array(
  fc.record({
    cents: fc.option(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), { freq: 8 }),
    minute: fc.integer({ min: 0, max: 100_000 }),
    card: fc.integer({ min: 0, max: 9 }),
  }),
  { minLength: 30, maxLength: 120 },
);

function decimalOf(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function linesOf(payments: readonly Payment[]): readonly string[] {
  return [
    'txn_id,txn_time,amount,card',
    ...payments.map(({ cents, minute, card }, row) =>
      [
        `T${String(row).padStart(5, '0')}`,
        new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString(),
        cents === null ? '' : decimalOf(cents),
        `C${card}`,
      ].join(','),
    ),
  ];
}

/** The same totals, counted the plain way. */
function referenceOf(payments: readonly Payment[]): Readonly<Record<string, unknown>> {
  const cents = payments.flatMap((payment) => payment.cents ?? []).sort((one, other) => one - other);
  const minutes = payments.map(({ minute }) => minute).sort((one, other) => one - other);
  const cards = payments.map(({ card }) => `C${card}`).sort();
  const text = (value: number | undefined): string | null =>
    value === undefined ? null : decimalOf(value).replace(/\.?0+$/, '');
  const time = (minute: number): string => new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString();
  const plain = { missing: 0, distinctIsExact: true, sum: null };
  return {
    txn_id: {
      ...plain,
      present: payments.length,
      distinct: payments.length,
      from: 'T00000',
      to: `T${String(payments.length - 1).padStart(5, '0')}`,
    },
    txn_time: {
      ...plain,
      present: payments.length,
      distinct: new Set(minutes).size,
      from: time(minutes[0]),
      to: time(minutes[minutes.length - 1]),
    },
    amount: {
      ...plain,
      present: cents.length,
      missing: payments.length - cents.length,
      distinct: new Set(cents).size,
      from: text(cents[0]),
      to: text(cents.at(-1)),
      sum: text(cents.reduce((sum, each) => sum + each, 0)),
    },
    card: { ...plain, present: payments.length, distinct: new Set(cards).size, from: cards[0], to: cards.at(-1) },
  };
}

it('comes to the totals of a plain reference over random tables', async () => {
  await fc.assert(
    fc.asyncProperty(tables, async (payments) => {
      fc.pre(payments.some(({ cents }) => cents !== null));
      const result = await ingest([recordingOf(linesOf(payments))], join(folder, `case-${files}.assay`));
      expect(totalsOf(result)).toEqual(referenceOf(payments));
    }),
    { numRuns: 12 },
  );
});

it('sums wide decimals as written, in CSV and in JSON, and leaves rows in quarantine out', async () => {
  const amounts = ['9007199254740993.01', '0.10', '0.20', '-0.000000000000000001', ...Array<string>(100).fill('1.15')];
  const lines = ['id,amount,note', ...amounts.map((amount, row) => `R${row},${amount},n`), 'R999,oops,n'];
  const result = await ingest([recordingOf(lines)], join(folder, 'wide.assay'));
  expect(result).toMatchObject({ rows: 104, quarantined: 1 });
  expect(totalsOf(result)['amount']).toMatchObject({ present: 104, sum: '9007199254741108.309999999999999999' });

  const json = recordingOf(
    Array.from({ length: 60 }, (_, row) => JSON.stringify({ id: `R${row}`, amount: 0.1 + row })),
    'ndjson',
  );
  expect(totalsOf(await ingest([json], join(folder, 'json.assay')))['amount']).toMatchObject({ sum: '1776' });
});

it('comes to the same totals when it is stopped and run again, and when recordings come one by one', async () => {
  const payments = Array.from({ length: 30_000 }, (_, row) => ({
    cents: (row * 7919) % 1_000_003,
    minute: row,
    card: row % 10,
  }));
  const lines = linesOf(payments);
  const [whole, first, second] = [
    recordingOf(lines),
    recordingOf(lines.slice(0, 12_001)),
    recordingOf([lines[0], ...lines.slice(12_001)]),
  ];
  const expected = totalsOf(await ingest([whole], join(folder, 'whole.assay')));

  const stopped = join(folder, 'stopped.assay');
  const stop = new AbortController();
  const context = { signal: stop.signal, report: ({ done }: { readonly done: number }) => done > 0 && stop.abort() };
  expect(await engine.runJob('ingest', { recordings: [whole], casePath: stopped }, context)).toMatchObject({
    ok: false,
  });
  const resumed = await ingest([whole], stopped);
  expect(resumed.addedRows).toBeLessThan(30_000);
  expect(totalsOf(resumed)).toEqual(expected);
  const sha256 = createHash('sha256').update(readFileSync(whole)).digest('hex');
  expect(resumed.sources).toMatchObject([{ rows: 30_000, quarantined: 0, sha256 }]);

  const two = join(folder, 'two.assay');
  await ingest([first], two);
  expect(totalsOf(await ingest([first, second], two))).toMatchObject({
    amount: { sum: (expected['amount'] as { readonly sum: string }).sum },
    card: expected['card'] as object,
  });
});

it('counts again from the bytes as received in a case that was read before there were totals', async () => {
  const recording = recordingOf(
    linesOf(Array.from({ length: 200 }, (_, row) => ({ cents: row, minute: row, card: 1 }))),
  );
  const casePath = join(folder, 'old.assay');
  const expected = totalsOf(await ingest([recording], casePath));
  const openedCase = openCase(casePath);
  openedCase.saveReadingTotals({ nextSequence: 0, columns: new Map(), state: null });
  openedCase.close();
  expect(totalsOf(await ingest([recording], casePath))).toEqual(expected);
});

it('fails with every difference where the totals are not those expected, and keeps what was read', async () => {
  const recording = recordingOf(
    linesOf([...Array(40).keys()].map((row) => ({ cents: 115, minute: row, card: row % 3 }))),
  );
  const expecting = (value: string) => [{ total: 'sum' as const, column: 'amount', value }];
  const context = { signal: new AbortController().signal, report: () => undefined };
  const run = (casePath: string, value: string) =>
    engine.runJob('ingest', { recordings: [recording], casePath, expect: expecting(value) }, context);
  expect(await run(join(folder, 'met.assay'), '46.00')).toMatchObject({ ok: true });
  const answer = await run(join(folder, 'missed.assay'), '46.01');
  expect(answer).toMatchObject({ ok: false, error: { code: 'TOTALS_DIFFER', kind: 'failure' } });
  expect(answer.ok ? '' : answer.error.message).toContain('sum(amount) = 46, and 46.01 was expected');
});
