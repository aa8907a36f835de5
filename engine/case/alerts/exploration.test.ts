import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exploredBeside } from '../../domain/exploration.ts';
import type { JobInput, JobName, JobResult } from '../../../preload/contract/jobs.ts';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import { createBench, type Bench } from '../small-recording.test-support.ts';

const modelId = 1;
const share = 0.2;
const context = { signal: new AbortController().signal, report: () => undefined };

let bench: Bench;
const cleanUps: (() => Promise<void>)[] = [];
beforeEach(async () => {
  bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  await bench.ask('case.open', { path: bench.casePath });
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const page = async (filter: object = {}): Promise<readonly AlertRow[]> =>
  (await bench.ask('alerts.page', { modelId, filter, limit: 500 })).rows;

async function job<J extends JobName>(name: J, input: Omit<JobInput<J>, 'casePath'>): Promise<JobResult<J>> {
  const ran = await bench.engine.runJob(name, { casePath: bench.casePath, ...input } as JobInput<J>, context);
  if (!ran.ok) throw new Error(`${ran.error.code}: ${ran.error.message}`);
  return ran.data;
}

/** The keys that came into the queue by chance. */
const exploredKeys = (): Promise<readonly string[]> => exploredKeysAt(share);

it('makes its share of the alerts, and every door counts them alike', async () => {
  const before = await page();
  const overview = await bench.ask('case.explore', { share });
  expect(overview.exploredShare).toBe(share);
  const total = before.length + exploredBeside(before.length, share);
  expect((await page()).length).toBe(total);
  const [{ alerts, flagged }] = await bench.ask('models.list', {});
  expect(alerts).toBe(total);
  const days = await bench.ask('alerts.days', { modelId });
  expect(days.reduce((sum, day) => sum + day.alerts, 0)).toBe(total);
  const point = await bench.ask('tuning.preview', { modelId, handle: { kind: 'contamination', value: 0.03 } });
  expect(point).toMatchObject({ alerts: total, flagged });
  expect([...point.byDay]).toEqual(days.map((day) => day.alerts).reverse());
  const listed = await job('alerts', {});
  expect(listed).toMatchObject({ total, allAlerts: total, flagged });
  const output = join(bench.folder, 'alerts.csv');
  expect((await job('exportAlerts', { output })).rows).toBe(total);
  expect(readFileSync(output, 'utf8').split('\r\n').length).toBe(total + 2);
  expect(await job('tune', {})).toMatchObject({ alerts: total, exploredShare: share });
});

it('keeps a budget: the line makes room for what comes from below it', async () => {
  const handle = { kind: 'alerts-per-day', value: 1 } as const;
  const alone = await bench.ask('tuning.apply', { modelId, handle });
  await bench.ask('case.explore', { share });
  const mixed = await page();
  const days = (await bench.ask('case.read', {})).days;
  expect(mixed.length).toBeLessThanOrEqual(days);
  expect(mixed.length).toBeGreaterThan(0.85 * days);
  const [{ flagged }] = await bench.ask('models.list', {});
  expect(flagged).toBeLessThan(alone.flagged);
  expect((await job('tune', { explore: 0 })).flagged).toBe(alone.flagged);
});

it('looks like any alert until it is judged, and is what it is from then on', async () => {
  const keys = await exploredKeys();
  expect(keys.length).toBeGreaterThan(10);
  const [{ threshold }] = await bench.ask('models.list', {});
  const rows = await page();
  expect(rows.filter(({ isFromBelowLine }) => isFromBelowLine)).toEqual([]);
  expect(Math.min(...rows.map(({ score }) => score))).toBeGreaterThanOrEqual(threshold);
  // By score they stand anywhere, in the first half as in the second.
  const places = keys.map((key) => rows.findIndex((row) => row.key === key) / rows.length);
  expect(places.filter((place) => place < 0.5).length).toBeGreaterThan(keys.length / 5);
  expect(places.filter((place) => place >= 0.5).length).toBeGreaterThan(keys.length / 5);

  for (const key of keys.slice(0, 5)) {
    const detail = await bench.ask('alerts.detail', { modelId, key });
    const own = detail.transactions.find(({ flagged }) => flagged);
    expect(own?.score).toBe(detail.row.score);
    expect(detail.contributions.length).toBeGreaterThan(0);
    const told = detail.contributions.reduce((sum, { amount }) => sum + amount, detail.restContribution);
    expect(told).toBeCloseTo(detail.baseline - detail.pathLength, 9);
    expect(detail.contributions.every(({ amount }) => amount > 0)).toBe(true);
    const at = [...detail.strip.sequences].indexOf(own?.sequence ?? -1);
    expect(detail.strip.flagged[at]).toBe(1);
  }

  const [key] = keys;
  const { verdicts } = await bench.ask('verdicts.set', { modelId, keys: [key], kind: 'legitimate' });
  expect(verdicts[0].transactions).toBe(1);
  expect(verdicts[0].scoreAtDecision).toBeLessThan(threshold);
  const [judged] = await page({ anyOf: [key] });
  expect(judged).toMatchObject({ key, isFromBelowLine: true, verdict: 'legitimate' });
  expect(judged.score).toBeLessThan(threshold);
  const listed = (await job('alerts', {})).alerts.filter(({ fromBelowLine }) => fromBelowLine);
  expect(listed.map((alert) => alert.key)).toEqual([key]);
  // Its place stays: nothing moves under the hand of who judges.
  expect((await page()).map((row) => row.key)).toEqual(rows.map((row) => row.key));
  await bench.ask('actions.undo', {});
  expect((await page({ anyOf: [key] }))[0]).toMatchObject({ isFromBelowLine: false });
});

it('comes with the promotion of a model that learned, once, and not where somebody chose otherwise', async () => {
  const [{ id }] = await bench.ask('models.list', {});
  await bench.ask('models.setChampion', { modelId: id, reason: 'again' });
  expect((await bench.ask('case.read', {})).exploredShare).toBe(0);
  const learned = (await job('learn', { from: 'labels' })).model;
  const learnedId = (await bench.ask('models.list', {})).find(({ digest }) => digest === learned?.digest)?.id ?? 0;
  expect(learnedId).toBeGreaterThan(id);
  await bench.ask('models.setChampion', { modelId: learnedId, reason: 'learned' });
  expect((await bench.ask('case.read', {})).exploredShare).toBe(0.1);
  await bench.ask('case.explore', { share: 0 });
  await bench.ask('models.rollBack', { reason: 'back' });
  await bench.ask('models.setChampion', { modelId: learnedId, reason: 'again' });
  expect((await bench.ask('case.read', {})).exploredShare).toBe(0);
});

it('tells of the fraud that is missed, together with the blind sample of which it is a part', async () => {
  await bench.ask('case.explore', { share: 0.5 });
  const report = async () => (await bench.ask('belowLine.read', { modelId, sample: { rows: 30 } })).report;
  const keys = await exploredKeysAt(0.5);
  expect(await report()).toMatchObject({ inQueue: keys.length, judged: 0, missed: null });
  await bench.ask('verdicts.set', { modelId, keys: keys.slice(1), kind: 'legitimate' });
  await bench.ask('verdicts.set', { modelId, keys: keys.slice(0, 1), kind: 'fraud' });
  const told = await report();
  expect(told).toMatchObject({ judged: keys.length, frauds: 1 });
  // A day with more alerts has more drawn, each of which stands for fewer.
  expect(told.missed?.frauds).toBeGreaterThan(0.2 * (told.rowsBelow / keys.length));
  expect(told.missed?.frauds).toBeLessThan(5 * (told.rowsBelow / keys.length));
  // A sample by another seed is another one, to which the queue does not belong.
  const other = await bench.ask('belowLine.read', { modelId, sample: { rows: 30, seed: 2 } });
  expect(other.report.inQueue).toBe(0);
});

async function exploredKeysAt(chosen: number): Promise<readonly string[]> {
  await bench.ask('case.explore', { share: 0 });
  const alone = new Set((await page()).map(({ key }) => key));
  await bench.ask('case.explore', { share: chosen });
  return (await page()).map(({ key }) => key).filter((key) => !alone.has(key));
}

it('is shown by every door that names its row as its alert is, and as the model sees it once it is judged', async () => {
  const [key] = await exploredKeysAt(share);
  const [{ score, topId, topSequence, entity }] = await page({ anyOf: [key] });
  const rowAtDoors = async () => {
    const stored = await bench.ask('transactions.page', { modelId, after: topSequence - 1, limit: 1 });
    const found = await bench.ask('transactions.find', { modelId, text: topId });
    const { rows: ofEntity } = await bench.ask('entity.transactions', { modelId, entity, limit: 500 });
    const { alerts } = await job('explain', { ids: [topId] });
    const strip = await bench.ask('entity.strip', { modelId, entity });
    const { flagged } = await bench.ask('entity.read', { modelId, entity });
    const own = ofEntity.find(({ sequence }) => sequence === topSequence);
    return {
      rows: [stored.rows[0], found.rows[0], own, alerts[0]].map((row) => [row?.score, row?.flagged]),
      isMarked: strip.flagged[[...strip.sequences].indexOf(topSequence)],
      flagged,
      listed: ofEntity.filter((row) => row.flagged).length,
    };
  };
  const blind = await rowAtDoors();
  expect(blind.rows).toEqual(Array.from({ length: 4 }, () => [score, true]));
  expect(blind.isMarked).toBe(1);
  expect(blind.flagged).toBe(blind.listed);

  await bench.ask('verdicts.set', { modelId, keys: [key], kind: 'legitimate' });
  const [judged] = await page({ anyOf: [key] });
  const seen = await rowAtDoors();
  expect(judged.score).toBeLessThan(score);
  expect(seen.rows).toEqual(Array.from({ length: 4 }, () => [judged.score, false]));
  expect(seen.isMarked).toBe(0);
  expect([seen.flagged, seen.listed]).toEqual([blind.flagged - 1, blind.listed - 1]);
});

it('is drawn anew where a pattern is suppressed, so that the dry run leaves it out of what would leave the queue', async () => {
  await bench.ask('case.explore', { share });
  const drawn = new Set(await exploredKeys());
  const rows = await page();
  const byEntity = [...Map.groupBy(rows, (row) => row.entity)];
  const [entity, own] =
    byEntity.find(([, each]) => each.some(({ key }) => drawn.has(key)) && each.some(({ key }) => !drawn.has(key))) ??
    expect.fail('no card has both');
  const choice = {
    modelId,
    pattern: { entities: [entity], counterparts: [], features: [] },
    pastDays: 3660,
    forDays: 366,
  };
  const flagged = own.filter(({ key }) => !drawn.has(key)).length;
  expect(await bench.ask('suppressions.preview', choice)).toMatchObject({ alerts: flagged, leaveTheQueue: flagged });
});
