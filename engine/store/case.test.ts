import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FeatureSpec } from '../domain/feature-spec.ts';
import type { Profile } from '../domain/profile.ts';
import { appendOf, rowText } from './append-fixture.ts';
import { openCase, openCaseReadOnly } from './open-case.ts';
import { codeOf, oneRecording, temporaryFolder } from './store-fixtures.ts';
import type { NewModel } from './types.ts';

const doing = { by: 'ana', atMs: 7 };
import type { WritableCase } from './writable-case.ts';

const spec: FeatureSpec = { version: 1, timeZone: 'UTC', features: [], leftOut: [] };

function freshCase(): WritableCase {
  return openCase(join(temporaryFolder(onTestFinished), 'a.assay'), { create: true });
}

function modelOn(featureSetId: number, digest = 'd1'): NewModel {
  return {
    digest,
    name: 'first',
    parameters: { trees: 1, sample: 2, featuresPerTree: null, seed: 3, grower: 'assay' },
    featureSetId,
    forest: Uint8Array.of(1, 2, 3),
    threshold: { units: 10, rule: 'contamination', details: { contamination: 0.01 } },
    trainedRows: 3,
  };
}

describe('rows of a case', () => {
  it('come back exactly after reopening: columns, raw bytes, lines, offsets, position', () => {
    const store = freshCase();
    let source = store.addSource(oneRecording);
    store.appendSegment(appendOf(source, 0, 100));
    source = store.source(source.id);
    store.appendSegments([appendOf(source, 100, 4096)]);
    store.completeSource(source.id, { storedBytes: 5, sha256: 'ab' });
    store.close();

    const read = openCaseReadOnly(store.path);
    const [first, second] = read.segments();
    expect([first.rowCount, second.firstSequence, second.rowCount]).toEqual([100, 100, 4096]);
    const columns = read.readSegmentColumns(second).columns;
    expect(columns.get('amount')).toEqual({
      kind: 'number',
      values: Float64Array.from({ length: 4096 }, (_, row) => (100 + row) % 997),
    });
    expect([...read.readSegmentColumns(second, ['amount', 'absent']).columns.keys()]).toEqual(['amount']);
    const wanted = [4195, 0, 99, 100, 0];
    const rows = read.readRawMany(wanted);
    expect(rows.map((row) => new TextDecoder().decode(row.bytes))).toEqual(wanted.map(rowText));
    expect(rows.map((row) => row.line)).toEqual(wanted.map((sequence) => sequence + 1));
    expect(rows[3].byteOffset).toBe(source.position.byteOffset);
    expect(read.sources()[0]).toMatchObject({
      rows: 4196,
      complete: true,
      uri: 'payments.csv',
      format: oneRecording.format,
    });
    expect(codeOf(() => read.readRaw(4196))).toBe('WRONG_USE');
    read.close();
  });

  it('keep malformed records with their bytes, also where a span held nothing else', () => {
    const store = freshCase();
    const source = store.addSource(oneRecording);
    const raw = Uint8Array.of(0, 255, 10);
    const append = appendOf(source, 0, 0);
    store.appendSegment({
      ...append,
      next: { byteOffset: 30, line: 4 },
      rejected: [1, 2, 3].map((line) => ({ raw, line, byteOffset: 10 * (line - 1), reason: `bad ${line}` })),
    });
    expect(store.segments()).toEqual([]);
    expect(store.source(source.id)).toMatchObject({ position: { byteOffset: 30, line: 4 }, quarantined: 3, rows: 0 });
    const page = store.quarantined({ limit: 2 });
    expect(page.rows.map((row) => row.reason)).toEqual(['bad 1', 'bad 2']);
    expect([...page.rows[0].raw]).toEqual([...raw]);
    const after = page.next ?? 0;
    expect(store.quarantined({ after, limit: 2 })).toMatchObject({ rows: [{ line: 3, byteOffset: 20 }], next: null });
    store.setQuarantineState(page.rows[0].id, 'retried');
    expect(store.counts().quarantined).toBe(2);
    store.close();
  });

  it('continue the dictionary of a column where the stored one ends', () => {
    const store = freshCase();
    const source = store.addSource(oneRecording);
    const withTexts = (first: number, texts: readonly string[]): void => {
      const append = appendOf(store.source(source.id), first, 2);
      const columns = new Map([['merchant', { kind: 'code' as const, codes: Int32Array.of(first, -1) }]]);
      store.appendSegment({
        ...append,
        segment: { ...append.segment, columns },
        dictionaryAdditions: new Map([['merchant', texts]]),
      });
    };
    withTexts(0, ['Café', '', "'; DROP TABLE source"]);
    withTexts(2, ['\u0000x']);
    const dictionary = store.dictionaries().get('merchant');
    expect(dictionary?.size).toBe(4);
    expect(dictionary?.find("'; DROP TABLE source")).toBe(2);
    expect(dictionary?.textOf(3)).toBe('\u0000x');
    expect(dictionary?.codeOf('new')).toBe(4);
    store.close();
  });

  it('leave no trace of a group of appends that failed half-way', () => {
    const store = freshCase();
    const source = store.addSource(oneRecording);
    const good = appendOf(source, 0, 10);
    const atWrongRow = appendOf({ id: source.id, position: good.next }, 99, 10);
    expect(() => store.appendSegments([good, atWrongRow])).toThrow(/starts at row 99/);
    expect(store.nextSequence()).toBe(0);
    expect(store.source(source.id).position).toEqual(source.position);
    expect(() =>
      store.inTransaction(() => {
        store.appendSegment(good);
        throw new Error('later step');
      }),
    ).toThrow('later step');
    store.appendSegment(good);
    expect(store.nextSequence()).toBe(10);
    store.close();
  });
});

