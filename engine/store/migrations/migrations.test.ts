import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendOf, rowText } from '../append-fixture.ts';
import { verifyCase } from '../backup.ts';
import { openCase, openCaseWithMigrations } from '../open-case.ts';
import { encodeAppend, packAppend } from '../segment-encoding.ts';
import { connect } from '../sqlite.ts';
import { oneRecording, temporaryFolder } from '../store-fixtures.ts';
import { migrations } from './migrations.ts';

/** A closed case of the first layout with rows, a model with scores and alerts, and a finished job. */
function caseOfFirstLayout(): string {
  const path = join(temporaryFolder(onTestFinished), 'old.assay');
  const store = openCaseWithMigrations(path, { create: true }, migrations.slice(0, 1));
  const append = encodeAppend(packAppend(appendOf(store.addSource(oneRecording), 0, 500)));
  store.saveFeatureSet({ version: 1, timeZone: 'UTC', features: [], leftOut: [] }, 'spec');
  store.finishRun(store.startRun('run', {}), 'completed', { rows: 500 });
  store.close();
  const connection = connect(path, {});
  connection
    .prepare('INSERT INTO segment VALUES (1, 0, 500, 1, 0, ?, ?, ?)')
    .run(append.next.byteOffset, append.raw, append.rowLayout);
  append.columns.forEach(({ name, kind, encoding, data }, index) => {
    connection.prepare('INSERT INTO "column" VALUES (?, ?, ?)').run(index + 1, name, kind);
    connection.prepare('INSERT INTO segment_column VALUES (NULL, 1, ?, ?, ?, ?)').run(index + 1, kind, encoding, data);
  });
  connection.exec(`
    UPDATE source SET row_count = 500, next_byte_offset = ${append.next.byteOffset}, next_line = 501;
    INSERT INTO model VALUES (1, 'forest', 'forest', '{"trees":1,"sample":2,"featuresPerTree":null,"seed":1,"grower":"assay"}', 1,
      '{"units":7,"rule":"contamination","details":{"value":0.01}}', 500, 5, 1,
      '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81', x'010203');
    INSERT INTO score_segment VALUES (1, 1, 1, zeroblob(2000));
    INSERT INTO alert VALUES (1, 3, 3), (1, 5, 5);`);
  connection.close();
  return path;
}

describe('a populated case of layout 1', () => {
  it('keeps rows, models and scores, remembers its champion, and can hold decisions afterwards', () => {
    const path = caseOfFirstLayout();
    const store = openCase(path);
    onTestFinished(() => store.close());
    expect(new TextDecoder().decode(store.readRaw(499).bytes)).toBe(rowText(499));
    const [model] = store.models();
    expect(model).toMatchObject({ isChampion: true, threshold: { units: 7, rule: 'contamination' } });
    expect(store.promotions()).toMatchObject([{ modelId: model.id, undoneAtMs: null }]);
    expect(store.readScores(model.id, store.segments()[0])).toHaveLength(500);
    expect(store.runs()).toHaveLength(1);
    expect(store.decisions.undoDepth('ana')).toBe(0);
    store.decisions.addNote({ by: 'ana', atMs: 1, key: 'card-1', text: 'seen' });
    expect(store.decisions.notes(['card-1'])).toMatchObject([{ text: 'seen', by: 'ana' }]);
    expect(verifyCase(path)).toMatchObject({ ok: true });
  });
});

describe('a case made by the version before, with decisions', () => {
  it('keeps verdicts, notes, snoozes, what can be undone and a whole chain', () => {
    const path = join(temporaryFolder(onTestFinished), 'former.assay');
    const packed = new URL('../../../test/former-cases/layout-4.assay.gz', import.meta.url);
    writeFileSync(path, gunzipSync(readFileSync(packed)));
    const store = openCase(path);
    onTestFinished(() => store.close());
    const verdicts = store.decisions.standingVerdicts();
    expect(
      verdicts.map(({ kind, sequences, by, closedUntilMs }) => [kind, sequences.length, by, closedUntilMs]),
    ).toEqual([
      ['fraud', 1, 'ana', null],
      ['legitimate', 4, 'ana', null],
    ]);
    expect(store.decisions.notes(['K525117-11'])).toMatchObject([{ text: 'called the customer' }]);
    expect(store.decisions.standingSnoozes().get('K659287-9')).toBe(4102444800000);
    expect(store.decisions.undoDepth('ana')).toBe(4);
    expect(store.decisions.brokenAuditEntry()).toBeNull();
    store.decisions.addGrouping({ by: 'ana', atMs: 9, kind: 'split', key: '#1', sequences: Uint32Array.of(1) });
    expect(store.decisions.undoLast({ by: 'ana', atMs: 10 })).toMatchObject({ kind: 'grouping' });
    expect(store.decisions.undoLast({ by: 'ana', atMs: 11 })).toMatchObject({ kind: 'snooze' });
    expect(store.decisions.brokenAuditEntry()).toBeNull();
    expect(verifyCase(path)).toMatchObject({ ok: true });
  });

  it('is whole, or as it was, after each thing that its opening wrote, so that it can be killed at any moment', () => {
    const folder = temporaryFolder(onTestFinished);
    const path = join(folder, 'former.assay');
    writeFileSync(
      path,
      gunzipSync(readFileSync(new URL('../../../test/former-cases/layout-4.assay.gz', import.meta.url))),
    );
    const store = openCase(path);
    onTestFinished(() => store.close());
    const [file, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
    const ends = commitsOf(log);
    expect(ends.length).toBeGreaterThan(0);
    for (const [index, end] of ends.entries()) {
      const killed = join(folder, `killed-${index}.assay`);
      writeFileSync(killed, file);
      writeFileSync(`${killed}-wal`, log.subarray(0, end));
      expect(verifyCase(killed).problems, `after ${index + 1} of ${ends.length}`).toEqual([]);
      openCase(killed).close();
      expect(verifyCase(killed).problems, `opened after ${index + 1} of ${ends.length}`).toEqual([]);
    }
  });
});

/** Where each transaction of a write-ahead log ends (sqlite.org/fileformat2.html, section 4.1). */
function commitsOf(log: Buffer): readonly number[] {
  const [headerBytes, frameHeaderBytes] = [32, 24];
  const frameBytes = frameHeaderBytes + log.readUInt32BE(8);
  const frames = Math.floor((log.byteLength - headerBytes) / frameBytes);
  return Array.from({ length: frames }, (_, frame) => headerBytes + frame * frameBytes)
    .filter((start) => log.readUInt32BE(start + 4) > 0)
    .map((start) => start + frameBytes);
}
