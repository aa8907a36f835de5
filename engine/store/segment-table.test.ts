import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendOf, modelOf, rowText, scoresOf } from './append-fixture.ts';
import { verifyCase } from './backup.ts';
import { openCase, openCaseReadOnly } from './open-case.ts';
import type { ReadableCase } from './readable-case.ts';
import { oneRecording, temporaryFolder } from './store-fixtures.ts';
import type { RowRange } from './types.ts';
import type { WritableCase } from './writable-case.ts';

const doing = { by: 'ana', atMs: 1 };

function caseWithModel(): WritableCase {
  const store = openCase(join(temporaryFolder(onTestFinished), 'a.assay'), { create: true });
  onTestFinished(() => store.close());
  for (const fingerprint of ['a', 'b']) store.addSource({ ...oneRecording, fingerprint });
  const featureSetId = store.saveFeatureSet({ version: 1, timeZone: 'UTC', features: [], leftOut: [] }, 'features');
  store.saveModel(modelOf(featureSetId), doing);
  return store;
}

function appendRows(store: WritableCase, rowCount: number, { sourceId = 1, isScored = true } = {}): void {
  const append = appendOf(store.source(sourceId), store.nextSequence(), rowCount);
  store.appendLive({ append, nextOffsets: new Map(), ...(isScored ? { scored: scoresOf(append) } : {}) });
}

function sequencesOf({ firstSequence, rowCount }: RowRange): Int32Array {
  return Int32Array.from({ length: rowCount }, (_, row) => firstSequence + row);
}

function expectRows(openedCase: ReadableCase, rows: RowRange): void {
  const sequences = sequencesOf(rows);
  const { columns, ...place } = openedCase.readSegmentColumns(rows);
  expect(place).toEqual(rows);
  expect(columns.get('amount')).toEqual({ kind: 'number', values: Float64Array.from(sequences, (row) => row % 997) });
  const ids = columns.get('id');
  if (ids?.kind !== 'text') throw new Error('The ids are texts.');
  expect(new TextDecoder().decode(ids.bytes)).toBe(sequences.join(''));
  expect(ids.ends.at(-1)).toBe(ids.bytes.length);
}

describe('small segments', () => {
  it('become few, whoever appended them and in whatever pieces, and keep every row as it was', () => {
    const piece = fc.record({
      rowCount: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 })),
      sourceId: fc.constantFrom(1, 1, 1, 2),
      isScored: fc.constantFrom(true, true, true, true, false),
    });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 20 }), (pieces) => {
        const store = caseWithModel();
        const reader = openCaseReadOnly(store.path);
        const seen: RowRange[] = [];
        const unscored: number[] = [];
        for (const { rowCount, ...how } of pieces) {
          if (!how.isScored) unscored.push(...sequencesOf({ firstSequence: store.nextSequence(), rowCount }));
          appendRows(store, rowCount, how);
          for (const { firstSequence, rowCount: rows } of reader.segments())
            seen.push({ firstSequence, rowCount: rows });
        }
        let end = 0;
        for (const { firstSequence, rowCount } of reader.segments()) {
          expect(firstSequence).toBe(end);
          end += rowCount;
        }
        for (const rows of seen) {
          expectRows(reader, rows);
          const isUnscored = unscored.some(
            (row) => row >= rows.firstSequence && row < rows.firstSequence + rows.rowCount,
          );
          expect(reader.readScores(1, rows)).toEqual(isUnscored ? undefined : sequencesOf(rows));
          expect(reader.readFeatures(1, rows)?.length).toBe(isUnscored ? undefined : 2 * rows.rowCount);
        }
        const all = Array.from({ length: end }, (_, sequence) => sequence);
        expect(reader.readRawMany(all).map(({ bytes }) => new TextDecoder().decode(bytes))).toEqual(all.map(rowText));
        expect(verifyCase(store.path).problems).toEqual([]);
        reader.close();
        store.close();
      }),
      { numRuns: 12 },
    );
  });

  it('are at most ten after 20,000 messages that came ten at a time', () => {
    const store = caseWithModel();
    const startedMs = performance.now();
    while (store.nextSequence() < 20_000) appendRows(store, 10);
    const fedMs = performance.now();
    const segments = store.segments();
    const all = { firstSequence: 0, rowCount: 20_000 };
    const reader = openCaseReadOnly(store.path);
    const openedMs = performance.now();
    reader.readColumnPieces(all, ['id', 'amount']);
    const readMs = performance.now() - openedMs;
    process.stderr.write(
      `20,000 messages in ${(fedMs - startedMs).toFixed(0)} ms; ${segments.length} segments; two columns read in ${readMs.toFixed(1)} ms\n`,
    );
    expect(segments.length).toBeLessThanOrEqual(10);
    expectRows(reader, all);
    expect(reader.readScores(1, all)).toEqual(sequencesOf(all));
    reader.close();
  });

  it('stay apart where models differ, and fill up once they are scored alike, as a case made before merging would', () => {
    const store = caseWithModel();
    for (let batch = 0; batch < 60; batch++) appendRows(store, 100, { isScored: batch % 2 === 0 });
    expect(store.segments()).toHaveLength(60);
    expect(store.hasSegmentsToFill()).toBe(false);
    const all = { firstSequence: 0, rowCount: 6000 };
    store.writeScores(1, all, sequencesOf(all));
    store.writeFeatures(
      1,
      all,
      Float32Array.from({ length: 12_000 }, (_, index) => Math.floor(index / 2) + (index % 2) / 2),
    );
    expect(store.hasSegmentsToFill()).toBe(true);
    let next: number | null = 0;
    while (next !== null) next = store.fillSegments(next, 1000);
    expect(store.segments().map(({ rowCount }) => rowCount)).toEqual([3100, 2900]);
    expect(store.hasSegmentsToFill()).toBe(false);
    expectRows(store, all);
    expect(store.readScores(1, all)).toEqual(sequencesOf(all));
    expect(store.readFeatures(1, { firstSequence: 5000, rowCount: 1 })).toEqual(Float32Array.of(5000, 5000.5));
    expect(verifyCase(store.path).problems).toEqual([]);
  });

  it('are left alone where large batches come: a full segment is never written again', () => {
    const store = caseWithModel();
    appendRows(store, 5);
    for (let batch = 0; batch < 3; batch++) appendRows(store, 4096);
    appendRows(store, 3);
    expect(store.segments().map(({ rowCount }) => rowCount)).toEqual([5, 4096, 4096, 4096, 3]);
  });

  it('take features and sums for the rows a job saw, although rows came and were merged with them meanwhile', () => {
    const store = caseWithModel();
    appendRows(store, 30);
    const [seen] = store.segments();
    appendRows(store, 20);
    expect(store.segments()).toHaveLength(1);
    const challenger = store.saveModel({ ...modelOf(1), digest: 'challenger' }, doing);
    store.writeScores(
      challenger,
      seen,
      Int32Array.from({ length: 30 }, (_, row) => 7 * row),
    );
    expect(store.readScores(challenger, seen)?.at(-1)).toBe(203);
    expect(store.readScores(challenger, { firstSequence: 0, rowCount: 50 })).toBeUndefined();
    expect(store.segmentsWithoutScores(challenger)).toEqual([{ firstSequence: 30, rowCount: 20, sourceId: 1 }]);
    expect(store.readScores(1, { firstSequence: 0, rowCount: 50 })).toEqual(
      sequencesOf({ firstSequence: 0, rowCount: 50 }),
    );
    expectRows(store, { firstSequence: 0, rowCount: 50 });
  });
});
