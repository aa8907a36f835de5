/*
 * What a window asks of a large case, in a process of its own: `node look.ts CASE`. Prints one JSON object of times in
 * milliseconds, by the clock and of processors; each is the median of `rounds`, but for what happens once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../../engine/host/engine.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../../preload/contract/requests.ts';
import { median } from '../../bench/statistics.ts';

const rounds = 15;
const home = mkdtempSync(join(tmpdir(), 'assay-long-life-home-'));
const engine = createEngine({ host: 'command-line', dataFolder: home });
const timesMs: Record<string, { readonly clock: number; readonly processors: number }> = {};

async function ask<R extends RequestName>(name: R, input: RequestInput<R>): Promise<RequestOutput<R>> {
  const answer = await engine.request(name, input);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
  return answer.data;
}

async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly clock: number; readonly processors: number }> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, clock: performance.now() - startedMs, processors: (user + system) / 1000 };
}

async function once<T>(what: string, work: () => Promise<T>): Promise<T> {
  const { result, ...times } = await timed(work);
  timesMs[what] = times;
  return result;
}

async function often(what: string, work: (round: number) => Promise<unknown>): Promise<void> {
  const all: { readonly clock: number; readonly processors: number }[] = [];
  for (let round = 0; round < rounds; round++) all.push(await timed(() => work(round)));
  timesMs[what] = {
    clock: median(all.map(({ clock }) => clock)),
    processors: median(all.map(({ processors }) => processors)),
  };
}

try {
  const { rows, championId } = await once('open the case', () => ask('case.open', { path: process.argv[2] }));
  const modelId = championId ?? 1;
  const first = await once('first page of alerts', () => ask('alerts.page', { modelId, limit: 50 }));
  const keys = first.rows.map(({ key }) => key);
  await once('first look at an alert', () => ask('alerts.detail', { modelId, key: keys[0] }));
  await often('look at an alert', (round) => ask('alerts.detail', { modelId, key: keys[round + 1] }));
  await once('first look at tuning', () => ask('tuning.read', { modelId }));
  await often('move the line', (round) =>
    ask('tuning.preview', { modelId, handle: { kind: 'alerts-per-day', value: 5 + 5 * round } }),
  );
  await often('verdict and next alert', async (round) => {
    await ask('verdicts.set', { modelId, keys: [keys[round]], kind: 'legitimate' });
    await ask('alerts.detail', { modelId, key: keys[round + 1] });
  });
  await often('page of alerts after a verdict', () => ask('alerts.page', { modelId, limit: 50 }));
  await often('page of transactions', (round) => ask('transactions.page', { after: round * 1000, modelId }));
  console.log(JSON.stringify({ rows, timesMs }));
} finally {
  await engine.close();
  rmSync(home, { recursive: true, force: true });
}
