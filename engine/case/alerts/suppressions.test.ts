import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { benchOfFile } from '../bench-of-file.test-support.ts';
import { smallRecording, type Bench } from '../small-recording.test-support.ts';
import type { JobInput, JobResult } from '../../../preload/contract/jobs.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

const modelId = 1;
const context = { signal: new AbortController().signal, report: () => undefined };
const page = (filter: object = {}) => bench.ask('alerts.page', { modelId, filter, limit: 500 });
const everyDay = { pastDays: 400, forDays: 30 };

async function suppress(action: JobInput<'suppress'>['action']): Promise<JobResult<'suppress'>> {
  const ran = await bench.engine.runJob('suppress', { casePath: bench.casePath, action, by: 'Ana' }, context);
  if (!ran.ok) throw new Error(`${ran.error.code}: ${ran.error.message}`);
  return ran.data;
}

it('says first what it would hide, hides that from every door, keeps it one click away, and brings it back', async () => {
  const before = await page();
  const [ofEntity] = [...Map.groupBy(before.rows, (row) => row.entity).values()].sort((a, b) => b.length - a.length);
  const [{ entity, key }] = ofEntity;
  const pattern = { entities: [entity], counterparts: [], features: [] };
  const dry = await suppress({ kind: 'add', pattern, reason: 'known tester', ...everyDay, dryRun: true });
  expect(dry.added).toBeNull();
  expect(dry.preview).toMatchObject({ alerts: ofEntity.length, leaveTheQueue: ofEntity.length, decided: 0 });
  // Two thirds of the wild payments are labelled fraud: what is hidden is told with what it costs.
  expect(dry.preview?.fraud).toBeGreaterThan(0);
  expect(dry.preview?.frauds[0]).toMatchObject({ entity });
  expect((await page()).total).toBe(before.total);

  const [tuned] = await bench.ask('models.list', {});
  await bench.ask('suppressions.add', { modelId, pattern, reason: 'known tester', ...everyDay });
  const after = await page();
  expect(after.total).toBe(before.total - ofEntity.length);
  expect(after.counts['suppressed']).toBe(ofEntity.length);
  expect(after.rows.some((row) => row.entity === entity)).toBe(false);
  const hidden = await page({ verdict: ['suppressed'] });
  expect(hidden.rows.map((row) => row.key)).toEqual(ofEntity.map((row) => row.key));
  expect(hidden.rows.every(({ isSuppressed }) => isSuppressed)).toBe(true);
  expect((await page({ anyOf: [key] })).total).toBe(1);
  expect((await bench.ask('alerts.detail', { modelId, key })).row).toMatchObject({ key, isSuppressed: true });

  // The same everywhere: model list, budget, days, exports, command line. Flags stay flags.
  const [quieter] = await bench.ask('models.list', {});
  expect(quieter.alerts).toBe(tuned.alerts - ofEntity.length);
  expect(quieter.flagged).toBe(tuned.flagged);
  const point = await bench.ask('tuning.preview', {
    modelId,
    handle: { kind: 'contamination', value: 0.03 },
  });
  expect(point.alerts).toBe(after.total);
  const days = await bench.ask('alerts.days', { modelId });
  expect(days.reduce((sum, day) => sum + day.alerts, 0)).toBe(after.total);
  const listed = await bench.engine.runJob('alerts', { casePath: bench.casePath }, context);
  if (!listed.ok) throw new Error(listed.error.message);
  expect(listed.data).toMatchObject({ total: after.total, allAlerts: after.total });

  const { suppressions, suppressedAlerts } = await suppress({ kind: 'list' });
  expect(suppressedAlerts).toBe(ofEntity.length);
  expect(suppressions).toMatchObject([
    { id: 1, reason: 'known tester', words: `card ${entity}`, isStanding: true, lifted: null },
  ]);
  expect(suppressions[0].hides.fraud).toBe(dry.preview?.fraud);
  await suppress({ kind: 'lift', id: 1 });
  expect((await page()).total).toBe(before.total);
  const { rows: history } = await bench.ask('audit.page', { limit: 2 });
  expect(history.map(({ what, by }) => `${by}: ${what}`)).toEqual([
    `Ana: suppression lifted: card ${entity}`,
    expect.stringMatching(new RegExp(`suppressed: card ${entity} \\(known tester\\)$`)),
  ]);
});

it('ends with its time, shows a hidden fraud once it is judged, and takes features of the model as bounds', async () => {
  const before = await page();
  const [{ entity, key, amount }] = before.rows;
  const pattern = { entities: [entity], counterparts: [], features: [{ name: 'amount', from: null, to: amount ?? 0 }] };
  // Only what lies within the days chosen: the newest day of six weeks has hardly any of this card.
  const lastDay = await bench.ask('suppressions.preview', { modelId, pattern, pastDays: 1, forDays: 1 });
  const all = await bench.ask('suppressions.preview', { modelId, pattern, ...everyDay });
  expect(lastDay.alerts).toBeLessThan(all.alerts);
  expect(all.untilMs - lastDay.untilMs).toBe(29 * 86_400_000);

  await bench.ask('suppressions.add', { modelId, pattern, reason: 'small sums', ...everyDay });
  expect((await page()).total).toBe(before.total - all.alerts);
  await bench.ask('verdicts.set', { modelId, keys: [key], kind: 'fraud' });
  const shown = await page({ verdict: ['fraud'] });
  expect(shown.rows.map((row) => row.key)).toEqual([key]);
  expect((await page()).counts['suppressed']).toBe(all.alerts - 1);
  // What was decided is told in the next dry run, and stays where it is.
  expect(await bench.ask('suppressions.preview', { modelId, pattern, ...everyDay })).toMatchObject({
    alerts: all.alerts,
    decided: 1,
    leaveTheQueue: 0,
  });
  await bench.ask('actions.undo', {});
  expect((await page()).counts['suppressed']).toBe(all.alerts);

  for (const wrong of [
    { entities: [], counterparts: [], features: [] },
    { entities: ['nobody'], counterparts: [], features: [] },
    { entities: [], counterparts: [], features: [{ name: 'nothing', from: 1, to: null }] },
  ])
    expect(await bench.engine.request('suppressions.preview', { modelId, pattern: wrong })).toMatchObject({
      ok: false,
      error: { code: 'WRONG_USE' },
    });
});

it('says its days in the time zone of the case', async () => {
  // The newest of these events is of 20:00 UTC: in Dhaka the next day has begun.
  const recording = join(bench.folder, 'dhaka.csv');
  writeFileSync(recording, smallRecording().split('\n').slice(0, 2002).join('\n'));
  const casePath = join(bench.folder, 'dhaka.assay');
  const overrides = { label: 'is_fraud', timeZone: 'Asia/Dhaka' };
  const made = await bench.engine.runJob('run', { recordings: [recording], casePath, overrides }, context);
  if (!made.ok) throw new Error(made.error.message);
  const pattern = { entities: ['C1000'], counterparts: [], features: [] };
  const action = { kind: 'add', pattern, reason: 'tester', pastDays: 10, forDays: 1 } as const;
  const ran = await bench.engine.runJob('suppress', { casePath, action }, context);
  if (!ran.ok) throw new Error(ran.error.message);
  const { preview, suppressions } = ran.data;
  expect(new Date(preview?.untilMs ?? 0).toISOString()).toMatch(/^2024-01-22T20:/u);
  expect(preview).toMatchObject({ fromDay: '2024-01-12', untilDay: '2024-01-23' });
  expect(suppressions[0].untilDay).toBe('2024-01-23');
});
