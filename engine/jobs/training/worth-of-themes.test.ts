import { expect, it, onTestFinished } from 'vitest';
import { createBench } from '../../case/small-recording.test-support.ts';

const context = { signal: new AbortController().signal, report: () => undefined };

it('measures the very forest that --without-theme trains, and counts every alert once', async () => {
  const bench = await createBench((cleanUp) => onTestFinished(cleanUp));
  const { casePath, engine } = bench;
  const worth = await engine.runJob('themes', { casePath }, context);
  if (!worth.ok) throw new Error(worth.error.message);
  const { themes, all, alerts, explained, basis } = worth.data;
  expect(basis).toBe('labels');
  expect(explained).toBe(alerts);
  expect(themes.reduce((sum, { led }) => sum + led, 0)).toBeLessThanOrEqual(alerts);
  const trained = await engine.runJob(
    'train',
    { casePath, forest: { trees: 60 }, withoutThemes: ['velocity'], threshold: { kind: 'contamination', value: 0.03 } },
    context,
  );
  if (!trained.ok) throw new Error(trained.error.message);
  const velocity = themes.find(({ theme }) => theme === 'velocity');
  expect(velocity?.without?.digest).toBe(trained.data.model.digest);
  expect(velocity?.without?.averagePrecision).toBe(trained.data.evaluation?.auprc);
  expect(velocity?.features.some((name) => trained.data.features.includes(name))).toBe(false);
  for (const { without, onlyWith, led, examples } of themes) {
    expect(without?.lost?.mean).toBeCloseTo((all.averagePrecision ?? NaN) - (without?.averagePrecision ?? NaN), 12);
    expect(without?.lost?.low ?? NaN).toBeLessThanOrEqual(without?.lost?.high ?? NaN);
    expect(onlyWith).toBeLessThanOrEqual(alerts);
    expect(examples).toHaveLength(Math.min(3, led));
  }
  const again = await engine.runJob('themes', { casePath }, context);
  expect(again).toEqual(worth);
});

it('says what each theme leads where nothing is known, and refuses a model that has no themes', async () => {
  const bench = await createBench((cleanUp) => onTestFinished(cleanUp));
  const { casePath, engine } = bench;
  const plain = await engine.runJob(
    'train',
    { casePath, forest: { trees: 20 }, detection: 'plain', overrides: { ignore: ['is_fraud'] } },
    context,
  );
  expect(plain).toMatchObject({ ok: true });
  const worth = await engine.runJob('themes', { casePath, model: '1' }, context);
  if (!worth.ok) throw new Error(worth.error.message);
  expect(worth.data.basis).toBeNull();
  expect(worth.data.themes.every(({ without }) => without?.lost === null && without.fraudAlerts === null)).toBe(true);
  expect(worth.data.themes.some(({ onlyWith }) => (onlyWith ?? 0) > 0)).toBe(true);
  const refused = await engine.runJob('themes', { casePath, model: '2' }, context);
  expect(refused).toMatchObject({ ok: false, error: { code: 'WRONG_USE' } });
});
