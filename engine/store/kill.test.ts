import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { modelOf, rowText } from './append-fixture.ts';
import { verifyCase } from './backup.ts';
import { openCase, openCaseReadOnly } from './open-case.ts';
import type { ReadableCase } from './readable-case.ts';
import { oneRecording, temporaryFolder } from './store-fixtures.ts';

const KILLS = 10;
const ENDLESS_ROWS = 10_000_000;

/** Starts a process that stores rows, and settles once it has begun. */
async function startWriting(path: string, lastRow: number, how: string): Promise<ReturnType<typeof spawn>> {
  const program = join(import.meta.dirname, 'append-rows.child.ts');
  const child = spawn(process.execPath, [program, path, String(lastRow), how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

/** Columns, features and sums are those of the rows, in a few segments although 50 rows came at a time. */
function expectWhole(openedCase: ReadableCase, rowCount: number): void {
  if (rowCount === 0) return;
  const all = { firstSequence: 0, rowCount };
  const sequences = Float64Array.from({ length: rowCount }, (_, sequence) => sequence);
  expect(openedCase.readScores(1, all)).toEqual(Int32Array.from(sequences));
  expect(openedCase.readFeatures(1, all)?.filter((_, index) => index % 2 === 0)).toEqual(Float32Array.from(sequences));
  expect(openedCase.readSegmentColumns(all, ['amount']).columns.get('amount')).toEqual({
    kind: 'number',
    values: sequences.map((sequence) => sequence % 997),
  });
  expect(openedCase.segments().length).toBeLessThanOrEqual(rowCount / 3072 + 6);
}

it.each(['with a log', 'without a log'])(
  'a process killed at any moment, storing %s, leaves whole segments, the position behind them, and no row twice',
  async (how) => {
    const path = join(temporaryFolder(onTestFinished), 'a.assay');
    const store = openCase(path, { create: true });
    store.addSource(oneRecording);
    const featureSetId = store.saveFeatureSet({ version: 1, timeZone: 'UTC', features: [], leftOut: [] }, 'features');
    store.saveModel(modelOf(featureSetId), { by: 'ana', atMs: 1 });
    store.close();
    let rows = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const child = await startWriting(path, ENDLESS_ROWS, how);
      await sleep((kill * 37) % 101);
      child.kill('SIGKILL');
      await once(child, 'exit');
      // Whoever only reads comes first: what was left half done is undone for him too.
      openCaseReadOnly(path).close();
      expect(verifyCase(path)).toEqual({ ok: true, problems: [], models: 1 });
      const reopened = openCase(path);
      const last = reopened.nextSequence();
      expect(last).toBeGreaterThanOrEqual(rows);
      const source = reopened.source(1);
      expect(source.rows).toBe(last);
      if (last > 0) {
        const lastRow = reopened.readRaw(last - 1);
        expect(source.position.byteOffset).toBe(lastRow.byteOffset + lastRow.bytes.length + 1);
      }
      expectWhole(reopened, last);
      rows = last;
      reopened.close();
    }
    expect(rows).toBeGreaterThan(0);
    const total = rows + 120;

    const [code] = (await once(await startWriting(path, total, how), 'exit')) as [number | null];
    expect(code).toBe(0);
    const whole = openCase(path);
    expect(whole.nextSequence()).toBe(total);
    const all = Array.from({ length: total }, (_, sequence) => sequence);
    expect(whole.readRawMany(all).map((row) => new TextDecoder().decode(row.bytes))).toEqual(all.map(rowText));
    expect(whole.readRaw(total - 1).line).toBe(total);
    expectWhole(whole, total);
    whole.close();
  },
);
