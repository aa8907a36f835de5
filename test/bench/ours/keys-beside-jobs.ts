// What the window asks for at each key of Triage, while a model of 1,000 trees is trained and a recording is read.
import { copyFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createEngine } from '../../../engine/host/engine.ts';
import type { JobInput, JobName } from '../../../preload/contract/jobs.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../../preload/contract/requests.ts';
import { printReport, Stopwatch } from './program.ts';

const TREES = 1000;
/** A quick hand: three keys a second. */
const BETWEEN_KEYS_MS = 300;

const [given, recording] = parseArgs({ allowPositionals: true }).positionals;
const folder = dirname(given);
const casePath = join(folder, 'keys.assay');
const newCasePath = join(folder, 'keys-new.assay');
for (const path of [casePath, newCasePath]) rmSync(path, { force: true });
copyFileSync(given, casePath);

const engine = createEngine({ host: 'browser', dataFolder: join(folder, 'keys-home') });
const ask = async <R extends RequestName>(name: R, input: RequestInput<R>): Promise<RequestOutput<R>> => {
  const answer = await engine.request(name, input);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
  return answer.data;
};
let running = 0;
const failures: string[] = [];
engine.on('job.ended', ({ name, outcome }) => {
  running--;
  if (!outcome.ok) failures.push(`${name}: ${outcome.error.message}`);
});
const start = <J extends JobName>(name: J, input: JobInput<J>): void => {
  running++;
  engine.startJob(name, input);
};

await ask('case.open', { path: casePath });
const modelId = (await ask('models.list', {})).find(({ isChampion }) => isChampion)?.id ?? 1;
const { rows } = await ask('alerts.page', { modelId, limit: 500 });
await ask('alerts.detail', { modelId, key: rows[0].key });
// What is computed ahead for a case that was just opened is no part of a key.
await pause(3000);

const stopwatch = new Stopwatch();
start('train', { casePath, forest: { trees: TREES, seed: 2 } });
start('ingest', { recordings: [recording], casePath: newCasePath });
for (let index = 0; running > 0; index++) {
  const key = rows[index % rows.length].key;
  const next = rows[(index + 1) % rows.length].key;
  await stopwatch.time('verdict', () => ask('verdicts.set', { modelId, keys: [key], kind: 'fraud', replace: true }));
  await stopwatch.time('next alert', () => ask('alerts.detail', { modelId, key: next }));
  await stopwatch.time('list', () => ask('alerts.page', { modelId, limit: 100 }));
  await pause(BETWEEN_KEYS_MS);
}
await engine.close();
if (failures.length > 0) throw new Error(failures.join('\n'));
printReport(stopwatch);
