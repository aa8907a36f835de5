/// <reference lib="dom" />
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { buildWindow } from '../../e2e/build.ts';
import { enginePids } from '../../e2e/engine-process.ts';
import { goTo } from '../../e2e/go-to.ts';
import { launchBrowserHost, type BrowserWindow } from '../../e2e/launchers.ts';
import { sharedDataFolder } from '../../shared-data.ts';
import { longRecording } from '../recordings.ts';
import { aloneRow, type BenchRow, type Sample, type Target, type Unit } from '../row.ts';
import { runAssay, runOurs, type OurReport } from '../run-node.ts';
import type { BenchSettings } from '../settings.ts';
import { percentile } from '../statistics.ts';

const MOVES = 150;
const ALERTS = 50;
/** Processes that do nothing but keep the processor busy. */
const LOAD = 10;
const BETWEEN_VERDICTS_MS = 330;
const WHEEL_PIXELS = 240;
const handbookMonths = ['04', '05', '06', '07', '08'].map((month) => `transactions-2018-${month}.csv.gz`);

/** One run of the window over the large case; times in ms, memory in bytes. */
interface WindowRun {
  readonly usableMs: number;
  readonly emptyUsableMs: number;
  readonly usableAgainMs: number;
  readonly tuningMs: number;
  readonly tuningAgainMs: number;
  readonly dragFramesMs: readonly number[];
  readonly scrollFramesMs: readonly number[];
  readonly brushFramesMs: readonly number[];
  readonly nextAlertMs: readonly number[];
  readonly openDetailMs: readonly number[];
  readonly verdictMs: readonly number[];
  readonly filterMs: readonly number[];
  readonly rendererBytes: number;
  readonly engineBytes: number;
}

