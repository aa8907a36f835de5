import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { randomStream } from '../../engine/forest/random.ts';
import { verifyCase } from '../../engine/store/backup.ts';
import { defaultSampleRows } from '../../engine/features/profile-sample.ts';
import { describeWithSharedCases, sharedCasePath } from '../shared-data.ts';
import { jsonOf, runAssay, startAssay, temporaryFolder } from './run-assay.ts';

const rows = 5 * defaultSampleRows;
const kills = 6;

it('killed while a large recording is read again, then run again: the same totals, no row twice, none in quarantine', async () => {
  const folder = temporaryFolder();
  const recording = join(folder, 'payments.csv');
  const pad = (value: number): string => String(value).padStart(2, '0');
  // Until the thirteenth of April, the first rows can be read as the first days of months as well.
  const time = (row: number): string => {
    const day = 3 + Math.max(0, Math.ceil((row - 2 * defaultSampleRows) / 4000));
    return `${pad(day)}/04/2024 ${pad(row % 24)}:${pad(row % 60)}:00`;
  };
  const lines = Array.from(
    { length: rows },
    (_, row) =>
      `T${row},${time(row)},${(row * 7) % 900}.5,${row < rows / 2 ? '' : row % 70},${row % 300 === 0 ? 1 : 0}`,
  );
  writeFileSync(recording, `id,time,amount,fee,is_fraud\n${lines.join('\n')}\n`);

  const startedMs = performance.now();
  const whole = jsonOf(await runAssay(['ingest', recording, '--case', join(folder, 'whole.assay'), '--json'], folder));
  const durationMs = performance.now() - startedMs;
  expect(whole).toMatchObject({ rows, quarantined: 0 });
  expect(JSON.stringify(whole['notices'])).toMatch(/'time' was read again.*'fee' was read again/);

  const random = randomStream(5, 0, 'simulation');
  const casePath = join(folder, 'killed.assay');
  for (let kill = 0; kill < kills; kill++) {
    const { child, ended } = startAssay(['ingest', recording, '--case', casePath], folder);
    await sleep(durationMs * (0.3 + 0.6 * random.nextUnit()));
    child.kill('SIGKILL');
    await ended;
  }
  const finished = jsonOf(await runAssay(['ingest', recording, '--case', casePath, '--json'], folder));
  expect(finished['columns']).toEqual(whole['columns']);
  expect(finished['quarantined']).toBe(0);
  expect(verifyCase(casePath).problems).toEqual([]);
});

describeWithSharedCases('recordings whose first rows lack what later ones have', () => {
  it.each([
    ['02-late-label-True.csv.gz', 20_600, 0],
    ['08-ddmm-first-days.csv.gz', 22_000, 0],
    ['17-late-thousands.csv.gz', 20_600, 0],
    ['20-small-file-footer.csv', 45, 1],
  ])('%s is read without doubt', async (name, expectedRows, quarantined) => {
    const folder = temporaryFolder();
    const recording = sharedCasePath('reading', name);
    const result = jsonOf(await runAssay(['ingest', recording, '--case', join(folder, 'c.assay'), '--json'], folder));
    expect(result).toMatchObject({ rows: expectedRows, quarantined });
    expect(JSON.stringify(result['notices'])).not.toMatch('In doubt');
  });
});
