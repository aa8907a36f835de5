import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createEngine } from '../../engine/host/engine.ts';
import { openCaseReadOnly } from '../../engine/store/open-case.ts';
import type { ColumnReport } from '../../preload/contract/recordings.ts';
import { describeWithSharedData, sharedDataPath } from '../shared-data.ts';
import { jsonOf, runAssayHere, temporaryFolder } from './run-assay.ts';

interface Ingested {
  readonly rows: number;
  readonly quarantined: number;
  readonly columns: readonly ColumnReport[];
  readonly notices: readonly string[];
}

interface Reading {
  readonly answer: Ingested;
  readonly numbersOf: (column: string) => Float64Array;
}

function casePath(file: string): string {
  return sharedDataPath('..', 'cases', 'reading', file);
}

/** Reads a file by the command, and shows what came into the case. */
async function read(file: string, ...flags: readonly string[]): Promise<Reading> {
  const folder = temporaryFolder();
  const target = join(folder, 'c.assay');
  const outcome = await runAssayHere(['ingest', casePath(file), '--case', target, '--json', ...flags], folder);
  expect(outcome.code, outcome.stderr).toBe(0);
  const answer = jsonOf(outcome) as unknown as Ingested;
  return {
    answer,
    numbersOf(column) {
      const openedCase = openCaseReadOnly(target);
      try {
        const blocks = openedCase
          .segments()
          .map((segment) => openedCase.readSegmentColumns(segment, [column]).columns.get(column));
        const values = blocks.flatMap((block) => (block !== undefined && 'values' in block ? [...block.values] : []));
        return Float64Array.from(values).sort();
      } finally {
        openedCase.close();
      }
    },
  };
}

function rolesOf({ columns }: Pick<Ingested, 'columns'>): Readonly<Record<string, string>> {
  return Object.fromEntries(columns.map(({ name, role }) => [name, role]));
}

function columnOf({ columns }: Pick<Ingested, 'columns'>, name: string): ColumnReport {
  const column = columns.find((each) => each.name === name);
  if (column === undefined) throw new Error(`No column ${name}`);
  return column;
}

const usualRoles = {
  txn_id: 'id',
  txn_time: 'event_time',
  amount: 'amount',
  card: 'card',
  merchant: 'merchant',
  is_fraud: 'label',
};

