import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import type { Bench } from '../../case/small-recording.test-support.ts';
import { verifyCase } from '../../store/backup.ts';
import { openCase, openCaseReadOnly } from '../../store/open-case.ts';
import { connect } from '../../store/sqlite.ts';
import { codeOf } from '../../store/store-fixtures.ts';
import { digestInUse } from '../../../test/campaigns/damage/in-use.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));
let copies = 0;
/** A copy of the case whose stored bytes are changed as a disk would: no digest and no checksum with them. */
function damagedCopy(sql: string): string {
  const path = join(bench.folder, `damaged-${copies++}.assay`);
  copyFileSync(bench.casePath, path);
  const connection = connect(path, {});
  connection.pragma('ignore_check_constraints = ON');
  connection.exec(sql);
  connection.close();
  return path;
}

/** The blob of a row with one byte changed. */
const oneByte = (column: string, place: number): string =>
  `${column} = CAST(substr(${column}, 1, ${place}) || x'ff' || substr(${column}, ${place + 2}) AS BLOB)`;

it.each([
  ['values', `UPDATE segment_column SET ${oneByte('data', 4000)} WHERE id = 5`],
  ['features', `UPDATE feature_segment SET ${oneByte('data', 9000)}`],
  ['scores', `UPDATE score_segment SET ${oneByte('sums', 1000)}`],
  [
    'all three',
    `UPDATE segment_column SET ${oneByte('data', 4000)} WHERE id IN (4, 5); UPDATE feature_segment SET ${oneByte('data', 9000)};
     UPDATE score_segment SET ${oneByte('sums', 1000)}`,
  ],
])('is refused where it is used, and made anew from what was received: %s', async (_, sql) => {
  const path = damagedCopy(sql);
  expect(codeOf(() => digestInUse(path))).toBe('CASE_CORRUPT');
  const mended = await bench.done('mend', { casePath: path, by: 'Ana' });
  expect(mended).toMatchObject({ wasWhole: false, left: [], taken: [], restored: null });
  expect(mended.mended.length).toBeGreaterThan(0);
  expect(verifyCase(path).problems).toEqual([]);
  const opened = openCaseReadOnly(path);
  expect(opened.decisions.auditPage({ limit: 1 }).rows[0]).toMatchObject({ by: 'Ana', what: 'mended after damage' });
  opened.close();
  expect(await bench.done('mend', { casePath: path })).toMatchObject({ wasWhole: true, putAside: null });
});

it.each([
  ['the bytes as received', `UPDATE segment SET ${oneByte('raw', 3000)} WHERE id = 1`],
  ['a profile', `UPDATE profile SET content = replace(content, 'amount', 'amOunt')`],
  ['a forest', `UPDATE model SET ${oneByte('forest', 500)}`],
  ['texts of a column', `UPDATE dictionary_entry SET text = 'X' WHERE column_id = 3 AND code = 2`],
  ['a setting that is gone', `DELETE FROM setting`],
])('takes from a backup what nothing else gives: %s', async (_, sql) => {
  const path = damagedCopy(sql);
  copyFileSync(bench.casePath, `${path}.backup-hand-1700000000000`);
  expect(verifyCase(path).problems).not.toEqual([]);
  expect(await bench.done('mend', { casePath: path })).toMatchObject({ left: [], restored: null });
  expect(verifyCase(path).problems).toEqual([]);
});

it('says what it cannot put back, and lets the rest be used', async () => {
  const path = damagedCopy(`UPDATE segment SET ${oneByte('raw', 3000)} WHERE id = 1; UPDATE run SET command = 'rum'`);
  const { left, taken } = await bench.done('mend', { casePath: path });
  expect(left).toEqual(['The bytes as received of transactions 1 to 4,000 changed after Assay wrote them.']);
  expect(taken).toEqual(['the list of jobs']);
  const opened = openCaseReadOnly(path);
  expect(opened.models()).toHaveLength(1);
  expect(codeOf(() => opened.readRaw(0))).toBe('CASE_CORRUPT');
  opened.close();
});

it('puts a backup in the place of a case whose structure is broken, and that can be undone', async () => {
  const path = damagedCopy('');
  const backup = `${path}.backup-scheduled-1700000000000`;
  copyFileSync(path, backup);
  const bytes = readFileSync(path);
  bytes.fill(0xff, 16_384, 49_152);
  writeFileSync(path, bytes);
  const mended = await bench.done('mend', { casePath: path });
  expect(mended).toMatchObject({ restored: backup, left: [] });
  expect(verifyCase(path).problems).toEqual([]);
  expect(readFileSync(mended.putAside ?? '')).toEqual(bytes);
});

it('makes a backup that is whole, puts it back, and undoes that', async () => {
  const path = damagedCopy('');
  const { made } = await bench.done('backup', { casePath: path });
  const before = digestInUse(path);
  await bench.done('judge', {
    casePath: path,
    action: { kind: 'verdict', alerts: [], transactions: ['4000000000000007'], as: 'fraud' },
  });
  const after = digestInUse(path);
  const restored = await bench.done('restore', { casePath: path, by: 'Ben' });
  expect(restored.restored).toBe(made?.path);
  const opened = openCaseReadOnly(path);
  expect(opened.decisions.standingVerdicts()).toEqual([]);
  expect(opened.decisions.auditPage({ limit: 1 }).rows[0]).toMatchObject({ by: 'Ben', what: 'restored from a backup' });
  opened.close();
  await bench.done('restore', { casePath: path, backup: restored.putAside ?? '' });
  const undone = openCaseReadOnly(path);
  expect(undone.decisions.standingVerdicts()).toHaveLength(1);
  undone.close();
  expect(before).not.toBe(after);
});

it('makes no backup of a damaged case, and restores none that is damaged', async () => {
  const path = damagedCopy(`UPDATE score_segment SET ${oneByte('sums', 1000)}`);
  await expect(bench.done('backup', { casePath: path })).rejects.toThrow('CASE_CORRUPT');
  expect((await bench.done('backup', { casePath: path, list: true })).backups).toEqual([]);
  copyFileSync(path, `${path}.backup-hand-1700000000000`);
  await expect(bench.done('restore', { casePath: path })).rejects.toThrow('No backup beside');
  await expect(bench.done('restore', { casePath: path, backup: `${path}.backup-hand-1700000000000` })).rejects.toThrow(
    'CASE_CORRUPT',
  );
});

it('restores a backup that was made while the case was open, which is whole then, and can be put aside again', async () => {
  const path = join(bench.folder, 'open.assay');
  copyFileSync(bench.casePath, path);
  const open = openCase(path);
  const { made } = await bench.done('backup', { casePath: path });
  open.close();
  await bench.done('restore', { casePath: path, ...(made && { backup: made.path }) });
  expect(await bench.done('mend', { casePath: path })).toMatchObject({ wasWhole: true });
  const { putAside } = await bench.done('restore', { casePath: path });
  expect(putAside).not.toBeNull();
});
