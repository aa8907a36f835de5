import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createBench, type Bench } from '../../case/small-recording.test-support.ts';
import { openCase } from '../../store/open-case.ts';
import { WritableCase } from '../../store/writable-case.ts';

let bench: Bench;
const cleanUps: (() => Promise<void>)[] = [];
beforeAll(async () => {
  bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
});
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

it('lets others write while features are computed: a verdict waits for no computation', async () => {
  const other = openCase(bench.casePath);
  const readColumns = WritableCase.prototype.readSegmentColumns;
  const read = vi.spyOn(WritableCase.prototype, 'readSegmentColumns').mockImplementation(function (
    this: WritableCase,
    ...asked
  ) {
    // Where the computation is within a transaction, this waits in vain and fails.
    other.setSetting('written meanwhile', asked[0].firstSequence);
    return readColumns.apply(this, asked);
  });
  try {
    const trained = await bench.engine.runJob(
      'train',
      { casePath: bench.casePath, forest: { trees: 5 }, windows: false },
      { signal: new AbortController().signal, report: () => undefined },
    );
    expect(trained).toMatchObject({ ok: true });
    expect(read).toHaveBeenCalled();
  } finally {
    read.mockRestore();
    other.close();
  }
});
