// Reads two columns of a case that a slow topic filled, 20,000 rows stored ten at a time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendOf } from '../../../engine/store/append-fixture.ts';
import { openCase, openCaseReadOnly } from '../../../engine/store/open-case.ts';
import { oneRecording } from '../../../engine/store/store-fixtures.ts';
import { printReport, Stopwatch } from './program.ts';

const rows = 20_000;
const rowsPerCommit = 10;
const reads = 20;
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-slow-topic-'));
try {
  const path = join(folder, 'slow.assay');
  const store = openCase(path, { create: true });
  const { id } = store.addSource({ ...oneRecording, kind: 'topic' });
  for (let next = 0; next < rows; next += rowsPerCommit)
    store.appendLive({ append: appendOf(store.source(id), next, rowsPerCommit), nextOffsets: new Map() });
  store.close();
  const stopwatch = new Stopwatch();
  let segments = 0;
  for (let read = 0; read < reads; read++) {
    const openedCase = openCaseReadOnly(path);
    await stopwatch.time('two columns', () =>
      openedCase.readColumnPieces({ firstSequence: 0, rowCount: rows }, ['amount', 'merchant']),
    );
    segments = openedCase.segments().length;
    openedCase.close();
  }
  printReport(stopwatch, { segments });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
