import { expect, it, onTestFinished } from 'vitest';
import { createBench } from '../case/small-recording.test-support.ts';

it('explains a transaction in the sentences of the window: both compare with one background', async () => {
  const bench = await createBench((cleanUp) => onTestFinished(cleanUp));
  await bench.ask('case.open', { path: bench.casePath });
  const { rows } = await bench.ask('alerts.page', { modelId: 1, limit: 20 });
  const explained = await bench.engine.runJob(
    'explain',
    { casePath: bench.casePath, ids: rows.map(({ topId }) => topId) },
    { signal: new AbortController().signal, report: () => undefined },
  );
  if (!explained.ok) throw new Error(explained.error.message);
  expect(rows.length).toBeGreaterThan(5);
  for (const [index, { key }] of rows.entries()) {
    const { sentence } = await bench.ask('alerts.detail', { modelId: 1, key });
    const { reasons } = explained.data.alerts[index];
    expect(
      reasons
        .slice(0, 3)
        .map((reason) => reason.sentence)
        .join(' '),
    ).toBe(sentence);
  }
});
