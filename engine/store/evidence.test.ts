import { copyFileSync, openSync, readSync, statSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { appendOf } from './append-fixture.ts';
import { verifyCase } from './backup.ts';
import { DecisionLog } from './decision-log.ts';
import { keepEvidence, sealEvidence } from './evidence.ts';
import { keepOutsideIn } from './own-folder.ts';
import { openCase } from './open-case.ts';
import { connect } from './sqlite.ts';
import { oneRecording } from './store-fixtures.ts';

const doing = (atMs: number) => ({ by: 'Ana', atMs });
const threshold = { units: 7, rule: 'contamination', details: { value: 0.01 } } as const;

describe('the evidence of a case', () => {
  let folder = '';
  let original = '';
  let forged = 0;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-evidence-'));
    original = join(folder, 'original.assay');
    const store = openCase(original, { create: true });
    const source = store.addSource(oneRecording);
    store.appendSegment(appendOf(source, 0, 4000));
    const spec = store.saveFeatureSet({ version: 1, timeZone: 'UTC', features: [], leftOut: [] }, 'spec');
    const parameters = { trees: 1, sample: 2, featuresPerTree: null, seed: 1, grower: 'assay' } as const;
    for (const [name, byte] of [
      ['one', 1],
      ['two', 2],
    ] as const)
      store.saveModel(
        {
          digest: name,
          name,
          parameters,
          featureSetId: spec,
          threshold,
          trainedRows: 4000,
          forest: Uint8Array.of(byte),
        },
        doing(byte),
      );
    const [rows] = store.segments();
    store.writeFeatures(spec, rows, new Float32Array(4000));
    store.writeScores(1, rows, new Int32Array(4000).fill(9));
    store.chooseSetting('gap', 24, doing(3));
    for (const key of ['a', 'b'])
      store.decisions.addVerdicts({
        ...doing(4),
        kind: 'fraud',
        reason: null,
        modelDigest: 'one',
        closedUntilMs: null,
        alerts: [{ key, score: 0.9, sequences: Uint32Array.of(1, 2) }],
      });
    store.decisions.addNote({ ...doing(5), key: 'a', text: 'phoned' });
    store.decisions.undoLast(doing(6));
    store.setThreshold(1, { ...threshold, units: 8 }, doing(7));
    store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What is found of a copy after these statements by another program. */
  const problemsAfter = (...statements: readonly string[]): readonly string[] => {
    const path = join(folder, `forged-${forged++}.assay`);
    copyFileSync(original, path);
    const connection = connect(path, {});
    connection.pragma('foreign_keys = OFF');
    for (const statement of statements) connection.exec(statement);
    connection.close();
    return verifyCase(path).problems;
  };

  it('is whole as it was written, and after opening it again', () => {
    expect(problemsAfter()).toEqual([]);
    openCase(original).close();
    expect(verifyCase(original).problems).toEqual([]);
  });

  it.each([
    ['a verdict changed', `UPDATE verdict SET kind = 'legitimate' WHERE id = 1`],
    ['a verdict with another reason', `UPDATE verdict SET reason = 'holiday'`],
    ['a verdict on other rows', `UPDATE verdict SET sequences = x'00000000' WHERE id = 1`],
    ['a verdict taken back', 'UPDATE action SET undone_at_ms = 9 WHERE id = 1'],
    ['an undo taken away', 'UPDATE action SET undone_at_ms = NULL'],
    ['an undo at another time', 'UPDATE action SET undone_at_ms = 5 WHERE undone_at_ms IS NOT NULL'],
    ['a verdict deleted', 'DELETE FROM verdict WHERE id = 1'],
    ['an action deleted', 'DELETE FROM verdict WHERE id = 1; DELETE FROM action WHERE id = 1'],
    ['another actor', `UPDATE action SET done_by = 'Ben' WHERE id = 1`],
    ['another time', 'UPDATE action SET done_at_ms = 3 WHERE id = 1'],
    ['another note', `UPDATE note SET text = 'not phoned'`],
    ['another actor in the history', `UPDATE audit SET done_by = 'Ben' WHERE id = 3`],
    ['another time in the history', 'UPDATE audit SET at_ms = 1 WHERE id = 3'],
    ['other words in the history', `UPDATE audit SET what = 'nothing' WHERE id = 3`],
    ['the end of the history cut off', 'DELETE FROM audit WHERE id >= (SELECT max(id) FROM audit)'],
    ['more of the history cut off', 'DELETE FROM audit WHERE id > 3'],
    ['the whole history cut off', 'DELETE FROM audit'],
    ['the line moved', `UPDATE model SET threshold = replace(threshold, '8', '9') WHERE id = 1`],
    ['another champion', 'UPDATE model SET is_champion = 0; UPDATE model SET is_champion = 1 WHERE id = 2'],
    ['another reason of a promotion', `UPDATE promotion SET reason = 'better'`],
    ['scores changed', `UPDATE score_segment SET sums = zeroblob(length(sums))`],
    ['scores taken away', 'DELETE FROM score_segment'],
    ['features changed', `UPDATE feature_segment SET data = zeroblob(length(data) + 4)`],
    ['values changed', `UPDATE segment_column SET data = x'00' WHERE id = 1`],
    ['values under another column', 'UPDATE segment_column SET column_id = column_id + 100 WHERE id = 1'],
    ['received bytes changed', 'UPDATE segment SET first_byte_offset = 1'],
    [
      'a forest with its own hash',
      `UPDATE model SET forest = x'03',
       forest_sha256 = '084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5' WHERE id = 1`,
    ],
    [
      'a model more',
      `INSERT INTO model SELECT 9, 'x', name, parameters, feature_set_id, threshold, 1, 1, 0, forest_sha256, forest FROM model WHERE id = 1`,
    ],
    ['other trained rows', 'UPDATE model SET trained_rows = 1'],
    ['another setting', `UPDATE setting SET value = '1' WHERE key = 'gap'`],
    ['a setting more', `INSERT INTO setting VALUES ('other', '1')`],
    ['another recording', `UPDATE source SET fingerprint = 'x'`],
    ['another name of a column', `UPDATE "column" SET name = 'other' WHERE id = 1`],
    ['a text more', `INSERT INTO dictionary_entry VALUES (1, 99, 'x')`],
    ['a digest more', `INSERT INTO evidence VALUES ('setting', 'x', x'00')`],
    ['all digests taken away', 'DELETE FROM evidence'],
  ])('finds %s', (_, statement) => {
    expect(problemsAfter(statement)).not.toEqual([]);
  });

  it('says what was changed, and of which transactions', () => {
    expect(problemsAfter(`UPDATE score_segment SET sums = zeroblob(length(sums))`)).toEqual([
      'The scores of transactions 1 to 4,000 changed after Assay wrote them.',
    ]);
  });

  it('finds a change that renewed every digest too, by what this computer knew', () => {
    const path = join(folder, 'renewed.assay');
    keepOutsideIn(folder);
    onTestFinished(() => rmSync(join(folder, 'heads'), { recursive: true, force: true }));
    copyFileSync(original, path);
    openCase(path).close();
    const connection = connect(path, {});
    keepEvidence(connection);
    connection.exec(`UPDATE setting SET value = '1' WHERE key = 'gap'`);
    sealEvidence(connection, new DecisionLog(connection, path, null).stateDigest());
    connection.close();
    expect(verifyCase(path).problems.join()).toContain('The history is broken');
  });

  it('says in the history that it was changed by another program, also once it was opened', () => {
    const path = join(folder, 'changed.assay');
    copyFileSync(original, path);
    const connection = connect(path, {});
    connection.exec(`DELETE FROM evidence WHERE part = 'setting'`);
    connection.close();
    const store = openCase(path);
    expect(store.decisions.auditPage({ limit: 1 }).rows[0].what).toContain('a change by another program');
    store.close();
    expect(verifyCase(path).problems).toEqual(['A setting (gap) came without Assay.']);
  });

  it('finds a history that was written anew as a whole, or cut off and closed again, by what this computer knew', () => {
    const path = join(folder, 'known.assay');
    const decide = (text: string): void => {
      const store = openCase(path, { create: true });
      store.decisions.addNote({ ...doing(5), key: 'a', text });
      store.close();
    };
    keepOutsideIn(folder);
    onTestFinished(() => rmSync(join(folder, 'heads'), { recursive: true, force: true }));
    decide('one');
    const copy = join(folder, 'backup.assay');
    copyFileSync(path, copy);
    decide('two');
    expect(verifyCase(path).problems).toEqual([]);
    copyFileSync(copy, path);
    expect(verifyCase(path).problems).toEqual(['The history is broken at entry 2: it was changed, or one is missing.']);
    decide('three');
    expect(verifyCase(path).problems).toEqual([]);
    const store = openCase(path);
    expect(store.decisions.auditPage({ limit: 2 }).rows.at(-1)?.what).toContain('not the one that this computer knew');
    store.close();
    rmSync(path);
    decide('another case at the same place');
    expect(verifyCase(path).problems).toEqual([]);
  });

  it('finds any changed byte of what is stored, or it changed nothing', () => {
    const size = statSync(original).size;
    const byte = Buffer.alloc(1);
    const before = JSON.stringify(contentOf(original));
    for (let place = 5000; place < size; place += Math.ceil(size / 60)) {
      const path = join(folder, 'damaged.assay');
      copyFileSync(original, path);
      const file = openSync(path, 'r+');
      readSync(file, byte, 0, 1, place);
      byte[0] ^= 0x20;
      writeSync(file, byte, 0, 1, place);
      closeSync(file);
      const { problems } = verifyCase(path);
      if (problems.length === 0) expect(JSON.stringify(contentOf(path))).toBe(before);
    }
  });
});

function contentOf(path: string): unknown {
  const connection = connect(path, { readonly: true });
  try {
    return [
      'segment',
      'segment_column',
      'score_segment',
      'feature_segment',
      'model',
      'verdict',
      'audit',
      'setting',
    ].map((table) => connection.prepare(`SELECT * FROM ${table}`).all());
  } finally {
    connection.close();
  }
}
