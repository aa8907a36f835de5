import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../engine/host/engine.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../preload/contract/requests.ts';
import { formatDay, formatTime } from '../../renderer/data/format.ts';
import { jsonOf, runAssay } from '../command-line/run-assay.ts';

/*
 * A case of Dhaka on a laptop in Paris, in the night in which the clocks of Paris go back: 07:30 in Dhaka is half past two
 * there, for the second time. Each door that names the hour of one payment has to name Dhaka's.
 */

const caseZone = 'Asia/Dhaka';
const laptopZone = 'Europe/Paris';
const laptopBefore = process.env['TZ'];
const wildId = 'p-0150';
const wildLocal = '2024-10-27 07:30';
/** By the window's own words. */
const wildWords = '27 Oct 2024 07:30';
const untimedRows = 3;
const modelId = 1;

let folder = '';
let casePath = '';
let engine: Engine;
const job = { signal: new AbortController().signal, report: () => undefined };

async function ask<R extends RequestName>(name: R, input: RequestInput<R>): Promise<RequestOutput<R>> {
  const answer = await engine.request(name, input);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
  return answer.data;
}

/** Quarter hours from 26 October 18:00 on, as the clocks of Dhaka show them; some rows have no time. */
function recording(): string {
  const start = Date.UTC(2024, 9, 25, 18, 0);
  const lines = ['payment_id,paid_at,card_id,terminal_id,amount'];
  for (let row = 0; row < 300; row++) {
    const id = `p-${String(row).padStart(4, '0')}`;
    const local = new Date(start + row * 900_000).toISOString().slice(0, 19).replace('T', ' ');
    const time = row % 100 === 99 ? '' : local;
    const amount = id === wildId ? '9400.00' : (12 + ((row * 37) % 23)).toFixed(2);
    lines.push(`${id},${time},C${row % 12},T${row % 5},${amount}`);
  }
  return `${lines.join('\n')}\n`;
}

beforeAll(async () => {
  process.env['TZ'] = laptopZone;
  folder = mkdtempSync(join(tmpdir(), 'assay-times-'));
  casePath = join(folder, 'dhaka.assay');
  const path = join(folder, 'payments.csv');
  writeFileSync(path, recording());
  engine = createEngine({ host: 'browser', dataFolder: join(folder, 'home') });
  const made = await engine.runJob(
    'run',
    {
      recordings: [path],
      casePath,
      overrides: { timeZone: caseZone },
      forest: { trees: 60 },
      threshold: { kind: 'contamination', value: 0.004 },
    },
    job,
  );
  if (!made.ok) throw new Error(made.error.message);
  await ask('case.open', { path: casePath });
});
afterAll(async () => {
  await engine.close();
  if (laptopBefore === undefined) delete process.env['TZ'];
  else process.env['TZ'] = laptopBefore;
  rmSync(folder, { recursive: true, force: true });
});

/** The first alert, which is that of the wild payment. */
async function wildAlert() {
  const [alert] = (await ask('alerts.page', { modelId })).rows;
  expect(alert.topId).toBe(wildId);
  return alert;
}

/** The cell of the wild payment in a column of a CSV. */
function cellOf(csv: string, idColumn: string, column: string): string {
  const [header = '', ...lines] = csv.replace('\uFEFF', '').trimEnd().split(/\r?\n/u);
  const names = header.split(',');
  const line = lines.find((each) => each.split(',')[names.indexOf(idColumn)] === wildId) ?? '';
  return line.split(',')[names.indexOf(column)] ?? '';
}

async function written(name: 'exportCsv' | 'exportAlerts' | 'exportNarrative', more: object, file: string) {
  const output = join(folder, file);
  const answer = await engine.runJob(name, { casePath, output, ...more } as never, job);
  if (!answer.ok) throw new Error(answer.error.message);
  return readFileSync(output, 'utf8');
}

