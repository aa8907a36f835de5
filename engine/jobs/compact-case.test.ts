import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { appendOf } from '../store/append-fixture.ts';
import { verifyCase } from '../store/backup.ts';
import { openCase } from '../store/open-case.ts';
import { oneRecording, temporaryFolder } from '../store/store-fixtures.ts';
import { compactCase } from './compact-case.ts';

const rows = 3000;
const rowsPerSegment = 10;

/** A case of small segments, as a slow topic left before appends merged them: each has its own features for a while. */
function fragmentedCase(): string {
  const path = join(temporaryFolder(onTestFinished), 'slow.assay');
  const store = openCase(path, { create: true });
  const source = store.addSource(oneRecording);
  const featureSetId = store.saveFeatureSet({ version: 1, timeZone: 'UTC', features: [], leftOut: [] }, 'features');
  for (let row = 0; row < rows; row += rowsPerSegment) {
    store.appendSegment(appendOf(store.source(source.id), row, rowsPerSegment));
    if (row % (2 * rowsPerSegment) === 0)
      store.writeFeatures(
        featureSetId,
        { firstSequence: row, rowCount: rowsPerSegment },
        new Float32Array(rowsPerSegment),
      );
  }
  store.writeFeatures(featureSetId, { firstSequence: 0, rowCount: rows }, new Float32Array(rows));
  store.close();
  return path;
}

it('merges the segments of an older case once, with a backup, a line in the history, and nothing else changed', async () => {
  const path = fragmentedCase();
  const done: number[] = [];
  const context = {
    signal: new AbortController().signal,
    report: (progress: { done: number }) => void done.push(progress.done),
  };
  const compaction = await compactCase(path, context);
  expect(compaction).toMatchObject({ segmentsBefore: rows / rowsPerSegment, segmentsAfter: 1 });
  expect(compaction.bytesAfter).toBeLessThan(compaction.bytesBefore);
  expect(done[0]).toBe(0);
  expect(verifyCase(path).problems).toEqual([]);
  expect(verifyCase(compaction.backup ?? '').problems).toEqual([]);
  const store = openCase(path);
  expect(store.decisions.auditPage({ limit: 5 }).rows.map(({ what }) => what)).toEqual([
    'segments merged: 300 became 1',
  ]);
  expect(store.runs().at(-1)).toMatchObject({ command: 'doctor', status: 'completed', result: { segmentsAfter: 1 } });
  expect(store.readRaw(rows - 1).line).toBe(rows);
  store.close();
  expect(await compactCase(path, context)).toMatchObject({ segmentsAfter: 1, backup: null });
  expect(readdirSync(dirname(path)).filter((name) => name.includes('backup'))).toHaveLength(1);
});

it('stops when told to with a valid case, and goes on from there the next time', async () => {
  const path = fragmentedCase();
  const stop = new AbortController();
  await expect(compactCase(path, { signal: stop.signal, report: () => stop.abort() })).rejects.toThrow();
  expect(verifyCase(path).problems).toEqual([]);
  const store = openCase(path);
  expect(store.runs().at(-1)).toMatchObject({ status: 'cancelled' });
  store.close();
  const whole = await compactCase(path, { signal: new AbortController().signal, report: () => undefined });
  expect(whole).toMatchObject({ segmentsAfter: 1 });
});
