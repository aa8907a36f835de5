import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../host/engine.ts';
import { verifyCase } from '../store/backup.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../preload/contract/requests.ts';

const modelId = 1;
const rows = 24_000;
const dayMs = 86_400_000;

/** Payments without an id of their own, so that their row numbers are their ids; 300 a day. */
function payments(from: number, count: number): string {
  const lines = ['paid_at,card_id,amount'];
  for (let row = from; row < from + count; row++) {
    const turn = (row * 2_654_435_761) % 4_294_967_296;
    const amount = turn % 211 === 0 ? 900 + (turn % 70_000) / 100 : 5 + (turn % 3000) / 100;
    const time = new Date(Date.UTC(2026, 0, 1) + row * (dayMs / 300)).toISOString();
    lines.push(`${time},K${turn % 90},${amount.toFixed(2)}`);
  }
  return `${lines.join('\n')}\n`;
}

let folder = '';
let made = '';
let engine: Engine;

async function run<J extends JobName>(name: J, input: JobInput<J>): Promise<JobResult<J>> {
  const answer = await engine.runJob(name, input, {
    signal: new AbortController().signal,
    report: () => undefined,
    asker: { by: 'Ana', alertsPerDay: 60 },
  });
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
  return answer.data;
}

async function ask<R extends RequestName>(name: R, input: RequestInput<R>): Promise<RequestOutput<R>> {
  const answer = await engine.request(name, input);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
  return answer.data;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-retain-'));
  made = join(folder, 'made.assay');
  engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
  const recording = join(folder, 'payments.csv');
  writeFileSync(recording, payments(0, rows));
  await ask('settings.write', { analyst: 'Ana' });
  await run('run', {
    recordings: [recording],
    casePath: made,
    forest: { trees: 30 },
    threshold: { kind: 'contamination', value: 0.01 },
  });
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of the case, open in the window; its alerts with the oldest first. */
async function opened(name: string): Promise<{ readonly casePath: string; readonly keys: readonly string[] }> {
  const casePath = join(folder, name);
  copyFileSync(made, casePath);
  await ask('case.open', { path: casePath });
  const page = await ask('alerts.page', { modelId, limit: 500 });
  const oldestFirst = [...page.rows].sort((left, right) => (left.timeMs ?? 0) - (right.timeMs ?? 0));
  return { casePath, keys: oldestFirst.map(({ key }) => key) };
}

/** What the window shows of an alert that does not hang on the other rows there are. */
async function shown(key: string): Promise<unknown> {
  const { row, decision, transactions, received, notes, pathLength } = await ask('alerts.detail', { modelId, key });
  const own = transactions.filter(({ flagged }) => flagged);
  return { key: row.key, score: row.score, topId: row.topId, decision, own, received, notes, pathLength };
}

describe('retention', () => {
  it('removes old rows and keeps decisions, what they stand on, and every key and id', async () => {
    const { casePath, keys } = await opened('decided.assay');
    const [judged, noted, joined, joinedToo] = keys;
    const newest = keys.slice(-5);
    await ask('verdicts.set', { modelId, keys: [judged], kind: 'fraud' });
    await ask('notes.add', { modelId, key: noted, text: 'asked the customer' });
    const { key: whole } = await ask('alerts.join', { modelId, keys: [joined, joinedToo] });
    const before = await Promise.all([judged, whole, ...newest].map(shown));

    const planned = await run('retain', { casePath, keepRows: 8000, dryRun: true });
    expect(verifyCase(casePath)).toMatchObject({ ok: true });
    expect((await ask('case.read', {})).rows).toBe(rows);
    const done = await run('retain', { casePath, keepRows: 8000 });
    expect(done).toMatchObject({ removedRows: planned.removedRows, stayingRows: planned.stayingRows });
    expect(done.removedRows).toBeGreaterThan(rows / 2);
    expect(done.rows).toBe(rows - done.removedRows);
    expect(done.bytesAfter).toBeLessThan(done.bytesBefore);

    expect((await ask('case.read', {})).rows).toBe(done.rows);
    expect(await Promise.all([judged, whole, ...newest].map(shown))).toEqual(before);
    const { notes } = await ask('belowLine.detail', { modelId, key: noted });
    expect(notes.map(({ text }) => text)).toEqual(['asked the customer']);
    const history = await ask('audit.page', {});
    expect(history.brokenEntry).toBeNull();
    expect(history.rows[0]).toMatchObject({ what: expect.stringContaining('old rows removed'), by: 'Ana' });
    expect(verifyCase(casePath)).toMatchObject({ ok: true });
    expect((await run('alerts', { casePath })).alerts.map(({ key }) => key)).toEqual(expect.arrayContaining(newest));
    const { undone } = await ask('actions.undo', {});
    expect(undone).toMatch(/joined/);
  });

  it('gives rows that come afterwards numbers that nobody had, and lets models be trained again', async () => {
    const { casePath } = await opened('going-on.assay');
    await run('retain', { casePath, keepRows: 5000 });
    const more = join(folder, 'more.csv');
    writeFileSync(more, payments(rows, 600));
    expect(await run('ingest', { recordings: [more], casePath })).toMatchObject({ addedRows: 600 });
    const { rows: page } = await ask('transactions.page', { limit: 3 });
    const first = page[0].sequence;
    expect(first).toBeGreaterThan(rows / 2);
    let last = first;
    for (let next: number | null = first; next !== null;) {
      const { rows: some, next: following }: RequestOutput<'transactions.page'> = await ask('transactions.page', {
        after: next,
        limit: 500,
      });
      last = some.at(-1)?.sequence ?? last;
      next = following;
    }
    expect(last).toBe(rows + 599);
    const trained = await run('train', { casePath, forest: { trees: 30, seed: 2 } });
    expect(trained.rows).toBe((await ask('case.read', {})).rows);
    expect(verifyCase(casePath).problems).toEqual([]);
  });

  it('is a setting of the case, applied after each reading until it is forgotten', async () => {
    const { casePath } = await opened('set.assay');
    const set = await run('retain', { casePath, olderThanDays: 60, setting: 'remember' });
    expect(set.setting).toEqual({ olderThanDays: 60, keepRows: null });
    expect(set.removedRows).toBeGreaterThan(0);
    const later = join(folder, 'later.csv');
    writeFileSync(later, payments(rows + 20_000, 600));
    const { notices, rows: left } = await run('ingest', { recordings: [later], casePath });
    expect(notices.join('\n')).toMatch(/old rows were removed, as the case is set/);
    expect(left).toBeLessThan(set.rows);
    expect((await run('retain', { casePath, setting: 'forget' })).setting).toBeNull();
    const what = (await ask('audit.page', {})).rows.map((entry) => entry.what);
    expect(what.filter((text) => text.startsWith('setting retention'))).toHaveLength(3);
  });

  it('refuses without a limit, and removes nothing where all is young or only one segment is there', async () => {
    const { casePath } = await opened('young.assay');
    const answer = await engine.runJob(
      'retain',
      { casePath },
      { signal: new AbortController().signal, report: () => undefined },
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'WRONG_USE' } });
    expect(await run('retain', { casePath, olderThanDays: 3650 })).toMatchObject({ removedRows: 0, notices: [] });
    const { rows: left } = await run('retain', { casePath, keepRows: 1 });
    expect(left).toBeGreaterThan(0);
  });
});
