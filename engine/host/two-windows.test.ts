import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseSession } from '../case/case-session.ts';
import { setVerdicts } from '../case/decisions/decisions.ts';
import { openCaseForWindow } from '../case/opening.ts';
import { createBench, type Bench } from '../case/small-recording.test-support.ts';
import { createEngine, type Engine } from './engine.ts';

const cleanUps: (() => Promise<void>)[] = [];
let bench: Bench;
let other: Engine;
const modelId = 1;

beforeAll(async () => {
  bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  other = createEngine({ host: 'command-line', dataFolder: join(bench.folder, 'home of bo') });
  await bench.ask('settings.write', { analyst: 'Ana' });
  await other.request('settings.write', { analyst: 'Bo' });
  await bench.ask('case.open', { path: bench.casePath });
  await other.request('case.open', { path: bench.casePath });
});

afterAll(async () => {
  await other.close();
  for (const cleanUp of cleanUps) await cleanUp();
});

describe('two windows on one case', () => {
  it('hear of each other: what one decides is told to the other unasked, with who decided it', async () => {
    const heard = new Promise<void>((resolve) => {
      const stop = other.on('case.changed', () => {
        stop();
        resolve();
      });
    });
    const { rows } = await bench.ask('alerts.page', { modelId });
    await bench.ask('verdicts.set', { modelId, keys: [rows[0].key], kind: 'fraud' });
    await heard;
    const detail = await other.request('alerts.detail', { modelId, key: rows[0].key });
    expect(detail).toMatchObject({ ok: true, data: { decision: { kind: 'fraud', decidedBy: 'Ana' } } });
  });

  it('hear of it also where a request of their own was the first to come upon it', async () => {
    let heard = 0;
    const stop = other.on('case.changed', () => heard++);
    await bench.ask('notes.add', {
      modelId,
      key: (await bench.ask('alerts.page', { modelId })).rows[0].key,
      text: 'seen',
    });
    heard = 0;
    await other.request('alerts.page', { modelId });
    await expect.poll(() => heard).toBeGreaterThan(0);
    stop();
    await bench.ask('actions.undo', {});
  });

  it('do not silently replace what the other decided, and do so when that is said', async () => {
    const [{ key }] = (await bench.ask('alerts.page', { modelId })).rows;
    const refused = await other.request('verdicts.set', { modelId, keys: [key], kind: 'legitimate' });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'ALREADY_DECIDED', message: expect.stringContaining('Ana') },
    });
    expect((await bench.ask('alerts.detail', { modelId, key })).decision?.kind).toBe('fraud');
    const replaced = await other.request('verdicts.set', { modelId, keys: [key], kind: 'legitimate', replace: true });
    expect(replaced.ok).toBe(true);
    expect((await bench.ask('alerts.detail', { modelId, key })).decision).toMatchObject({
      kind: 'legitimate',
      decidedBy: 'Bo',
    });
  });

  it('count what another process decided between the look at the case and the decision', async () => {
    const [, { key }] = (await bench.ask('alerts.page', { modelId })).rows;
    const stale = new CaseSession(openCaseForWindow(bench.casePath));
    try {
      stale.alerts(modelId);
      expect(stale.decisions.verdicts.length).toBeGreaterThan(0);
      await bench.ask('verdicts.set', { modelId, keys: [key], kind: 'fraud' });
      const verdict = { modelId, keys: [key], kind: 'legitimate' as const, reason: null, closedUntilMs: null };
      const doing = { by: 'Cy', atMs: 0 };
      expect(() => setVerdicts(stale, doing, { ...verdict, replace: false })).toThrow(/decided by Ana/);
      expect(setVerdicts(stale, doing, { ...verdict, replace: true }).undoDepth).toBe(1);
    } finally {
      stale.close();
    }
    await bench.ask('actions.undo', {});
  });

  it('undo their own: one takes nothing back that the other did', async () => {
    const [{ key }] = (await bench.ask('alerts.page', { modelId })).rows;
    expect(await bench.ask('actions.undo', {})).toMatchObject({ undone: 'verdict fraud', undoDepth: 0 });
    expect((await bench.ask('alerts.detail', { modelId, key })).decision?.decidedBy).toBe('Bo');
    expect(await other.request('actions.undo', {})).toMatchObject({ data: { undone: 'verdict legitimate' } });
    expect((await bench.ask('alerts.detail', { modelId, key })).decision).toBeNull();
    expect((await bench.ask('audit.page', {})).brokenEntry).toBeNull();
  });
});
