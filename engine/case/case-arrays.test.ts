import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ColumnBlock } from '../domain/columns.ts';
import type { FeatureSpec } from '../domain/feature-spec.ts';
import type { Profile, ProfileColumn } from '../domain/profile.ts';
import { appendOf, modelOf } from '../store/append-fixture.ts';
import { openCase, openCaseReadOnly } from '../store/open-case.ts';
import { oneRecording, temporaryFolder } from '../store/store-fixtures.ts';
import type { WritableCase } from '../store/writable-case.ts';
import { CaseArrays } from './case-arrays.ts';
import { CaseSession } from './case-session.ts';
import { GrowingArray } from './growing-array.ts';

const column = (name: string, role: ProfileColumn['role'], kind: ProfileColumn['kind']): ProfileColumn => ({
  name,
  role,
  kind,
  confidence: 1,
  reason: 'the test says so',
  inferred: false,
  ...(role === 'label' ? { positiveValues: ['yes'] } : {}),
});
const profile: Profile = {
  version: 1,
  timeZone: 'Europe/Berlin',
  columns: [
    column('time', 'event_time', 'time'),
    column('amount', 'amount', 'number'),
    column('card', 'card', 'category'),
    column('label', 'label', 'category'),
    column('payment', 'id', 'text'),
  ],
};

const noFeatures: FeatureSpec = { version: 1, timeZone: 'UTC', features: [], leftOut: [] };

/** A case into which rows can be put, each card and label new in its dictionary when it first comes. */
function emptyCase(): { readonly store: WritableCase; readonly path: string; append(rowCount: number): void } {
  const path = join(temporaryFolder(onTestFinished), 'a.assay');
  const store = openCase(path, { create: true });
  onTestFinished(() => store.close());
  const { id } = store.addSource(oneRecording);
  store.saveProfile(profile, { by: 'ana', atMs: 1 });
  const texts = new Map<string, string[]>([
    ['card', []],
    ['label', []],
  ]);
  const codeOf = (name: string, text: string, additions: Map<string, string[]>): number => {
    const known = texts.get(name) ?? [];
    if (!known.includes(text)) {
      known.push(text);
      additions.set(name, [...(additions.get(name) ?? []), text]);
    }
    return known.indexOf(text);
  };
  return {
    store,
    path,
    append(rowCount) {
      const first = store.nextSequence();
      const additions = new Map<string, string[]>();
      const rows = Array.from({ length: rowCount }, (_, row) => first + row);
      const columns = new Map<string, ColumnBlock>([
        ['time', { kind: 'time', values: Float64Array.from(rows, (row) => (row % 5 === 3 ? NaN : row * 3_600_000)) }],
        ['amount', { kind: 'number', values: Float64Array.from(rows, (row) => (row % 7 === 1 ? NaN : row / 8)) }],
        [
          'card',
          {
            kind: 'code',
            codes: Int32Array.from(rows, (row) => (row % 4 === 2 ? -1 : codeOf('card', `c${row % 23}`, additions))),
          },
        ],
        [
          'label',
          {
            kind: 'code',
            codes: Int32Array.from(rows, (row) => codeOf('label', row % 9 > 6 ? 'yes' : 'no', additions)),
          },
        ],
        ['payment', textsOf(rows.map((row) => `P${row}`))],
      ]);
      const append = appendOf(store.source(id), first, rowCount);
      store.appendSegment({
        ...append,
        segment: { firstSequence: first, rowCount, columns },
        dictionaryAdditions: additions,
      });
    },
  };
}

const arraysOf = (arrays: CaseArrays) => ({
  times: arrays.times,
  amounts: arrays.amounts,
  days: arrays.days,
  labels: arrays.labels,
  cards: arrays.entity?.codes,
  rowsByCard: arrays.rowsByEntity,
  hours: arrays.hoursOfWeek,
  distinctDays: arrays.distinctDays,
  // Of other rows each time, so that what was read of a segment is used again, and of the newest ones.
  ids: arrays.ids([0, arrays.rowCount - 1, Math.floor(arrays.rowCount / 2)]),
});

function textsOf(texts: readonly string[]): ColumnBlock {
  const parts = texts.map((text) => Buffer.from(text));
  let end = 0;
  return { kind: 'text', bytes: Buffer.concat(parts), ends: Uint32Array.from(parts, ({ length }) => (end += length)) };
}

