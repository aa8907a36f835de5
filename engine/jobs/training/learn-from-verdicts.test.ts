import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import type { Bench } from '../../case/small-recording.test-support.ts';
import { decodeForest } from '../../forest/compile.ts';
import { scoreSums } from '../../forest/score.ts';
import { CaseSession } from '../../case/case-session.ts';
import { openCaseToRead } from '../../case/opening.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

const context = { signal: new AbortController().signal, report: () => undefined };

async function learn(from: 'verdicts' | 'labels' | 'both', model?: string): Promise<JobResult<'learn'>> {
  const chosen = model === undefined ? {} : { model };
  const answer = await bench.engine.runJob('learn', { casePath: bench.casePath, from, ...chosen }, context);
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.data;
}

let first: Promise<JobResult<'learn'>> | undefined;
/** What the labels teach; learned once for all tests. */
const fromLabels = (): Promise<JobResult<'learn'>> => (first ??= learn('labels'));

it('keeps what it learned as a challenger whose scores are those of its forest, with its lineage in the card', async () => {
  await expect(learn('verdicts')).rejects.toThrow(/^FEW_VERDICTS: 0 judged alerts of 0 days, 0 fraud/);
  const learned = await fromLabels();
  expect(learned.isChampion).toBe(false);
  expect(learned.notices.join()).toContain('is not the champion');
  expect(learned.verdicts).toMatchObject({ from: 'labels', fraud: expect.any(Number) });
  expect(learned.gate.sentence).toMatch(/^(Better|No better): /);

  const openedCase = openCaseToRead(bench.casePath);
  try {
    const stored = openedCase.models().find(({ id }) => id === learned.model?.id);
    if (stored === undefined) throw new Error('The model is not in the case.');
    expect(stored.parameters.learning).toMatchObject({
      forest: learned.forest.digest,
      from: 'labels',
      verdicts: learned.verdicts.digest,
      alerts: learned.verdicts.alerts,
    });
    const forest = decodeForest(openedCase.readForest(stored.id));
    expect(forest.treeCount).toBe(60 + (stored.parameters.learning?.boostedTrees ?? 0));
    for (const segment of openedCase.segments().slice(0, 1)) {
      const sums = new Int32Array(segment.rowCount);
      scoreSums(forest, openedCase.readFeatures(stored.featureSetId, segment) ?? new Float32Array(), sums.length, sums);
      expect(openedCase.readScores(stored.id, segment)).toEqual(sums);
    }
  } finally {
    openedCase.close();
  }

  const output = join(bench.folder, 'published');
  const model = String(learned.model?.id);
  await bench.engine.runJob('exportMlflow', { casePath: bench.casePath, model, output }, context);
  expect(readFileSync(join(output, 'MODEL_CARD.md'), 'utf8')).toContain(
    `learned from ${learned.verdicts.alerts} judged alerts (labels; ${learned.verdicts.fraud} fraud), digest \`${learned.verdicts.digest}\``,
  );
});

it('learns the same again from the forest beneath, and never from labels that were not known yet', async () => {
  const learned = await fromLabels();
  await bench.engine.runJob('promote', { casePath: bench.casePath, model: String(learned.model?.id) }, context);
  const onTop = await learn('labels');
  expect(onTop.forest).toEqual(learned.forest);
  expect(onTop.model).toEqual(learned.model);
  expect(onTop.verdicts.digest).toBe(learned.verdicts.digest);
  await bench.engine.runJob('rollback', { casePath: bench.casePath }, context);
  // 41 days and some hours of payments, of which the label of the last week is not known yet; two rows name no card.
  expect(learned.verdicts.days).toBeLessThanOrEqual(36);
  expect(learned.verdicts.transactions).toBeLessThan(3400);
  expect(learned.verdicts.transactions).toBeGreaterThan(3200);
});

it('learns on top of a forest of themes, whose leaves are convex, and keeps their score for what is usual', async () => {
  const trained = await bench.engine.runJob(
    'train',
    {
      casePath: bench.casePath,
      detection: 'themes',
      forest: { trees: 60 },
      threshold: { kind: 'contamination', value: 0.03 },
    },
    context,
  );
  if (!trained.ok) throw new Error(trained.error.message);
  const learned = await learn('labels', `${trained.data.model.id}`);
  expect(learned.forest.digest).toBe(trained.data.model.digest);
  const openedCase = openCaseToRead(bench.casePath);
  try {
    const session = new CaseSession(openedCase);
    const [themed, joined] = [learned.forest.id, learned.model?.id ?? 0].map((id) => session.view(id));
    expect([themed.forest.leaf, joined.forest.leaf]).toEqual(['convex', 'path-length']);
    const scoreOfMiddle = (view: typeof themed): number => view.scoreOf(view.sums.toSorted()[view.sums.length >> 1]);
    expect(scoreOfMiddle(joined)).toBeCloseTo(scoreOfMiddle(themed), 1);
    const [top] = session.tuningIndex(joined.id).flaggedRows(session.model(joined.id).threshold.units);
    const { baseline, contributions } = joined.reasons(top);
    const edges = joined.sums[top] / 2 ** joined.forest.shift / joined.forest.treeCount;
    expect(contributions.reduce((sum, value) => sum + value, baseline)).toBeCloseTo(edges, 6);
  } finally {
    openedCase.close();
  }
});

it('learns of verdicts their extent alone, with the column winning over them where both speak', async () => {
  const [champion] = await bench.ask('models.list', {});
  const { rows } = await bench.ask('alerts.page', { modelId: champion.id, limit: 500 });
  const keys = rows.map(({ key }) => key);
  await bench.ask('verdicts.set', { modelId: champion.id, keys, kind: 'legitimate' });
  await expect(learn('verdicts')).rejects.toThrow(
    new RegExp(`${keys.length} judged alerts of .* 0 fraud and ${keys.length} legitimate`),
  );
  const both = await learn('both');
  const labels = await fromLabels();
  expect(both.verdicts.fraud).toBeGreaterThan(20);
  expect(both.verdicts.transactions).toBeGreaterThan(labels.verdicts.transactions);

  // What was decided keeps its verdict, its score and the model it was given under; the queue beside it is another one.
  const scores = new Map(rows.map(({ key, score }) => [key, score]));
  const learnedId = (await bench.ask('models.list', {})).find(({ digest }) => digest === both.model?.digest)?.id ?? 0;
  await bench.ask('models.setChampion', { modelId: learnedId, reason: 'learned' });
  const queue = (await bench.ask('alerts.page', { modelId: learnedId, limit: 500 })).rows;
  const closed = queue.filter(({ key, verdict }) => scores.has(key) && verdict !== null);
  expect(closed.length).toBeGreaterThan(5);
  for (const { key, verdict } of closed.slice(0, 10)) {
    expect(verdict).toBe('legitimate');
    const { decision } = await bench.ask('alerts.detail', { modelId: learnedId, key });
    expect(decision).toMatchObject({ isSameModel: false, scoreAtDecision: scores.get(key) });
  }
  await bench.ask('models.rollBack', { reason: 'back' });

  const stop = new AbortController();
  const stopped = await bench.engine.runJob(
    'learn',
    { casePath: bench.casePath, from: 'labels' },
    { signal: stop.signal, report: () => stop.abort() },
  );
  expect(stopped).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
});