/** The window in a real browser: frames while a hand moves things, time to an answer, memory. */
export async function workbenchRows(settings: BenchSettings): Promise<BenchRow[]> {
  settings.report('the window: making its cases');
  await buildWindow();
  const { path, rows, lastRecording } = await largeCase(settings);
  const small = await smallCase(settings);
  const runs: WindowRun[] = [];
  const besideJobs: OurReport[] = [];
  for (let run = 0; run < settings.pairs; run++) {
    settings.report('the window');
    runs.push(await measureWindow(settings, path, small));
    settings.report('keys while jobs run');
    besideJobs.push(await runOurs('keys-beside-jobs.ts', [path, lastRecording]));
  }
  const on = `window, ${rows.toLocaleString('en')} rows`;
  const row = (
    what: string,
    unit: Unit,
    ours: string,
    value: (run: WindowRun) => number,
    target: Target = { kind: 'none' },
    note?: string,
  ): BenchRow =>
    aloneRow(
      { what: `${on}: ${what}`, unit, target, ...(note === undefined ? {} : { note }) },
      ours,
      runs.map((run): Sample => ({ value: value(run), peakMemoryBytes: run.rendererBytes })),
    );
  const within = (share: number, times: (run: WindowRun) => readonly number[]) => (run: WindowRun) =>
    percentile(times(run), share);
  const frame: Target = { kind: 'at-most', bar: 17, aim: 17 };
  const megabytes = (bytes: number): number => bytes / 1_000_000;
  return [
    row(
      'threshold dragged',
      'ms',
      '95 % of frames within',
      within(0.95, ({ dragFramesMs }) => dragFramesMs),
      frame,
      `Frames of Chromium without a screen, which draws 60 a second; ${MOVES} moves of the pointer. The window runs in the browser host.`,
    ),
    row(
      'alerts scrolled',
      'ms',
      '95 % of frames within',
      within(0.95, ({ scrollFramesMs }) => scrollFramesMs),
      frame,
    ),
    row(
      'brush moved in Explore',
      'ms',
      '95 % of frames within',
      within(0.95, ({ brushFramesMs }) => brushFramesMs),
      { kind: 'at-most', bar: 50, aim: 17 },
      `A brush over the map of amount over time, moved ${MOVES} times: every picture beside it and the list of alerts follow.`,
    ),
    row(
      'next alert by key',
      'ms',
      '95 % within',
      within(0.95, ({ nextAlertMs }) => nextAlertMs),
      { kind: 'at-most', bar: 100, aim: 50 },
      `From the key to the frame that shows the whole detail of the next alert; ${ALERTS} alerts one after the other.`,
    ),
    row(
      'an alert opened anywhere',
      'ms',
      '95 % within',
      within(0.95, ({ openDetailMs }) => openDetailMs),
      { kind: 'at-most', bar: 100, aim: 50 },
      'From the click to the frame that shows the whole detail.',
    ),
    row(
      `verdict to next alert, beside ${LOAD} busy processes`,
      'ms',
      '95 % within',
      within(0.95, ({ verdictMs }) => verdictMs),
      { kind: 'at-most', bar: 100, aim: 50 },
      `From the key to the frame that shows the next alert; ${ALERTS} verdicts, three a second. The load is that of the whole machine.`,
    ),
    ...['verdict', 'next alert', 'list'].map((step, index) =>
      aloneRow(
        {
          what: `${on}: ${step} while a training of 1,000 trees and an ingest run`,
          unit: 'ms',
          target: { kind: 'at-most', bar: 100, aim: 50 },
          ...(index === 0
            ? { note: 'From the request to its answer in the engine, three keys a second until both jobs have ended.' }
            : {}),
        },
        '95 % within',
        besideJobs.map(({ timesMs, peakMemoryBytes }) => ({ value: percentile(timesMs[step], 0.95), peakMemoryBytes })),
      ),
    ),
    row(
      'search to first rows',
      'ms',
      'median',
      within(0.5, ({ filterMs }) => filterMs),
      undefined,
      'From the typed text to the frame with the rows found, with the pause that waits for the typing to end.',
    ),
    row(
      'usable, beyond a case of 200 rows',
      'ms',
      'difference',
      (run) => run.usableMs - run.emptyUsableMs,
      { kind: 'at-most', bar: 500, aim: 100 },
      'From the start of the host to the first alert with its detail on the screen, less the same for the small case.',
    ),
    row(
      'usable again, beyond a case of 200 rows',
      'ms',
      'difference',
      (run) => run.usableAgainMs - run.emptyUsableMs,
      { kind: 'at-most', bar: 150, aim: 100 },
      'The same where the case was open in this data folder before, and was not changed since.',
    ),
    row(
      'Tuning entered first',
      'ms',
      'click to charts',
      ({ tuningMs }) => tuningMs,
      { kind: 'at-most', bar: 300, aim: 300 },
      'In a window that was just opened: from the click to the frame with the charts of the line.',
    ),
    row(
      'Tuning entered first, again',
      'ms',
      'click to charts',
      ({ tuningAgainMs }) => tuningAgainMs,
      { kind: 'at-most', bar: 300, aim: 300 },
      'The same where Tuning was entered in this data folder before, and the case was not changed since.',
    ),
    row('usable', 'ms', 'host started to first alert', ({ usableMs }) => usableMs),
    row('memory of the renderer', 'MB', 'resident', ({ rendererBytes }) => megabytes(rendererBytes)),
    row('memory of the engine', 'MB', 'resident, at most', ({ engineBytes }) => megabytes(engineBytes)),
  ];
}

/** All months of the Handbook where the shared recordings are there, else the generated payments. */
async function largeCase(
  settings: BenchSettings,
): Promise<{ readonly path: string; readonly rows: number; readonly lastRecording: string }> {
  const path = join(settings.folder, 'window.assay');
  const folder = sharedDataFolder;
  const [recordings, label] =
    folder === null
      ? [[await longRecording(settings.longRows)], 'TX_FRAUD']
      : [handbookMonths.map((name) => join(folder, 'handbook', name)), 'TX_FRAUD'];
  const { json } = await runAssay(['run', ...recordings, '--case', path, '--label', label]);
  return { path, rows: Number(json['rows']), lastRecording: recordings[recordings.length - 1] };
}

async function smallCase(settings: BenchSettings): Promise<string> {
  const recording = join(settings.folder, 'small.csv');
  const lines = Array.from(
    { length: 200 },
    (_, index) =>
      `${index},2024-01-${String(1 + (index % 28)).padStart(2, '0')}T10:00:00Z,card-${index % 20},${10 + ((index * 37) % 90)}.50`,
  );
  await writeFile(recording, `id,time,card,amount\n${lines.join('\n')}\n`);
  const path = join(settings.folder, 'small.assay');
  await runAssay(['run', recording, '--case', path]);
  return path;
}

