import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildCommandLineIfStale } from '../../../scripts/build-if-stale.mjs';
import { commandLineEntry } from '../../../scripts/command-line-bundle.mjs';
import type { FromEngine, ToEngine } from '../../../engine/host/engine-frames.ts';
import type { BenchRow, Target } from '../row.ts';
import type { BenchSettings } from '../settings.ts';
import { spreadOf } from '../statistics.ts';

/** A start is short, so that more of them are taken than of anything else. */
const STARTS = 10;
const launcher = join(import.meta.dirname, '../../../scripts/assay.mjs');

/** How long one waits for a program that starts: its version, a command that reads no case, the engine's first answer. */
export async function startRows(settings: BenchSettings): Promise<BenchRow[]> {
  settings.report('starting');
  if ((await buildCommandLineIfStale()) !== 0) throw new Error('The command line could not be built.');
  const home = join(settings.folder, 'start-home');
  await mkdir(home);
  await writeFile(join(home, 'settings.json'), JSON.stringify({ version: 1, settings: {}, recent: [] }));
  const environment = { ...process.env, ASSAY_HOME: home, NODE_COMPILE_CACHE: join(settings.folder, 'compile') };
  const command = (...parameters: readonly string[]) =>
    startsOf(() => promisify(execFile)(process.execPath, [launcher, ...parameters], { env: environment }));
  return [
    row('version', '`assay --version`', await command('--version'), { kind: 'at-most', bar: 200, aim: 100 }),
    row('help of a command', '`assay run --help`', await command('run', '--help'), { kind: 'none' }),
    row(
      'engine',
      'process started to first answer',
      await startsOf(() => firstAnswer(environment)),
      { kind: 'at-most', bar: 400, aim: 200 },
      'The process of the engine as the window starts it, and the settings asked of it at once.',
    ),
  ];
}

function row(what: string, ours: string, times: readonly number[], target: Target, note?: string): BenchRow {
  const side = { name: ours, value: spreadOf(times) };
  return {
    ...{ what: `start, ${STARTS} times: ${what}`, unit: 'ms', ours: side, peer: null, ratio: null, target },
    ...(note === undefined ? {} : { note }),
  };
}

/** Milliseconds of each start; the first is not counted, since it fills the caches that later ones have. */
async function startsOf(start: () => Promise<unknown>): Promise<readonly number[]> {
  await start();
  const times: number[] = [];
  for (let turn = 0; turn < STARTS; turn++) {
    const startedMs = performance.now();
    await start();
    times.push(performance.now() - startedMs);
  }
  return times;
}

/** Starts an engine, asks it for the settings, and ends it once it has answered. */
async function firstAnswer(environment: NodeJS.ProcessEnv): Promise<void> {
  const entry = new URL('entry-child.js', commandLineEntry());
  const generation = 1;
  const child = fork(entry, [String(generation), 'browser'], { serialization: 'advanced', env: environment });
  const ended = once(child, 'exit');
  const call = { door: 'request', name: 'settings.read', input: {} } as const;
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The engine ended without an answer.')));
    child.on('message', (frame) => {
      if ((frame as FromEngine).kind === 'answer') resolve();
    });
    child.send({ kind: 'call', generation, id: 1, call } satisfies ToEngine);
  });
  child.kill('SIGKILL');
  await ended;
}
