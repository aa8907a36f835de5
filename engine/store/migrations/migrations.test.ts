import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendOf, rowText } from '../append-fixture.ts';
import { verifyCase } from '../backup.ts';
import { openCase, openCaseWithMigrations } from '../open-case.ts';
import { oneRecording, temporaryFolder } from '../store-fixtures.ts';
import { migrations } from './migrations.ts';

/** A closed case of an earlier layout with rows, a model with scores and alerts, and a finished job. */
function populatedCase(version: number): string {
  const path = join(temporaryFolder(onTestFinished), 'old.assay');
  const store = openCaseWithMigrations(path, { create: true }, migrations.slice(0, version));
  store.appendSegment(appendOf(store.addSource(oneRecording), 0, 500));
  const spec = { version: 1 as const, timeZone: 'UTC', features: [], leftOut: [] };
  const featureSetId = store.saveFeatureSet(spec, 'spec');
  const threshold = { units: 7, rule: 'contamination', details: { value: 0.01 } };
  const modelId = store.saveModel({
    digest: 'forest',
    name: 'forest',
    parameters: { trees: 1, sample: 2, featuresPerTree: null, seed: 1, grower: 'assay' },
    featureSetId,
    forest: Uint8Array.of(1, 2, 3),
    threshold,
    trainedRows: 500,
  });
  store.writeScores(
    modelId,
    store.segments()[0].id,
    Int32Array.from({ length: 500 }, (_, row) => row),
  );
  store.replaceAlerts(modelId, threshold, { sequences: [3, 5], sums: Int32Array.of(3, 5) });
  store.finishRun(store.startRun('run', {}), 'completed', { rows: 500 });
  store.close();
  return path;
}

describe('a populated case of layout 1', () => {
  it('keeps rows, models, scores and alerts, and can hold decisions afterwards', () => {
    const path = populatedCase(1);
    const store = openCase(path);
    onTestFinished(() => store.close());
    expect(new TextDecoder().decode(store.readRaw(499).bytes)).toBe(rowText(499));
    const [model] = store.models();
    expect(store.readScores(model.id, store.segments()[0].id)?.[499]).toBe(499);
    expect(store.alertsPage(model.id, { limit: 10 }).rows).toEqual([
      { sequence: 3, sum: 3 },
      { sequence: 5, sum: 5 },
    ]);
    expect(store.runs()).toHaveLength(1);
    expect(store.decisions.undoDepth()).toBe(0);
    store.decisions.addNote({ by: 'ana', atMs: 1, key: 'card-1', text: 'seen' });
    expect(store.decisions.notes('card-1')).toMatchObject([{ text: 'seen', by: 'ana' }]);
    expect(verifyCase(path)).toMatchObject({ ok: true });
  });
});
