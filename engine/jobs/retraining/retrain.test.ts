import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import { smallRows, type Bench } from '../../case/small-recording.test-support.ts';
import type { JobInput, JobResult } from '../../../preload/contract/jobs.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

const context = { signal: new AbortController().signal, report: () => undefined };

async function retrain(input: Partial<JobInput<'retrain'>> = {}): Promise<JobResult<'retrain'>> {
  const answer = await bench.engine.runJob('retrain', { casePath: bench.casePath, by: 'ann', ...input }, context);
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.data;
}

it('judges a challenger on later rows than it learned from, keeps it beside the champion, and writes the gate into the history', async () => {
  const made = await retrain({ recent: { kind: 'days', days: 60 } });
  expect(made).toMatchObject({ isDue: true, isChampion: false, gate: { basis: 'labels' } });
  expect(made.trained.toMs).toBeLessThan(made.judged.fromMs ?? 0);
  expect(made.judged.rows / (made.trained.rows + made.judged.rows)).toBeCloseTo(0.3, 2);
  expect((made.judged.toMs ?? 0) - (made.trained.fromMs ?? 0)).toBeLessThanOrEqual(60 * 86_400_000);
  expect(made.notices.join()).toContain('trained on some of the later rows too');
  const models = await bench.ask('models.list', {});
  expect(models.map(({ id, isChampion, trainedRows }) => [id, isChampion, trainedRows])).toEqual([
    [made.champion.id, true, smallRows],
    [made.model?.id, false, made.trained.rows],
  ]);
  const history = await bench.engine.runJob(
    'audit',
    { casePath: bench.casePath, verify: true, rescore: true },
    context,
  );
  if (!history.ok) throw new Error(history.error.message);
  const last = history.data.entries.at(-1);
  expect(last).toMatchObject({ by: 'ann', what: `gate passed: forest ${made.model?.digest.slice(0, 8)}` });
  expect(last?.details).toMatchObject({ gate: made.gate?.sentence, championDigest: made.champion.digest });
  expect(history.data).toMatchObject({
    whole: true,
    derived: [{ forest: 'same' }, { forest: 'same', notes: [expect.anything()] }],
  });
});

it('gives the same digest on the same rows, and another without the frauds that are known', async () => {
  const choice = { recent: { kind: 'days', days: 14 } } as const;
  const [first, again] = [await retrain(choice), await retrain(choice)];
  expect(again.model).toEqual(first.model);
  const without = await retrain({ ...choice, withoutFraud: true });
  expect(without.trained.withoutFraud).toBeGreaterThan(0);
  expect(without.trained.rows).toBe(first.trained.rows - without.trained.withoutFraud);
  expect(without.judged).toEqual(first.judged);
  expect(without.model?.digest).not.toBe(first.model?.digest);
});

it('follows a stream whose payments became another size: the champion flags nearly all, the challenger what it was asked for', async () => {
  const lines = ['payment_id,paid_at,card_id,terminal_id,amount,currency,is_fraud'];
  const start = Date.UTC(2024, 1, 20);
  for (let row = 0; row < 3000; row++) {
    const amount = row % 50 === 7 ? 90_000 + row : 4_000 + ((row * 37) % 900);
    lines.push(
      `P${row},${new Date(start + row * 300_000).toISOString()},C${1000 + (row % 20)},T${row % 9},${amount}.50,EUR,`,
    );
  }
  const later = join(bench.folder, 'later.csv');
  writeFileSync(later, `${lines.join('\n')}\n`);
  const before = await bench.ask('models.list', {});
  const read = await bench.engine.runJob('ingest', { recordings: [later], casePath: bench.casePath }, context);
  if (!read.ok) throw new Error(read.error.message);

  const rule = { kind: 'rows', rows: 3001 } as const;
  const idle = await retrain({ when: rule });
  expect(idle).toMatchObject({ isDue: false, model: null, due: expect.stringContaining('3,000 rows came') });
  const made = await retrain({ when: { kind: 'drift' }, recent: { kind: 'rows', rows: 3000 }, promote: true });
  expect(made.due).toContain('the greatest drift is that of amount');
  const check = (name: string): unknown => made.gate?.checks.find((each) => each.name === name);
  expect(check('flagged share')).toMatchObject({ champion: expect.any(Number), passed: true });
  const share = made.gate?.checks[0];
  expect(share?.champion).toBeGreaterThan(0.1);
  expect(share?.challenger).toBeLessThan(0.05);
  expect(made).toMatchObject({ isChampion: true, gate: { passed: true, basis: 'no labels' } });
  const champion = (await bench.ask('models.list', {})).find(({ isChampion }) => isChampion);
  expect(champion).toMatchObject({ digest: made.model?.digest, scoresAllRows: true });
  expect(before.map(({ digest }) => digest)).not.toContain(made.model?.digest);
  // What was tried is not new any more, so that a rule does not ask again and again.
  expect((await retrain({ when: { kind: 'drift' } })).isDue).toBe(false);
  const undone = await bench.engine.runJob('rollback', { casePath: bench.casePath, reason: 'looked' }, context);
  if (!undone.ok) throw new Error(undone.error.message);
  expect(undone.data.model.digest).toBe(made.champion.digest);
});

it('says what is missing where there are too few rows', async () => {
  await expect(retrain({ recent: { kind: 'rows', rows: 100 } })).rejects.toThrow(
    'WRONG_USE: There are 70 rows to learn from and 30 later ones to judge by; each must be 200 or more.',
  );
});