describe('the arrays of an open case', () => {
  it('are after any appends what they would be if they were read anew', () => {
    const steps = fc.array(fc.record({ rows: fc.integer({ min: 1, max: 300 }), asks: fc.boolean() }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(steps, (appends) => {
        const { path, append } = emptyCase();
        append(1);
        const session = new CaseSession(openCaseReadOnly(path));
        for (const { rows, asks } of appends) {
          append(rows);
          session.refresh();
          if (asks) expect(arraysOf(session.arrays)).toEqual(arraysOf(new CaseArrays(session.openCase)));
        }
        expect(arraysOf(session.arrays)).toEqual(arraysOf(new CaseArrays(session.openCase)));
        session.close();
      }),
      { numRuns: 15 },
    );
  });

  it('read only the rows that came, and leave true what was given out before', () => {
    const { path, append } = emptyCase();
    append(500);
    const session = new CaseSession(openCaseReadOnly(path));
    const before = arraysOf(session.arrays);
    const copied = structuredClone({ ...before, amounts: before.amounts?.slice(), cards: before.cards?.slice() });
    append(40);
    session.refresh();
    const read = vi.spyOn(session.openCase, 'readColumnPieces');
    expect(session.arrays.amounts).toHaveLength(540);
    expect(read.mock.calls.map(([rows]) => rows)).toEqual([{ firstSequence: 500, rowCount: 40 }]);
    expect(before).toEqual(copied);
    session.close();
  });

  it('are read anew under another profile', () => {
    const { store, path, append } = emptyCase();
    append(50);
    const session = new CaseSession(openCaseReadOnly(path));
    expect(session.arrays.days?.[22]).toBe(0);
    store.saveProfile({ ...profile, timeZone: 'Asia/Tokyo' }, { by: 'ana', atMs: 2 });
    append(1);
    session.refresh();
    expect(session.arrays.days?.[22]).toBe(1);
    session.close();
  });
});

describe('the sums of a model', () => {
  it('grow by the rows that came, and are missing by name where the model did not score those', () => {
    const { store, path, append } = emptyCase();
    append(500);
    store.saveModel(modelOf(store.saveFeatureSet(noFeatures, 'spec')), { by: 'ana', atMs: 1 });
    const score = (firstSequence: number, rowCount: number): void =>
      store.writeScores(
        1,
        { firstSequence, rowCount },
        Int32Array.from({ length: rowCount }, (_, row) => firstSequence + row),
      );
    score(0, 500);
    const session = new CaseSession(openCaseReadOnly(path));
    expect(session.view(1).sums).toHaveLength(500);
    append(40);
    session.refresh();
    expect(() => session.view(1).sums).toThrow('Rows were added after model 1 scored the case');
    score(500, 40);
    session.refresh();
    const read = vi.spyOn(session.openCase, 'readScores');
    expect([...session.view(1).sums]).toEqual([...Array(540).keys()]);
    expect(read.mock.calls).toEqual([[1, { firstSequence: 500, rowCount: 40 }]]);
    session.close();
  });
});

describe('rows that come while a recording is read', () => {
  it('are passed over until it has ended or they have scores: the alerts before stay', () => {
    const { store, path, append } = emptyCase();
    append(500);
    store.saveModel(modelOf(store.saveFeatureSet(noFeatures, 'spec')), { by: 'ana', atMs: 1 });
    store.writeScores(1, { firstSequence: 0, rowCount: 500 }, new Int32Array(500));
    const session = new CaseSession(openCaseReadOnly(path));
    expect(session.view(1).sums).toHaveLength(500);
    const [endFirst, endSecond] = [session.passOverUnscoredRows(), session.passOverUnscoredRows()];
    append(40);
    endFirst();
    session.refresh();
    expect(session.arrays.rowCount).toBe(500);
    expect(session.view(1).sums).toHaveLength(500);
    store.writeScores(1, { firstSequence: 500, rowCount: 40 }, new Int32Array(40));
    session.refresh();
    expect(session.view(1).sums).toHaveLength(540);
    append(7);
    session.refresh();
    expect(session.arrays.rowCount).toBe(540);
    endSecond();
    session.refresh();
    expect(session.arrays.rowCount).toBe(547);
    session.close();
  });
});

describe('a growing array', () => {
  it('makes room by doubling, and asks for each row once', () => {
    const lengths: number[] = [];
    const array = new GrowingArray((length) => (lengths.push(length), new Int32Array(length)));
    const asked: number[] = [];
    for (let rowCount = 1; rowCount <= 1000; rowCount++)
      array.upTo(rowCount, (into, from, to) => {
        for (let row = from; row < to; row++) asked.push((into[row] = row));
      });
    expect(asked).toEqual([...Array(1000).keys()]);
    expect(lengths).toHaveLength(12);
  });
});

describe('the background of reasons', () => {
  it('is the same however the rows were cut into segments', () => {
    const backgroundOf = (cuts: readonly number[]) => {
      const { store, path, append } = emptyCase();
      for (const rows of cuts) append(rows);
      const featureSetId = store.saveFeatureSet(noFeatures, 'spec');
      const { rowCount } = new CaseArrays(store);
      const session = new CaseSession(openCaseReadOnly(path));
      const asked: number[] = [];
      vi.spyOn(session.openCase, 'readFeatures').mockImplementation((_, rows) => {
        asked.push(rows.firstSequence, rows.rowCount);
        return new Float32Array(0);
      });
      store.saveModel(modelOf(featureSetId), { by: 'ana', atMs: 1 });
      session.refresh();
      session.modelsChanged();
      const drawn = session.view(1).backgroundRows.rowCount;
      session.close();
      return { rowCount, drawn, asked };
    };
    const whole = backgroundOf([4096, 904]);
    expect(whole).toMatchObject({ rowCount: 5000, drawn: 4096 });
    expect(whole.asked).toHaveLength(2 * 64);
    expect(backgroundOf([4000, 7, 993])).toEqual(whole);
  });
});
