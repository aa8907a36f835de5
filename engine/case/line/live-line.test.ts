import { expect, it, onTestFinished } from 'vitest';
import { createBench } from '../small-recording.test-support.ts';
import { LiveLine } from './live-line.ts';

it('counts by the line of now: one that was moved elsewhere while rows come in', async () => {
  const bench = await createBench((cleanUp) => onTestFinished(cleanUp));
  await bench.ask('case.open', { path: bench.casePath });
  const line = new LiveLine(bench.casePath, 1);
  onTestFinished(() => line.close());
  const [model] = await bench.ask('models.list', {});
  expect(line.flagged).toBe(model?.flagged);
  expect(line.refresh()).toBe(false);

  const moved = await bench.ask('tuning.apply', {
    modelId: 1,
    handle: { kind: 'contamination', value: 0.2 },
  });
  await expect.poll(() => line.refresh()).toBe(true);
  expect(line.thresholdUnits).toBe(moved.thresholdUnits);
  expect(line.flagged).toBe(moved.flagged);
  expect(line.take(Int32Array.of(moved.thresholdUnits, moved.thresholdUnits + 1))).toBe(1);
  expect(line.flagged).toBe(moved.flagged + 1);
});
