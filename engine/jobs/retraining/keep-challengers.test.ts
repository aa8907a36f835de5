import { expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import type { Bench } from '../../case/small-recording.test-support.ts';
import type { JobInput, JobResult } from '../../../preload/contract/jobs.ts';

/* Retraining goes on for months: challengers that nothing stands on go, and the history says what they were. */

let bench: Bench;
benchOfFile((made) => (bench = made));

async function retrain(seed: number, more: Partial<JobInput<'retrain'>> = {}): Promise<JobResult<'retrain'>> {
  const made = await bench.done('retrain', {
    casePath: bench.casePath,
    recent: { kind: 'days', days: 20 },
    seed,
    ...more,
  });
  if (made.model === null) throw new Error('no challenger was made');
  return made;
}

const ids = async (): Promise<readonly number[]> => (await bench.ask('models.list', {})).map(({ id }) => id);

it('keeps the newest challengers, and every model that was champion or that a verdict was given under; the history stays whole', async () => {
  expect((await bench.ask('case.read', {})).challengersKept).toBe(20);
  const judgedBy = (await retrain(11)).model?.id ?? 0;
  const former = (await retrain(12)).model?.id ?? 0;
  const { alerts } = await bench.done('alerts', { casePath: bench.casePath, model: String(judgedBy) });
  await bench.ask('verdicts.set', { modelId: judgedBy, keys: [alerts[0].key], kind: 'fraud' });
  await bench.done('promote', { casePath: bench.casePath, model: String(former), reason: 'tried' });
  await bench.done('rollback', { casePath: bench.casePath, reason: 'not better' });
  const gone = await retrain(13);
  expect(gone.notices.join(' ')).not.toContain('removed');
  const stays = [await retrain(14), await retrain(15, { keepChallengers: 2 })];
  expect(stays[1]?.notices.join(' ')).toContain('1 older challenger was removed: the newest 2 stay');
  expect(await ids()).toEqual([1, judgedBy, former, ...stays.map(({ model }) => model?.id)]);

  const { entries, whole, derived } = await bench.done('audit', {
    casePath: bench.casePath,
    verify: true,
    rescore: true,
  });
  expect({ whole, derived: derived?.length }).toEqual({ whole: true, derived: 5 });
  expect(entries.at(-1)?.what).toMatch(/^models removed: forest \w{8} \(the newest 2 challengers stay\)$/u);
  const digest = gone.model?.digest;
  expect(entries.at(-1)?.details).toMatchObject({ removed: [{ id: gone.model?.id, modelDigest: digest }] });
  // Whoever asks for it by its digest finds in the history what it was, what the gate said, and that it went.
  const told = entries.filter(({ details }) => JSON.stringify(details).includes(String(digest)));
  expect(told.map(({ what }) => what.split(':')[0])).toEqual([
    'model trained',
    expect.stringMatching(/^gate /u),
    'models removed',
  ]);
});

it('is a setting at every door: said by the case, changed by retain, and undone by what keeps everything', async () => {
  const state = async (): Promise<readonly [number | null, number]> => [
    (await bench.ask('case.open', { path: bench.casePath })).challengersKept,
    (await ids()).length,
  ];
  // Three that stay whatever comes, and the two that the test before has kept.
  expect(await state()).toEqual([2, 5]);
  const retain = { casePath: bench.casePath, keepChallengers: 1 };
  const dry = await bench.done('retain', { ...retain, dryRun: true });
  expect(dry).toMatchObject({ removedModels: 1, keptChallengers: 2 });
  expect(await state()).toEqual([2, 5]);
  expect(await bench.done('retain', { ...retain, setting: 'remember' })).toMatchObject({
    removedModels: 1,
    removedRows: 0,
    keptChallengers: 1,
    setting: null,
  });
  await retrain(23);
  expect(await state()).toEqual([1, 4]);
  await bench.done('retain', { casePath: bench.casePath, setting: 'forget' });
  await retrain(24);
  expect(await state()).toEqual([null, 5]);
});
