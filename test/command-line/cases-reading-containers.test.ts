import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectRecording } from '../../engine/jobs/reading/inspect-recording.ts';
import { describeWithSharedData, sharedDataPath } from '../shared-data.ts';
import { jsonOf, runAssayHere, temporaryFolder } from './run-assay.ts';

const usualRoles = {
  txn_id: 'id',
  txn_time: 'event_time',
  amount: 'amount',
  card: 'card',
  merchant: 'merchant',
  is_fraud: 'label',
};

interface Reading {
  readonly rows: number;
  readonly quarantined: number;
  readonly roles: Readonly<Record<string, string>>;
  readonly notices: readonly string[];
}

function rolesOf(columns: unknown): Readonly<Record<string, string>> {
  const list = columns as readonly { readonly name: string; readonly role: string }[];
  return Object.fromEntries(list.map(({ name, role }) => [name, role]));
}

async function ingest(names: readonly string[], ...flags: readonly string[]): Promise<Reading> {
  const folder = temporaryFolder();
  const paths = names.map((name) => sharedDataPath('..', 'cases', 'reading', name));
  const outcome = await runAssayHere(
    ['ingest', ...paths, '--case', join(folder, 'a.assay'), '--json', ...flags],
    folder,
  );
  const { rows, quarantined, columns, notices } = jsonOf(outcome);
  return {
    rows: rows as number,
    quarantined: quarantined as number,
    roles: rolesOf(columns),
    notices: notices as readonly string[],
  };
}

/** Sum of the amounts among the first rows that the window shows. */
async function inspected(
  name: string,
): Promise<{ readonly roles: Readonly<Record<string, string>>; readonly firstAmount: string }> {
  const result = await inspectRecording({ path: sharedDataPath('..', 'cases', 'reading', name), overrides: {} });
  const amount = result.columns.findIndex(({ name: column }) => column.toLowerCase() === 'amount');
  return { roles: rolesOf(result.columns), firstAmount: result.firstRows[0]?.[amount] ?? '' };
}

describeWithSharedData('containers, dialects and encodings', () => {
  it.each([
    ['01-gz-zero-padding.csv.gz', 0],
    ['13a-trailing-comma-rows.csv', 0],
    ['13c-title-row-padded.csv', 2],
    ['13e-single-quotes.csv', 0],
    ['14-backslash-escape.csv', 0],
    ['15a-wrapped-one-line.json', 0],
    ['15c-python-dicts.ndjson', 0],
    ['15e-json-seq-rs.ndjson', 0],
    ['16-utf16-be.csv', 0],
    ['21-cr-one-lf.csv', 0],
    ['22-zstd-long-window.csv.zst', 0],
    ['24-json-nan.ndjson', 0],
  ])('%s: 240 rows with their roles, here and in the window', async (name, quarantined) => {
    const reading = await ingest([name]);
    expect(reading).toMatchObject({ rows: 240, quarantined, roles: usualRoles });
    const { roles, firstAmount } = await inspected(name);
    expect(roles).toEqual(reading.roles);
    expect(name.startsWith('24') ? firstAmount === '' : Number(firstAmount) === 43.7).toBe(true);
  });

  it('leaves a counter without a name out as the number of the row', async () => {
    const reading = await ingest(['12-unnamed-index.csv']);
    expect(reading).toMatchObject({ rows: 240, quarantined: 0, roles: { ...usualRoles, column1: 'ignored' } });
    expect((await inspected('12-unnamed-index.csv')).roles).toEqual(reading.roles);
  });

  it('sets the line that closes a small file aside, and keeps what the columns mean', async () => {
    const reading = await ingest(['20-small-file-footer.csv']);
    expect(reading).toMatchObject({ rows: 45, quarantined: 1 });
    expect(reading.roles).toMatchObject({ Date: 'event_time', Amount: 'amount' });
    expect((await inspected('20-small-file-footer.csv')).roles).toEqual(reading.roles);
  });

  it('reads a second recording without a header by position, and says so', async () => {
    for (const names of [
      ['06-april.csv', '06-may-no-header.csv'],
      ['06-may-no-header.csv', '06-april.csv'],
    ]) {
      const reading = await ingest(names);
      expect(reading).toMatchObject({ rows: 480, quarantined: 0, roles: usualRoles });
      expect(reading.notices.join(' ')).toMatch(/06-may-no-header\.csv has no header/);
    }
  });
});
