import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { appendOf, modelOf } from './append-fixture.ts';
import { verifyCase } from './backup.ts';
import { openCase, openCaseReadOnly } from './open-case.ts';
import { connect } from './sqlite.ts';
import { codeOf, errorOfWork, oneRecording, temporaryFolder } from './store-fixtures.ts';

function closedCase(): string {
  const path = join(temporaryFolder(onTestFinished), 'a.assay');
  const store = openCase(path, { create: true });
  const source = store.addSource(oneRecording);
  store.appendSegment(appendOf(source, 0, 100));
  const spec = store.saveFeatureSet({ version: 1, timeZone: 'UTC', features: [], leftOut: [] }, 'spec');
  store.saveModel(modelOf(spec), { by: 'Ana', atMs: 1 });
  store.finishRun(store.startRun('run', {}), 'completed', {});
  store.savePartitionOffsets(source.id, new Map([[0, 7]]));
  store.saveWindowCheckpoint(spec, { nextSequence: 100, state: Uint8Array.of(1, 2, 3) });
  store.decisions.writeDraft('a', 'a text', 1);
  store.close();
  return path;
}

it.each([
  ['the list of recordings', 'UPDATE source SET next_byte_offset = next_byte_offset + 1'],
  ['the positions in topics', 'UPDATE source_partition SET next_offset = 8'],
  ['the state of features over time', `UPDATE window_checkpoint SET state = x'010203ff'`],
  ['the list of models', 'UPDATE model SET created_at_ms = 2'],
  ['the list of jobs', `UPDATE run SET status = 'failed'`],
  ['the drafts', `UPDATE draft SET text = 'b text'`],
  ['the history', `UPDATE audit SET done_by = 'Ben'`],
  ['the list of segments', 'UPDATE segment SET next_byte_offset = 1'],
  ['the list of stored columns', 'DELETE FROM segment_column WHERE id = 1'],
])('refuses by name a case that was not left so: %s', (words, sql) => {
  const path = closedCase();
  openCaseReadOnly(path).close();
  const connection = connect(path, {});
  connection.exec(sql);
  connection.close();
  for (const open of [openCaseReadOnly, openCase]) {
    const error = errorOfWork(() => open(path));
    expect(error.code).toBe('CASE_CORRUPT');
    expect(error.message).toContain(words);
  }
  expect(verifyCase(path).ok).toBe(false);
});

it('says nothing of a case that somebody has open for writing, or was killed with', () => {
  const path = closedCase();
  const writer = openCase(path);
  writer.setSetting('gap', 1);
  openCaseReadOnly(path).close();
  expect(codeOf(() => openCaseReadOnly(`${path}.other`))).toBe('CASE_NOT_FOUND');
  writer.close();
  openCase(path).close();
  openCaseReadOnly(path).close();
});