describe('features, models and alerts of a case', () => {
  it('keep a feature set and a model once, however often they are saved', () => {
    const store = freshCase();
    const featureSet = store.saveFeatureSet(spec, 'features');
    expect(store.saveFeatureSet(spec, 'features')).toBe(featureSet);
    expect(store.findFeatureSet('features')).toEqual({ id: featureSet, spec });
    expect(store.findFeatureSet('others')).toBeUndefined();
    const model = store.saveModel(modelOn(featureSet), doing);
    expect(store.saveModel({ ...modelOn(featureSet), name: 'again' }, doing)).toBe(model);
    const other = store.saveModel(modelOn(featureSet, 'd2'), doing);
    expect(store.models().find(({ isChampion }) => isChampion)?.id).toBe(model);
    store.promote(other, 'finds more', doing);
    expect(store.models().map((one) => [one.name, one.isChampion])).toEqual([
      ['again', false],
      ['first', true],
    ]);
    // Saying once more who the champion is leaves nothing that a roll back would have to pass first.
    store.promote(other, 'still', doing);
    expect(store.rollBack('worse live', doing)).toBe(model);
    expect(store.rollBack('once more', doing)).toBeNull();
    expect(store.promotions().map(({ modelId, reason, undoneAtMs }) => [modelId, reason, undoneAtMs])).toEqual([
      [model, 'the first model', null],
      [other, 'finds more', doing.atMs],
    ]);
    expect(store.model('d2')?.id).toBe(other);
    expect([...store.readForest(model)]).toEqual([1, 2, 3]);
    store.close();
  });

  it('know which segments a stopped job has left to do', () => {
    const store = freshCase();
    const source = store.addSource(oneRecording);
    store.appendSegment(appendOf(source, 0, 2));
    store.appendSegment(appendOf(store.addSource({ ...oneRecording, fingerprint: 'another' }), 2, 3));
    const [first, second] = store.segments();
    const featureSet = store.saveFeatureSet(spec, 'features');
    const model = store.saveModel(modelOn(featureSet), doing);
    store.writeFeatures(featureSet, first, Float32Array.of(0.5, NaN, -0, 4));
    store.writeScores(model, second, Int32Array.of(3, 2, 1));
    expect(store.readFeatures(featureSet, first)).toEqual(Float32Array.of(0.5, NaN, -0, 4));
    expect(store.readScores(model, first)).toBeUndefined();
    expect(store.readScores(model, second)).toEqual(Int32Array.of(3, 2, 1));
    expect(store.segmentsWithoutFeatures(featureSet)).toEqual([second]);
    expect(store.segmentsWithoutScores(model)).toEqual([first]);
    store.close();
  });

  it('give features that are held as they are stored, and never those of rows that another writer changed', () => {
    const store = freshCase();
    store.appendSegment(appendOf(store.addSource(oneRecording), 0, 6));
    const featureSet = store.saveFeatureSet(spec, 'features');
    const dataVersion = store.dataVersion();
    const [rows] = store.segments();
    const values = Float32Array.from({ length: 12 }, (_, index) => (index === 5 ? NaN : index / 3));
    store.writeFeatures(featureSet, rows, values);
    const some = { firstSequence: 2, rowCount: 3 };
    const stored = store.readFeatures(featureSet, some);
    expect(stored).toEqual(values.slice(4, 10));
    store.holdFeatures(featureSet, values, dataVersion);
    expect(store.readFeatures(featureSet, some)).toEqual(stored);
    expect(store.readFeatures(featureSet, some)?.buffer).toBe(values.buffer);
    expect(store.readFeatures(featureSet + 1, some)).toBeUndefined();

    const other = openCase(store.path);
    other.writeFeatures(featureSet, rows, new Float32Array(12));
    other.close();
    expect(store.readFeatures(featureSet, some)).toEqual(new Float32Array(6));
    // Of features that were computed before another one wrote nothing is held.
    store.holdFeatures(featureSet, values, dataVersion);
    expect(store.readFeatures(featureSet, some)).toEqual(new Float32Array(6));
    store.holdFeatures(featureSet, values, store.dataVersion());
    expect(() =>
      store.inTransaction(() => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(store.readFeatures(featureSet, some)).toEqual(new Float32Array(6));
    store.close();
  });

  it('write every threshold, profile and setting into the history with what was before', () => {
    const store = freshCase();
    const model = store.saveModel(modelOn(store.saveFeatureSet(spec, 'features')), doing);
    store.setThreshold(model, { units: 2, rule: 'alerts-per-day', details: { value: 60 } }, doing);
    store.chooseSetting('gap', 5, doing);
    expect(store.model(model)?.threshold).toEqual({ units: 2, rule: 'alerts-per-day', details: { value: 60 } });
    const [setting, threshold, trained] = store.decisions.auditPage({ limit: 9 }).rows;
    expect([setting.what, threshold.what, trained.what]).toEqual([
      'setting gap: 5',
      'threshold of first',
      'model trained: first',
    ]);
    expect(JSON.parse(threshold.details)).toMatchObject({ now: { units: 2 } });
    expect(store.decisions.brokenAuditEntry()).toBeNull();
    store.close();
  });

  it('keep no change without its entry in the history, and no entry without its change', () => {
    const store = freshCase();
    expect(() =>
      store.change(doing, () => {
        store.setSetting('draft', 1);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(store.setting('draft')).toBeUndefined();
    expect(store.decisions.auditPage({ limit: 9 }).rows).toEqual([]);
    store.close();
  });

  it('take back a whole transaction of several methods when one of them fails', () => {
    const store = freshCase();
    expect(() =>
      store.inTransaction(() => {
        store.setSetting('draft', { amount: 1 });
        store.inTransaction(() => store.setSetting('other', 2));
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(store.setting('draft')).toBeUndefined();
    expect(store.setting('other')).toBeUndefined();
    store.close();
  });

  it('keep the newest profile, runs and settings', () => {
    const store = freshCase();
    const profile: Profile = { version: 1, timeZone: 'UTC', columns: [] };
    expect(store.profile()).toBeUndefined();
    store.saveProfile(profile, doing);
    store.saveProfile({ ...profile, timeZone: 'Europe/Vienna' }, doing);
    expect(store.profile()?.timeZone).toBe('Europe/Vienna');
    const run = store.startRun('run', { trees: 100 });
    expect(store.runs()[0]).toMatchObject({ status: 'running', endedAtMs: null, result: null });
    store.finishRun(run, 'cancelled', { rows: 5 });
    expect(store.runs()[0]).toMatchObject({ command: 'run', status: 'cancelled', result: { rows: 5 } });
    store.setSetting('theme', 'dark');
    store.setSetting('theme', ['light']);
    expect(store.setting('theme')).toEqual(['light']);
    store.close();
  });
});