describe('one payment has one hour', () => {
  it('though the laptop is elsewhere, and changes its clocks', () => {
    expect(new Date(Date.UTC(2024, 9, 27, 0, 30)).getHours()).toBe(2);
    expect(new Date(Date.UTC(2024, 9, 27, 1, 30)).getHours()).toBe(2);
  });

  it('in list, facts, entity, pictures and days of the window', async () => {
    const overview = await ask('case.read', {});
    expect(overview.timeZone).toBe(caseZone);
    const alert = await wildAlert();
    expect(formatTime(alert.timeMs, overview.timeZone)).toBe(wildWords);
    const detail = await ask('alerts.detail', { modelId, key: alert.key });
    expect(formatTime(detail.row.timeMs, overview.timeZone)).toBe(wildWords);
    const below = (await ask('explore.rows', { modelId, filter: { minimumAmount: 9000 } })).rows;
    expect(below.flatMap(({ cells }) => cells)).toContain('2024-10-27T07:30:00+06:00');

    // The pictures: the cell of the week, the bin of the map, the day of the budget.
    const hours = await ask('explore.tile', {
      modelId,
      filter: { minimumAmount: 9000 },
      view: { kind: 'hourOfWeek' },
    });
    const sundayAtSeven = 6 * 24 + 7;
    expect(hours.counts.slice(-hours.bins)[sundayAtSeven]).toBe(1);
    const { xEdges, counts } = await ask('explore.amountOverTime', { modelId, filter: { minimumAmount: 9000 } });
    const bin = counts.findIndex((count) => count > 0) % (xEdges.length - 1);
    expect(xEdges[bin]).toBeLessThanOrEqual(alert.timeMs ?? NaN);
    expect(xEdges[bin + 1]).toBeGreaterThanOrEqual(alert.timeMs ?? NaN);
    const { days } = await ask('tuning.read', { modelId });
    expect(days.map((day) => formatTime(day, overview.timeZone))).toEqual([
      '25 Oct 2024 00:00',
      '26 Oct 2024 00:00',
      '27 Oct 2024 00:00',
      '28 Oct 2024 00:00',
    ]);
    expect(days.map((day) => formatDay(day, overview.timeZone))).toContain(formatDay(alert.opensMs, overview.timeZone));
  });

  it('in exports, narrative, history and commands', async () => {
    const alert = await wildAlert();
    const flagged = await written('exportCsv', {}, 'flagged.csv');
    expect(cellOf(flagged, 'id', 'event_time')).toBe('2024-10-27T07:30:00+06:00');
    const listed = await written('exportAlerts', {}, 'alerts.csv');
    expect(cellOf(listed, 'top_id', 'time')).toBe('2024-10-27T07:30:00+06:00');
    // Machines read the same instant out of it.
    expect(Date.parse(cellOf(listed, 'top_id', 'time'))).toBe(alert.timeMs);

    await ask('verdicts.set', { modelId, keys: [alert.key], kind: 'fraud' });
    const narrative = await written('exportNarrative', { key: alert.key }, 'narrative.md');
    expect(narrative).toContain(`${wildLocal}:00 (UTC+06:00)`);
    const history = await ask('audit.page', {});
    const audit = await engine.runJob('audit', { casePath }, job);
    if (!audit.ok) throw new Error(audit.error.message);
    const last = audit.data.entries.at(-1);
    expect(last?.at).toMatch(/\+06:00$/u);
    expect(Date.parse(last?.at ?? '')).toBe(history.rows[0]?.atMs);

    const said = jsonOf(await runAssay(['alerts', '--case', casePath, '--json'], folder)) as {
      readonly alerts: readonly { readonly topId: string; readonly day: string }[];
    };
    expect(said.alerts.find(({ topId }) => topId === wildId)?.day).toBe(wildLocal.slice(0, 10));
  });

  it('and rows without one are counted wherever they are left out', async () => {
    expect((await ask('case.read', {})).withoutTime).toBe(untimedRows);
    for (const name of ['explore.amountOverTime', 'explore.scoreOverTime', 'explore.lanes'] as const)
      expect((await ask(name, { modelId })).withoutTime, name).toBe(untimedRows);
    // What the map shows and what it says to have left out are all there is.
    const { counts, withoutTime } = await ask('explore.scoreOverTime', { modelId });
    expect(counts.reduce((sum, count) => sum + count, 0) + withoutTime).toBe(300);
  });
});
