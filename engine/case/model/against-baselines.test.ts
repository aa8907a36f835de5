import { expect, it, onTestFinished } from 'vitest';
import { createBench } from '../small-recording.test-support.ts';

const context = { signal: new AbortController().signal, report: () => undefined };

it('says at every door what a model loses to: where it is trained, evaluated and listed', async () => {
  const bench = await createBench((cleanUp) => onTestFinished(cleanUp));
  const { casePath, engine } = bench;
  // Fraud here is a large amount: a forest of one tree that sees the hour alone must lose to the amount.
  const trained = await engine.runJob(
    'train',
    { casePath, forest: { trees: 1 }, detection: 'plain', windows: false, leaveOut: ['amount'] },
    context,
  );
  if (!trained.ok) throw new Error(trained.error.message);
  const said = trained.data.notices.filter((notice) => notice.startsWith('The model loses to something trivial'));
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('amount alone');
  const evaluated = await engine.runJob('evaluate', { casePath, model: '2' }, context);
  if (!evaluated.ok) throw new Error(evaluated.error.message);
  await bench.ask('case.open', { path: casePath });
  const listed = await bench.ask('models.baselines', { modelId: 2 });
  expect(listed?.losses).toEqual(said);
  expect(listed?.compared).toEqual(evaluated.data.againstBaselines);
  const { baselines, evaluation } = evaluated.data;
  const [all] = evaluated.data.againstBaselines;
  expect(all.averagePrecision).toBeCloseTo(evaluation.auprc ?? NaN, 12);
  all.baselines.forEach(({ averagePrecision }, index) =>
    expect(averagePrecision).toBeCloseTo(baselines[index].auprc, 12),
  );
  expect(all.losesTo).toContain('amount alone');
});
