import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonOf, runAssayHere, temporaryFolder } from './run-assay.ts';
import { smallRecording, writeSmallRecording } from './small-recording.ts';

interface Column {
  readonly name: string;
  readonly role: string;
}

function rolesOf(result: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries((result['columns'] as readonly Column[]).map(({ name, role }) => [name, role]));
}

describe('what a case remembers from one run to the next', () => {
  it('keeps what was said of columns before, and says which roles changed', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 400 });
    const casePath = join(folder, 'a.assay');
    const run = async (...flags: readonly string[]): Promise<Record<string, unknown>> =>
      jsonOf(await runAssayHere(['run', recording, '--case', casePath, '--trees', '5', ...flags, '--json'], folder));
    await run('--ignore', 'channel');
    const second = await run('--label', 'merchant_category');
    expect(rolesOf(second)).toMatchObject({ channel: 'ignored', merchant_category: 'label' });
    expect(second['notices']).toContainEqual(expect.stringContaining("'merchant_category' is label now"));
    const third = await run('--label', 'is_fraud');
    expect(rolesOf(third)).toMatchObject({ channel: 'ignored', is_fraud: 'label', merchant_category: 'feature' });
  });

  it('reports the model it trained, and tunes the champion, also where that was trained again', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 400 });
    const casePath = join(folder, 'a.assay');
    const run = async (seed: string): Promise<Record<string, unknown>> =>
      jsonOf(
        await runAssayHere(['run', recording, '--case', casePath, '--trees', '5', '--seed', seed, '--json'], folder),
      );
    const first = await run('1');
    expect(await run('2')).toMatchObject({ model: { id: 2 }, isChampion: false });
    const again = await run('1');
    expect(again['topAlerts']).toEqual(first['topAlerts']);
    const tuned = jsonOf(await runAssayHere(['tune', '--case', casePath, '--json'], folder));
    expect(tuned['model']).toEqual(first['model']);
  });

  it('tells of a column that turns into another type, and shows the rows in quarantine', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    const lines = smallRecording({ rows: 400 }).trimEnd().split('\n');
    const turned = lines.map((line, row) => (row > 398 ? line.replace(/,[\d.]+,(\d)$/, ',much,$1') : line));
    writeFileSync(recording, `${turned.join('\n')}\n`);
    const casePath = join(folder, 'a.assay');
    const result = jsonOf(await runAssayHere(['ingest', recording, '--case', casePath, '--json'], folder));
    expect(result['notices']).toContainEqual(expect.stringMatching(/^2 rows .* column 'amount', from line 400 on/));
    const listed = jsonOf(await runAssayHere(['quarantine', '--case', casePath, '--limit', '1', '--json'], folder));
    expect(listed).toMatchObject({ quarantined: 2, records: [{ source: recording, line: 400, raw: turned[399] }] });
  });

  it('tells of a field that falls empty in the middle of a stream', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'messages.ndjson');
    const message = (row: number): string =>
      JSON.stringify({ id: row, amount: 10 + (row % 7), ...(row < 6000 ? { balance: row % 91 } : {}) });
    writeFileSync(recording, Array.from({ length: 12_000 }, (_, row) => `${message(row)}\n`).join(''));
    const result = jsonOf(
      await runAssayHere(['ingest', recording, '--case', join(folder, 'a.assay'), '--json'], folder),
    );
    expect(result['notices']).toContainEqual(expect.stringContaining("'balance' had values, and has none from line"));
  });
});