describeWithSharedData('what a column means and how it is written, by the command', () => {
  it.each([
    ['04a-time-yyyymmddhhmm.csv', 'txn_time', 'yyyyMMddHHmm', '2024-10-20T08:00:00.000Z', '2024-10-28T03:13:00.000Z'],
    ['04d-time-yymmddhhmmss.csv', 'txn_time', 'yyMMddHHmmss', '2024-10-20T08:00:00.000Z', '2024-10-28T03:13:00.000Z'],
    ['04g-date-yyyymmdd.csv', 'txn_date', 'yyyyMMdd', '2024-10-20T00:00:00.000Z', '2024-10-28T00:00:00.000Z'],
    ['05-yy-mm-dd.csv', 'txn_time', 'yy-MM-dd+time', '2024-10-20T08:00:00.000Z', '2024-10-28T03:13:00.000Z'],
    ['18a-dd-Mon-yyyy.csv', 'txn_time', 'd-MMM-yyyy+time', '2024-10-20T08:00:00.000Z', '2024-10-28T03:13:00.000Z'],
    [
      '18c-oracle.csv',
      'txn_time',
      'd-MMM-yy hh.mm.ss[.S] a[ X]',
      '2024-10-20T08:00:00.000Z',
      '2024-10-28T03:13:00.000Z',
    ],
  ])('%s: packed digits, years first and names of months are times', async (file, time, written, first, last) => {
    const { answer, numbersOf } = await read(file);
    expect(answer).toMatchObject({ rows: 240, quarantined: 0 });
    expect(columnOf(answer, time)).toMatchObject({ role: 'event_time', kind: 'time', written });
    const times = numbersOf(time);
    expect([new Date(times[0]).toISOString(), new Date(times[239]).toISOString()]).toEqual([first, last]);
  });

  it('05: names the other reading of years first, with what it would give, and a flag settles it', async () => {
    const { answer } = await read('05-yy-mm-dd.csv');
    const { doubt } = columnOf(answer, 'txn_time');
    expect(doubt?.taken.gives).toMatchObject({ from: '2024-10-20T08:00:00Z', to: '2024-10-28T03:13:00Z' });
    expect(doubt?.other.gives).toMatchObject({ from: '2020-10-24T08:00:00Z' });
    expect(answer.notices.join()).toContain('--time-format txn_time=yy-MM-dd+time');
    const settled = await read('05-yy-mm-dd.csv', '--time-format', 'txn_time=yy-MM-dd+time', '--strict');
    expect(columnOf(settled.answer, 'txn_time').doubt).toBeUndefined();
  });

  it('05: --strict refuses to guess, and names both flags', async () => {
    const folder = temporaryFolder();
    const flags = ['--case', join(folder, 'c.assay'), '--json', '--strict'];
    const outcome = await runAssayHere(['ingest', casePath('05-yy-mm-dd.csv'), ...flags], folder);
    expect(outcome.code).toBe(2);
    expect(jsonOf(outcome)).toMatchObject({ error: { code: 'IN_DOUBT' } });
  });

  it('07: one point before three digits is between thousands in a file with semicolons', async () => {
    const { answer, numbersOf } = await read('07-eu-thousands.csv');
    expect(numbersOf('amount').reduce((sum, value) => sum + value, 0)).toBe(235_050);
    expect(columnOf(answer, 'amount').doubt?.taken.gives.sum).toBe('235050');
    expect(columnOf(answer, 'amount').doubt?.other.settledBy).toBe('--number-format amount=1234.5');
  });

  it('08: gaps tell that days 1 to 12 are days', async () => {
    const { answer, numbersOf } = await read('08-ddmm-first-days.csv.gz');
    expect(answer).toMatchObject({ rows: 22_000, quarantined: 0 });
    const times = numbersOf('txn_time');
    expect(new Date(times[0]).toISOString()).toBe('2024-11-01T00:00:00.000Z');
    expect(new Date(times[21_999]).toISOString()).toBe('2024-11-13T17:32:30.000Z');
  });

  it('03, 09, 12, 19: ids, labels and row numbers are no magnitudes', async () => {
    const decimals = await read('03-decimal38-ids.parquet');
    expect(rolesOf(decimals.answer)).toMatchObject({ txn_id: 'id', is_fraud: 'label' });
    const laundering = await read('09-aml-label.csv');
    expect(rolesOf(laundering.answer)).toMatchObject({ 'Is Laundering': 'label', Timestamp: 'event_time' });
    const numbered = await read('12-unnamed-index.csv');
    expect(rolesOf(numbered.answer)).toEqual({ column1: 'ignored', ...usualRoles });
    expect(columnOf(numbered.answer, 'column1').reason).toMatch(/row number/);
  });

  it('19: merchants numbered by either sign are ids, and four columns make the time', async () => {
    const { answer, numbersOf } = await read('19-tabformer.csv');
    expect(rolesOf(answer)).toMatchObject({
      ...{ User: 'customer', Year: 'event_time', Month: 'ignored', Day: 'ignored', Time: 'ignored' },
      ...{ Amount: 'amount', 'Merchant Name': 'merchant', 'Is Fraud?': 'label' },
    });
    expect(new Date(numbersOf('Year')[0]).toISOString()).toBe('2024-10-20T08:00:00.000Z');
  });

  it('25: times without a zone are read in the zone that is said', async () => {
    const { answer, numbersOf } = await read('25-local-timestamps.csv', '--time-zone', 'America/New_York');
    expect(answer.rows).toBe(240);
    const hours = new Set([...numbersOf('txn_time')].map((instant) => (new Date(instant).getUTCHours() + 20) % 24));
    expect([...hours].sort((left, right) => left - right)).toEqual([9, 11, 13, 15]);
  });

  it("the window's inspection says the same as the command of every file whose first rows are all, or leave no doubt", async () => {
    const folder = temporaryFolder();
    const engine = createEngine({ host: 'command-line', dataFolder: folder });
    for (const file of ['05-yy-mm-dd.csv', '07-eu-thousands.csv', '19-tabformer.csv']) {
      const inspected = await engine.request('recording.inspect', { path: casePath(file) });
      const { answer } = await read(file);
      // Totals are those of all rows, which an inspection has not read.
      const withoutTotals = answer.columns.map((column) => ({ ...column, totals: null }));
      expect(inspected.ok && inspected.data.columns).toEqual(withoutTotals);
    }
  });
});
