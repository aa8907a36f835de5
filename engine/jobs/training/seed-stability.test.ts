import { expect, it, onTestFinished } from 'vitest';
import type { Progress } from '../../domain/progress.ts';
import { createBench } from '../../case/small-recording.test-support.ts';

it('grows other forests with as many alerts, the same each time, and tells of each', async () => {
  const cleanUps: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  const { engine, casePath } = await createBench((cleanUp) => cleanUps.push(cleanUp));
  const reports: Progress[] = [];
  const context = { signal: new AbortController().signal, report: (progress: Progress) => void reports.push(progress) };
  const answers = [
    await engine.runJob('stability', { casePath, seeds: 3 }, context),
    await engine.runJob('stability', { casePath, seeds: 3 }, context),
  ];
  const [first, second] = answers.map((answer) => (answer.ok ? answer.data : null));
  expect(first).toEqual(second);
  expect(first?.seeds.map(({ seed }) => seed)).toEqual([2, 3, 4]);
  expect(first?.leastOverlap).toBeGreaterThan(0.3);
  expect(first?.leastOverlap).toBeLessThan(1);
  expect(first?.meanOverlap).toBeGreaterThanOrEqual(first?.leastOverlap ?? 1);
  // A Jaccard overlap is below the share kept, for two lists of one length.
  expect(first?.kept).toBeGreaterThan(first?.meanOverlap ?? 1);
  const done = reports.slice(0, reports.length / 2).map((report) => report.done);
  expect(done).toEqual([...done].sort((one, other) => one - other));
  expect(reports.every(({ total, unit }) => total === 3 && unit === 'forests')).toBe(true);

  const stop = new AbortController();
  const stopped = await engine.runJob(
    'stability',
    { casePath, seeds: 50 },
    { signal: stop.signal, report: () => stop.abort() },
  );
  expect(stopped).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
});
