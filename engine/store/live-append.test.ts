import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendOf } from './append-fixture.ts';
import { createCaseWriter } from './case-writer.ts';
import { openCase } from './open-case.ts';
import { oneRecording, temporaryFolder } from './store-fixtures.ts';
import type { LiveAppend } from './types.ts';
import type { WritableCase } from './writable-case.ts';

function caseWithModel(): { readonly store: WritableCase; readonly path: string; readonly live: LiveAppend } {
  const path = join(temporaryFolder(onTestFinished), 'live.assay');
  const store = openCase(path, { create: true });
  onTestFinished(() => store.close());
  const source = store.addSource({ ...oneRecording, kind: 'topic' });
  const featureSetId = store.saveFeatureSet({ version: 1, timeZone: 'UTC', features: [], leftOut: [] }, 'spec');
  const modelId = store.saveModel(
    {
      digest: 'forest',
      name: 'forest',
      parameters: { trees: 1, sample: 2, featuresPerTree: null, seed: 1, grower: 'assay' },
      featureSetId,
      forest: Uint8Array.of(1),
      threshold: { units: 1, rule: 'contamination', details: {} },
      trainedRows: 1,
    },
    { by: 'ana', atMs: 1 },
  );
  const scored = {
    modelId,
    featureSetId,
    features: new Float32Array(10),
    sums: Int32Array.from({ length: 10 }, (_, row) => row),
  };
  const nextOffsets = new Map([
    [0, 7],
    [3, 1],
  ]);
  return { store, path, live: { append: appendOf(source, 0, 10), nextOffsets, scored, windowState: Uint8Array.of(9) } };
}

describe('rows of a live stream', () => {
  it('come with scores, offsets and window state, through the thread as directly', async () => {
    const { store, path, live } = caseWithModel();
    const committed: number[] = [];
    const writer = await createCaseWriter(path, { onCommitted: ({ rows }) => committed.push(rows) });
    await writer.appendLive(live);
    await writer.finish();
    expect(committed).toEqual([10]);
    const [segment] = store.segments();
    expect(store.readScores(1, segment)).toHaveLength(10);
    expect([...store.partitionOffsets(1)]).toEqual([
      [0, 7],
      [3, 1],
    ]);
    expect(store.windowCheckpoint(1)).toEqual({ nextSequence: 10, state: Uint8Array.of(9) });
  });

  it('are dropped whole where one part cannot be stored: offsets never run ahead of rows', () => {
    const { store, live } = caseWithModel();
    if (live.scored === undefined) throw new Error('The fixture has scores.');
    const broken = { ...live, scored: { ...live.scored, modelId: 99 } };
    expect(() => store.appendLive(broken)).toThrow(/FOREIGN KEY/);
    expect(store.nextSequence()).toBe(0);
    expect(store.partitionOffsets(1).size).toBe(0);
    store.appendLive(live);
    expect(store.nextSequence()).toBe(10);
  });
});