async function measureWindow(settings: BenchSettings, large: string, small: string): Promise<WindowRun> {
  const [empty, emptyUsableMs] = await openTriage(await newHome(settings), small);
  await empty.close();
  const home = await newHome(settings);
  const tuningMs = await enterTuning(home, large);
  const tuningAgainMs = await enterTuning(home, large);
  const [again, usableAgainMs] = await openTriage(home, large);
  await again.close();
  const [window, usableMs] = await openTriage(await newHome(settings), large);
  try {
    const { page } = window;
    const nextAlertMs = await repeat(ALERTS, () => timeDetail(page, () => page.keyboard.press('j')));
    const openDetailMs = await repeat(10, (index) => openAnother(page, index));
    const verdictMs = await besideBusyProcesses(() => repeat(ALERTS, () => judge(page)));
    for (let index = 0; index < ALERTS; index++) await page.keyboard.press('z');
    const scrollFramesMs = await framesDuring(page, () => scroll(page));
    const filterMs = await repeat(5, (index) => search(page, String(111 * (index + 1))));
    const brushFramesMs = await moveBrush(page);
    const dragFramesMs = await dragThreshold(page);
    return {
      usableMs,
      emptyUsableMs,
      usableAgainMs,
      tuningMs,
      tuningAgainMs,
      dragFramesMs,
      scrollFramesMs,
      brushFramesMs,
      nextAlertMs,
      openDetailMs,
      verdictMs,
      filterMs,
      rendererBytes: await rendererBytes(page),
      engineBytes: Math.max(...enginePids(window.hostPid).map((pid) => statusBytes(pid, 'VmHWM'))),
    };
  } finally {
    await window.close();
  }
}

/** A data folder in which no case was open yet. */
async function newHome(settings: BenchSettings): Promise<string> {
  const home = join(settings.folder, `home-${performance.now()}`);
  await mkdir(home);
  await writeFile(
    join(home, 'settings.json'),
    JSON.stringify({ version: 1, settings: { analyst: 'Bench' }, recent: [] }),
  );
  return home;
}

/** The next window of this folder begins in Triage, whatever place the last one was left in. */
async function beginInTriage(home: string): Promise<void> {
  const path = join(home, 'settings.json');
  const kept = JSON.parse(await readFile(path, 'utf8')) as { readonly settings: object };
  const begun = { ...kept, settings: { ...kept.settings, windowState: { place: 'triage' } } };
  await writeFile(path, JSON.stringify(begun));
}

/** Starts a host on a case; gives the time until the first alert is there. */
async function openTriage(home: string, path: string): Promise<readonly [BrowserWindow, number]> {
  await beginInTriage(home);
  const startedMs = performance.now();
  const window = await launchBrowserHost({ home, arguments: ['--case', path] });
  // Asked at every frame: a locator that waits looks less and less often, and half a second would be lost between two looks.
  await window.page.waitForFunction(() => document.querySelector('[aria-label="Selected alert"] h2') !== null);
  return [window, performance.now() - startedMs];
}

/** Opens a window of its own, and gives the time from the click on Tuning to its charts. */
async function enterTuning(home: string, path: string): Promise<number> {
  const [{ page, close }] = await openTriage(home, path);
  try {
    return await timeChange(page, '.tuning-pair', () => goTo(page, 'Tuning'));
  } finally {
    await close();
  }
}

async function repeat(count: number, measure: (index: number) => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) times.push(await measure(index));
  return times;
}

