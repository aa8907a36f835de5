import { createCaseWriter } from './case-writer.ts';
import { openCase } from './open-case.ts';
import { appendOf, scoresOf } from './append-fixture.ts';

const ROWS_PER_APPEND = 50;
const ROWS_PER_TRANSACTION = 150;

// Reads on from the stored position to the last row, as an ingest does, until it is killed.
const [path, lastRow] = [process.argv[2], Number(process.argv[3])];
const store = openCase(path);
let position = store.source(1).position;
const firstRow = store.nextSequence();
store.close();
const writer = await createCaseWriter(path, { isFirstFill: process.argv[4] === 'without a log' });
console.log('writing');
for (let row = firstRow; row < lastRow; row += ROWS_PER_APPEND) {
  const append = appendOf({ id: 1, position }, row, Math.min(ROWS_PER_APPEND, lastRow - row));
  position = append.next;
  await writer.appendLive({ append, nextOffsets: new Map([[0, row]]), scored: scoresOf(append) });
  if ((row - firstRow) % ROWS_PER_TRANSACTION === 0) await writer.flush();
}
await writer.finish();
