import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FEWEST_JUDGED } from '../../evaluation/missed-fraud.ts';
import { isFlagged } from '../../forest/threshold.ts';
import { NO_DAY } from '../../forest/tuning.ts';
import { benchOfFile } from '../bench-of-file.test-support.ts';
import type { CaseSession } from '../case-session.ts';
import { withCase } from '../opening.ts';
import { smallRecording, type Bench } from '../small-recording.test-support.ts';
import { keyOfRow } from './alert-keys.ts';
import { usualSample } from './below-line.ts';
import { selectVerdicts } from './verdict-selection.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

const modelId = 1;
const share = 0.5;

/** What the recording says of each payment, which the case of these tests is not told. */
const truth = new Map(
  smallRecording()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .map((cells) => [cells[0], cells[6] === '1']),
);

/** A case without labels whose queue, half of it drawn from below the line, is judged rightly. */
async function judgedCase(): Promise<string> {
  const casePath = join(bench.folder, 'unlabelled.assay');
  await bench.done('run', {
    recordings: [bench.recording],
    casePath,
    overrides: { ignore: ['is_fraud'] },
    forest: { trees: 60 },
    threshold: { kind: 'contamination', value: 0.03 },
  });
  await bench.ask('case.open', { path: casePath });
  await bench.ask('case.explore', { share });
  const { rows } = await bench.ask('alerts.page', { modelId, limit: 500 });
  for (const isFraud of [true, false]) {
    const keys = rows.filter(({ topId }) => truth.get(topId) === isFraud).map(({ key }) => key);
    await bench.ask('verdicts.set', { modelId, keys, kind: isFraud ? 'fraud' : 'legitimate' });
  }
  return casePath;
}

it('lets every door count what was drawn for as many as it was drawn from, whatever model and share are looked at later', async () => {
  const casePath = await judgedCase();
  const evaluated = await bench.done('evaluate', { casePath });
  const { evaluation } = evaluated;
  expect(evaluated.judgedByChance).toBeGreaterThan(30);
  const { recall, precision, f1 } = evaluation;
  if (recall === null || precision === null) throw new Error('There are verdicts.');
  expect(f1).toBeCloseTo((2 * precision * recall) / (precision + recall), 12);
  expect(evaluation.intervals['recall'][0]).toBeLessThan(recall);
  expect(evaluation.intervals['recall'][1]).toBeGreaterThan(recall);

  let tuning = await bench.ask('tuning.read', { modelId });
  while (tuning.rankingsPending) {
    await new Promise(setImmediate);
    tuning = await bench.ask('tuning.read', { modelId });
  }
  expect(tuning.point.recall).toBeCloseTo(recall, 12);
  expect(tuning.point.precision).toBeCloseTo(precision, 12);
  expect(tuning.point.judged?.recall).toEqual(evaluation.intervals['recall']);
  expect(tuning.point.judged?.precision).toEqual(evaluation.intervals['precision']);
  expect(tuning.rankings[0]).toMatchObject({ auroc: evaluation.auroc, auprc: evaluation.auprc });
  expect(tuning.rankings[0].cardPrecisionTop100).toBe(evaluation.cardPrecisionTop100);
  expect(tuning.curve.at(-1)?.recall).toBeCloseTo(1, 9);
  const { evaluation: tuned } = await bench.done('tune', { casePath });
  expect(tuned).toMatchObject({ recall, precision, auprc: evaluation.auprc });
  const baselines = await bench.ask('models.baselines', { modelId });
  expect(baselines?.compared).toEqual(evaluated.againstBaselines);

  // A line for the recall that there is takes what is flagged now; one by verdicts each for itself would flag fewer.
  const handle = { kind: 'recall', value: recall } as const;
  const again = await bench.ask('tuning.preview', { modelId, handle });
  expect(again.recall).toBeGreaterThanOrEqual(recall - 1e-9);
  const more = await bench.ask('tuning.preview', { modelId, handle: { kind: 'recall', value: (1 + recall) / 2 } });
  expect(more.flagged).toBeGreaterThan(again.flagged);
  expect(more.recall).toBeGreaterThanOrEqual((1 + recall) / 2 - 1e-9);

  // What learning says of all transactions before it learned is what the model itself is said to reach.
  const { allTransactions, verdicts } = await bench.done('learn', { casePath });
  expect(allTransactions?.drawn).toBe(evaluated.judgedByChance);
  expect(allTransactions?.before.value).toBeCloseTo(evaluation.auprc ?? NaN, 12);
  expect(verdicts.alerts).toBeGreaterThan(evaluated.judgedByChance);

  // Another model is judged by the same sample, though it never drew it, and compared by it.
  await bench.done('train', { casePath, forest: { trees: 60, seed: 7 } });
  const other = await bench.done('evaluate', { casePath, model: '2' });
  expect(other.judgedByChance).toBe(evaluated.judgedByChance);
  const compared = await bench.done('compare', { casePath, first: '1', second: '2' });
  expect(compared.first.evaluation).toMatchObject({ recall, precision, auprc: evaluation.auprc });
  expect(compared.second.evaluation?.recall).toBe(other.evaluation.recall);
  expect(compared.judged?.first.recallBySample).toBeCloseTo(recall, 12);
  expect(compared.judged?.second.recall).toEqual(other.evaluation.intervals['recall']);

  // What was drawn stays drawn when nothing is drawn any more.
  await bench.ask('case.explore', { share: 0 });
  expect((await bench.done('evaluate', { casePath })).evaluation).toEqual(evaluation);
});

