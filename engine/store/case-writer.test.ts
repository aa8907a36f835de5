import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendOf, rowText } from './append-fixture.ts';
import type { ColumnBlock } from '../domain/columns.ts';
import { AssayError } from '../domain/error.ts';
import { verifyCase } from './backup.ts';
import { createCaseWriter } from './case-writer.ts';
import { openCase, openCaseReadOnly } from './open-case.ts';
import { watchSlowQueries } from './sqlite.ts';
import { oneRecording, temporaryFolder } from './store-fixtures.ts';
import type { Source } from './types.ts';

function caseWithSource(): { readonly path: string; readonly source: Source } {
  const path = join(temporaryFolder(onTestFinished), 'a.assay');
  const store = openCase(path, { create: true });
  const source = store.addSource(oneRecording);
  store.close();
  return { path, source };
}

async function failureOf(work: Promise<unknown>): Promise<AssayError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AssayError) return error;
  throw new Error(`expected an AssayError, got ${String(error)}`);
}

describe('the writer thread', () => {
  it('tells the thread that started it of its slow transactions, where that one wants to know', async () => {
    const { path, source } = caseWithSource();
    const told: string[] = [];
    watchSlowQueries(({ what }) => told.push(what), -1);
    const writer = await createCaseWriter(path);
    told.length = 0;
    await writer.append(appendOf(source, 0, 3));
    await writer.finish();
    expect(told).toContain('a transaction');
    watchSlowQueries(() => undefined, Infinity);
  });

  it('takes columns that are parts of a larger or pooled buffer without carrying or detaching it', async () => {
    const { path, source } = caseWithSource();
    const writer = await createCaseWriter(path);
    const append = appendOf(source, 0, 3);
    const pool = new Float64Array(1000).fill(7);
    const bytes = Buffer.from('abc');
    const columns = new Map<string, ColumnBlock>([
      ['amount', { kind: 'number', values: pool.subarray(10, 13) }],
      ['id', { kind: 'text', bytes, ends: Uint32Array.of(1, 2, 3) }],
    ]);
    await writer.append({ ...append, segment: { ...append.segment, columns } });
    await writer.finish();
    expect(pool.length).toBe(1000);
    expect(bytes.toString()).toBe('abc');
    const read = openCaseReadOnly(path);
    const stored = read.readSegmentColumns(read.segments()[0]).columns;
    expect(stored.get('amount')).toEqual({ kind: 'number', values: Float64Array.of(7, 7, 7) });
    expect(stored.get('id')).toEqual({
      kind: 'text',
      bytes: new TextEncoder().encode('abc'),
      ends: Uint32Array.of(1, 2, 3),
    });
    read.close();
  });

  it('stores everything in order although the caller reuses its buffers at once', async () => {
    const { path, source } = caseWithSource();
    const writer = await createCaseWriter(path, { appendsInFlight: 2 });
    let position = source.position;
    for (let first = 0; first < 3000; first += 100) {
      const append = appendOf({ id: source.id, position }, first, 100);
      const settled = writer.append(append);
      append.raw.bytes.fill(0);
      append.raw.rawStart.fill(0);
      append.line.fill(0);
      position = append.next;
      await settled;
    }
    expect(await writer.flush()).toMatchObject({ rows: 3000 });
    const stored = openCaseReadOnly(path);
    const [first] = stored.segments();
    stored.close();
    await writer.writeFeatures(openedFeatureSet(path), first, new Float32Array(first.rowCount).fill(2));
    expect(await writer.finish()).toMatchObject({ rows: 3000, quarantined: 0 });
    const read = openCaseReadOnly(path);
    const all = Array.from({ length: 3000 }, (_, sequence) => sequence);
    expect(read.readRawMany(all).map((row) => new TextDecoder().decode(row.bytes))).toEqual(all.map(rowText));
    expect(read.readFeatures(1, first)).toEqual(new Float32Array(first.rowCount).fill(2));
    expect(read.source(source.id).position).toEqual(position);
    read.close();
  });

  it('brings the error of the thread back with its code, to this call or the next', async () => {
    expect((await failureOf(createCaseWriter(join(temporaryFolder(onTestFinished), 'absent.assay')))).code).toBe(
      'CASE_NOT_FOUND',
    );
    const { path, source } = caseWithSource();
    const writer = await createCaseWriter(path);
    const other = openCase(path);
    other.appendSegment(appendOf(source, 0, 5));
    await writer.append(appendOf(source, 0, 5));
    expect((await failureOf(writer.finish())).code).toBe('CASE_BUSY');
    expect((await failureOf(writer.append(appendOf(source, 0, 5)))).code).toBe('CASE_BUSY');
    expect(other.nextSequence()).toBe(5);
    other.close();
  });

  it('puts a slow stream on disk without being asked', async () => {
    const { path, source } = caseWithSource();
    const writer = await createCaseWriter(path);
    await writer.append(appendOf(source, 0, 5));
    const read = openCaseReadOnly(path);
    await expect.poll(() => read.nextSequence()).toBe(5);
    read.close();
    await writer.finish();
  });

  it('writes the first rows without a log while nobody else has the case open, and with one from then on', async () => {
    const { path, source } = caseWithSource();
    const writer = await createCaseWriter(path, { isFirstFill: true });
    const first = appendOf(source, 0, 5);
    await writer.append(first);
    await writer.flush();
    expect(existsSync(`${path}-wal`)).toBe(false);
    const read = openCaseReadOnly(path);
    expect(read.nextSequence()).toBe(5);
    read.close();
    const other = openCase(path);
    await writer.append(appendOf({ id: source.id, position: first.next }, 5, 5));
    await writer.flush();
    expect(existsSync(`${path}-wal`)).toBe(true);
    expect(other.nextSequence()).toBe(10);
    other.close();
    await writer.finish();
    expect(verifyCase(path)).toMatchObject({ ok: true });
    expect(readdirSync(dirname(path))).toEqual(['a.assay']);
  });

  it('keeps the log where somebody else has the case open', async () => {
    const { path, source } = caseWithSource();
    const other = openCase(path);
    const writer = await createCaseWriter(path, { isFirstFill: true });
    await writer.append(appendOf(source, 0, 5));
    await writer.flush();
    expect(existsSync(`${path}-wal`)).toBe(true);
    expect(other.nextSequence()).toBe(5);
    await writer.finish();
    other.close();
  });

  it('drops what was not stored when it is aborted, and leaves a valid case', async () => {
    const { path, source } = caseWithSource();
    const writer = await createCaseWriter(path);
    await writer.append(appendOf(source, 0, 5));
    await writer.abort();
    expect((await failureOf(writer.append(appendOf(source, 0, 5)))).code).toBe('CANCELLED');
    const store = openCase(path);
    store.appendSegment(appendOf(store.source(source.id), store.nextSequence(), 5));
    store.close();
  });
});

function openedFeatureSet(path: string): number {
  const store = openCase(path);
  const id = store.saveFeatureSet({ version: 1, timeZone: 'UTC', features: [], leftOut: [] }, 'features');
  store.close();
  return id;
}