/** Time from the next key or click, as the page sees it, to the frame after `selector` showed something else. */
async function timeChange(page: Page, selector: string, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate((watched) => {
    const before = document.querySelector(watched)?.textContent;
    let startedMs = 0;
    const start = (): void => {
      startedMs ||= performance.now();
    };
    for (const name of ['keydown', 'pointerdown', 'input'])
      addEventListener(name, start, { capture: true, once: true });
    const changed = new Promise<number>((resolve) => {
      const look = (): void => {
        const now = document.querySelector(watched)?.textContent;
        if (now !== undefined && now !== '' && now !== before && startedMs > 0) resolve(performance.now() - startedMs);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    Object.assign(globalThis, { changed });
  }, selector);
  await act();
  return page.evaluate(() => (globalThis as unknown as { changed: Promise<number> }).changed);
}

function timeDetail(page: Page, act: () => Promise<unknown>): Promise<number> {
  // With the rank: two alerts of one customer are called the same.
  return timeChange(page, '[aria-label="Selected alert"] header', act);
}

/** Judges the selected alert, and waits as a person does who reads the next one. */
async function judge(page: Page): Promise<number> {
  const timeMs = await timeDetail(page, () => page.keyboard.press('l'));
  await page.waitForTimeout(BETWEEN_VERDICTS_MS);
  return timeMs;
}

async function besideBusyProcesses<T>(work: () => Promise<T>): Promise<T> {
  const busy = Array.from({ length: LOAD }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  try {
    return await work();
  } finally {
    for (const each of busy) each.kill();
  }
}

/** Scrolls to another part of the list and clicks an alert there. */
async function openAnother(page: Page, index: number): Promise<number> {
  const grid = page.getByRole('grid', { name: 'Alerts' });
  await grid.evaluate((element, to) => (element.scrollTop = to), 2000 * (index + 1));
  await page.waitForTimeout(300);
  const box = await grid.boundingBox();
  if (box === null) throw new Error('The list of alerts is not on the screen.');
  return timeDetail(page, () => page.mouse.click(box.x + box.width / 2, box.y + box.height / 2));
}

async function search(page: Page, text: string): Promise<number> {
  const field = page.getByLabel('Search alerts, or paste ids');
  const timeMs = await timeChange(page, '.triage-total', () => field.fill(text));
  await field.fill('');
  await page.waitForTimeout(600);
  return timeMs;
}

async function scroll(page: Page): Promise<void> {
  await page.getByRole('grid', { name: 'Alerts' }).hover();
  for (let turn = 0; turn < MOVES; turn++) await page.mouse.wheel(0, WHEEL_PIXELS);
}

/** Draws a brush over the middle of the map of Explore, and moves it to and fro; then nothing is brushed again. */
async function moveBrush(page: Page): Promise<readonly number[]> {
  await goTo(page, 'Explore');
  const map = page
    .getByRole('figure', { name: /^Which amounts are flagged/ })
    .locator('canvas')
    .first();
  await map.waitFor();
  await page.waitForTimeout(3000);
  const box = await map.boundingBox();
  if (box === null) throw new Error('The map is not on the screen.');
  const pointTo = (x: number, y: number): Promise<void> =>
    page.mouse.move(box.x + box.width * x, box.y + box.height * y);
  await pointTo(0.4, 0.3);
  await page.mouse.down();
  await pointTo(0.5, 0.45);
  await pointTo(0.6, 0.6);
  await page.mouse.up();
  await pointTo(0.5, 0.45);
  await page.mouse.down();
  const frames = await framesDuring(page, async () => {
    for (let move = 0; move < MOVES; move++) await pointTo(0.5 + 0.25 * Math.sin((move / MOVES) * 2 * Math.PI), 0.45);
  });
  await page.mouse.up();
  await page.keyboard.press('Escape');
  return frames;
}

/** Drags the threshold of the score histogram over a tenth of its width, to and fro. */
async function dragThreshold(page: Page): Promise<readonly number[]> {
  await goTo(page, 'Tuning');
  const handle = page.getByRole('slider').first();
  await handle.waitFor();
  await page.waitForTimeout(2000);
  const box = await handle.boundingBox();
  if (box === null) throw new Error('The threshold is not on the screen.');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const frames = await framesDuring(page, async () => {
    for (let move = 0; move < MOVES; move++) await page.mouse.move(x - 60 * Math.sin((move / MOVES) * Math.PI), y);
  });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  return frames;
}

/** Milliseconds between the frames of the page while something is done. */
async function framesDuring(page: Page, work: () => Promise<void>): Promise<readonly number[]> {
  await page.evaluate(() => {
    const frames: number[] = [];
    let last = performance.now();
    const note = (now: number): void => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
    Object.assign(globalThis, { frames });
  });
  await work();
  return page.evaluate(() => (globalThis as unknown as { frames: number[] }).frames.splice(0).slice(1));
}

/** Resident memory of the process that draws the page. */
async function rendererBytes(page: Page): Promise<number> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('The page has no browser.');
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => statusBytes(id, 'VmRSS')));
}

function statusBytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const [, kilobytes] =
    new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
