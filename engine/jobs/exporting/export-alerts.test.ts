import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createEngine } from '../../host/engine.ts';

const context = { signal: new AbortController().signal, report: () => undefined };

it('exported alerts keep every flagged row, and no id runs as a formula in a spreadsheet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-export-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const recording = join(folder, 'a.csv');
  const casePath = join(folder, 'a.assay');
  const rows = Array.from({ length: 3000 }, (_, row) => {
    const isOdd = row % 100 === 0;
    return `${isOdd ? `=HYPERLINK(${row})` : `T${row}`},${isOdd ? 9000 + row : row % 50},${row % 7}`;
  });
  writeFileSync(recording, `id,amount,items\n${rows.join('\n')}\n`);
  const engine = createEngine({ host: 'command-line', dataFolder: folder });
  const run = await engine.runJob(
    'run',
    { recordings: [recording], casePath, overrides: { id: 'id' }, threshold: { kind: 'contamination', value: 0.25 } },
    context,
  );
  if (!run.ok) throw new Error(run.error.message);
  const csv = await engine.runJob('exportCsv', { casePath, output: join(folder, 'flagged.csv') }, context);
  const files = join(folder, 'bigquery');
  const lines = await engine.runJob('exportBigquery', { casePath, output: files }, context);
  if (!csv.ok || !lines.ok) throw new Error('the export failed');

  const cells = readFileSync(csv.data.output, 'utf8').trimEnd().split('\n').slice(1);
  expect(cells).toHaveLength(run.data.flagged);
  expect(run.data.flagged).toBeGreaterThan(500);
  expect(cells.filter((line) => line.startsWith("'=HYPERLINK")).length).toBe(30);
  expect(cells.filter((line) => line.startsWith('='))).toEqual([]);

  const loaded = readFileSync(join(files, 'flagged.ndjson'), 'utf8').trimEnd().split('\n');
  const insertIds = new Set(loaded.map((line) => (JSON.parse(line) as { insert_id: string }).insert_id));
  expect(insertIds.size).toBe(run.data.flagged);
});
