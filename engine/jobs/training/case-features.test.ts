import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createBench, type Bench } from '../../case/small-recording.test-support.ts';
import { FeatureComputer } from '../../features/compute-features.ts';
import { openCase } from '../../store/open-case.ts';

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
  const compute = FeatureComputer.prototype.compute;
  const computing = vi.spyOn(FeatureComputer.prototype, 'compute').mockImplementation(function (
    this: FeatureComputer,
    ...given
  ) {
    // Where the computation is within a transaction, this waits in vain and fails.
    other.setSetting('written meanwhile', given[0].firstSequence);
    return compute.apply(this, given);
  });
  try {
    const trained = await bench.engine.runJob(
      'train',
      { casePath: bench.casePath, forest: { trees: 5 }, windows: false },
      { signal: new AbortController().signal, report: () => undefined },
    );
    expect(trained).toMatchObject({ ok: true });
    expect(computing).toHaveBeenCalled();
  } finally {
    computing.mockRestore();
    other.close();
  }
});
