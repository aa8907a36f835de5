import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createEngine } from '../../host/engine.ts';
import type * as rowsToLookAt from './rows-to-look-at.ts';

const firstRows = 21_000;
const lateKeys = 30;
let readings = 0;
vi.mock('./rows-to-look-at.ts', async (importOriginal) => {
  const original = await importOriginal<typeof rowsToLookAt>();
  return {
    ...original,
    batchesOfRows: (...parameters: Parameters<typeof original.batchesOfRows>) => {
      readings++;
      return original.batchesOfRows(...parameters);
    },
  };
});

it('rows are read again once, not once for each of the columns in doubt: thousands of keys took minutes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-check-'));
  const engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
  onTestFinished(async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
  });
  const recording = join(folder, 'keys.ndjson');
  // Each of the last rows has a key that none of the first rows has.
  const keyOf = (row: number): string => (row < firstRows ? '' : `,"k${row}":${row}`);
  const rows = Array.from({ length: firstRows + lateKeys }, (_, row) => `{"id":${row},"amount":${row}${keyOf(row)}}\n`);
  writeFileSync(recording, rows.join(''));
  const input = { recordings: [recording], casePath: join(folder, 'keys.assay') };
  const ingested = await engine.runJob('ingest', input, {
    signal: new AbortController().signal,
    report: () => undefined,
  });
  expect(ingested).toMatchObject({ ok: true, data: { rows: firstRows + lateKeys } });
  expect(readings).toBeGreaterThan(0);
  expect(readings).toBeLessThanOrEqual(3);
});