it('counts what either of two models could draw by both chances, leaves out what is above a line, and stands for nothing that is known', async () => {
  const casePath = await judgedCase();
  await bench.done('train', {
    casePath,
    forest: { trees: 60, seed: 7 },
    threshold: { kind: 'contamination', value: 0.05 },
  });
  await bench.ask('case.open', { path: casePath });
  const { rows } = await bench.ask('alerts.page', { modelId: 2, limit: 500 });
  for (const isFraud of [true, false]) {
    const keys = rows.filter(({ topId }) => truth.get(topId) === isFraud).map(({ key }) => key);
    await bench.ask('verdicts.set', { modelId: 2, keys, kind: isFraud ? 'fraud' : 'legitimate' });
  }
  // One transaction is judged that nobody drew: it is known, and drawn ones do not stand for it.
  const known = await withCase(casePath, 'read', (session) => unlikelyRow(session));
  await bench.ask('verdicts.set', { modelId: 2, keys: [known], kind: 'legitimate' });
  await withCase(casePath, 'read', (session) => {
    const selection = selectVerdicts(session, false);
    if (selection === null) throw new Error('Enough was drawn.');
    const { population, drawn, weights } = selection;
    const models = session.models.map(({ id, threshold }) => ({
      sums: session.view(id).sums,
      units: threshold.units,
      // Nothing but the queue was judged, so that the chance is that of the day.
      explored: session.exploredAtMost(id),
    }));
    const isBelowAll = (row: number): boolean => models.every(({ sums, units }) => !isFlagged(sums[row], units));
    const isJudged = (row: number): boolean => session.decisions.verdictOfRow.has(row);
    const drawnByBoth = drawn.filter(({ row }) => isBelowAll(row)).length;
    const drawnByAny = new Set(models.flatMap(({ explored }) => explored.rows.map(({ row }) => row)));
    // Some that one model drew lie above the other's line, and are judged as alerts there.
    expect([...drawnByAny].filter((row) => !isBelowAll(row)).length).toBeGreaterThan(0);
    expect(drawnByBoth).toBe(drawn.length);
    const all = Array.from({ length: session.arrays.rowCount }, (_, row) => row);
    const rowsDrawn = new Set(drawn.map(({ row }) => row));
    expect(population).toBe(all.filter((row) => isBelowAll(row) && (rowsDrawn.has(row) || !isJudged(row))).length);
    let couldBoth = false;
    for (const { row, chance } of drawn) {
      const notDrawn = models.map(({ explored }) => {
        const ofDay = explored.drawnOfDay.get(session.arrays.days?.[row] ?? NO_DAY);
        return 1 - (ofDay === undefined ? 0 : ofDay.drawn / ofDay.eligible);
      });
      expect(chance).toBeCloseTo(1 - notDrawn[0] * notDrawn[1], 12);
      couldBoth ||= Math.max(...notDrawn) < 1;
    }
    expect(couldBoth).toBe(true);
    expect(drawn.reduce((sum, { row }) => sum + weights[row], 0)).toBeCloseTo(population, 6);
  });
});

it('has the label column speak for its transactions where it is asked to, and says nothing of a few', async () => {
  await bench.ask('case.open', { path: bench.casePath });
  await bench.ask('case.explore', { share });
  const { rows } = await bench.ask('alerts.page', { modelId, limit: 500 });
  const judge = async (keys: readonly string[]): Promise<void> => {
    await bench.ask('case.open', { path: bench.casePath });
    await bench.ask('verdicts.set', { modelId, keys: [...keys], kind: 'legitimate' });
    await bench.ask('case.close', {});
  };
  await judge(rows.slice(0, FEWEST_JUDGED - 1).map(({ key }) => key));
  await withCase(bench.casePath, 'read', (session) => expect(selectVerdicts(session, false)).toBeNull());
  await judge(rows.map(({ key }) => key));
  await withCase(bench.casePath, 'read', (session) => {
    // Every payment has a label, so that nobody is left to stand for.
    expect(selectVerdicts(session, true)).toBeNull();
    expect(selectVerdicts(session, false)?.drawn.length).toBeGreaterThan(FEWEST_JUDGED);
  });
});

/** Key of a transaction below every line that stands in no queue and in no sample. */
function unlikelyRow(session: CaseSession): string {
  const drawn = session.models.flatMap(({ id }) => [
    ...session.exploredAtMost(id).rows.map(({ row }) => row),
    ...usualSample(session, id).sequences,
  ]);
  const row = Array.from({ length: session.arrays.rowCount }, (_, at) => at).find(
    (at) =>
      !drawn.includes(at) &&
      session.models.every(({ id, threshold }) => !isFlagged(session.view(id).sums[at], threshold.units)),
  );
  if (row === undefined) throw new Error('Everything was drawn.');
  return keyOfRow(session.arrays, row);
}
