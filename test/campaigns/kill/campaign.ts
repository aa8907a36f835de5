/*
 * `npm run campaign:kill [-- KILLS SEED KIND,KIND,...]`: processes of every kind of work killed with SIGKILL (1,000 times, seed 1),
 * each at a drawn moment of its work and on a case of its own. After each kill the case must be whole and hold all that it held
 * before and all that was acknowledged since; then the same command must complete and give what it gives when nobody is killed.
 * Prints one line a kind, so that pieces with other seeds can be added up; exits with 1 where anything was lost, doubled or another.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyCase } from '../../../engine/store/backup.ts';
import { drawsOf } from '../fuzz/random.ts';
import { allKinds, giveKeysOf, prepareBases, type Ending, type Kind } from './kinds.ts';

const kills = Number(process.argv[2] ?? 1000);
const seed = Number(process.argv[3] ?? 1);
const wanted = process.argv[4]?.split(',');
const kinds = allKinds.filter(({ name }) => wanted === undefined || wanted.includes(name));
const below = drawsOf(seed);
/** Before a process has loaded its program there is nothing to be stopped in. */
const loadingMs = 120;
/** A few kills come after the end, so that the last moments of the work are hit, too. */
const overshoot = 1.05;

const root = mkdtempSync(join(tmpdir(), 'assay-campaign-kill-'));
const home = join(root, 'home');

async function run(
  program: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  killAfterMs?: number,
): Promise<Ending> {
  const child: ChildProcess = spawn(process.execPath, program, {
    cwd: folder,
    env: { ...process.env, ASSAY_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close');
  if (killAfterMs !== undefined) {
    await Promise.race([closed, sleep(killAfterMs)]);
    child.kill('SIGKILL');
  }
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

/** A folder of its own for one try: what is known of a case outside of it is kept by its path. */
function freshFolder(kind: Kind, turn: number): string {
  const folder = join(root, `${kind.name}-${turn}`);
  mkdirSync(folder);
  const base = join(root, 'bases', kind.base);
  if (existsSync(base)) cpSync(base, folder, { recursive: true });
  return folder;
}

/** What is wrong after a kill; null where all is as it must be. */
async function problemAfter(kind: Kind, folder: string, killed: Ending, whole: string): Promise<string | null> {
  const casePath = join(folder, 'a.assay');
  await giveKeysOf(folder);
  if (existsSync(casePath)) {
    const { problems } = verifyCase(casePath);
    if (problems.length > 0) return `not whole: ${problems.join(' ')}`;
  } else if (kind.base !== 'empty' && kind.mayBeAway !== true) return 'the case is gone';
  const lost = kind.lost?.(folder, killed) ?? null;
  if (lost !== null) return lost;
  const again = await run(kind.again?.(folder) ?? kind.program(folder), folder, kind.environment?.(folder));
  if (again.code !== 0)
    return `the second run ended with ${again.code}: ${again.stderr.trim().split('\n').slice(-2).join(' ')}`;
  await giveKeysOf(folder);
  const outcome = kind.outcome(folder, again);
  if (outcome !== whole) return `another outcome: ${outcome}`;
  const { problems } = verifyCase(casePath);
  return problems.length === 0 ? null : `not whole at the end: ${problems.join(' ')}`;
}

/** How long the work takes when nobody kills it, and what it then gives. */
async function undisturbed(kind: Kind): Promise<{ readonly whole: string; readonly durationMs: number }> {
  const folder = freshFolder(kind, -1);
  const startedMs = performance.now();
  const ending = await run(kind.program(folder), folder, kind.environment?.(folder), kind.endlessMs);
  const durationMs = performance.now() - startedMs;
  if (kind.endlessMs === undefined && ending.code !== 0) throw new Error(`${kind.name}: ${ending.stderr}`);
  const again = kind.again === undefined ? ending : await run(kind.again(folder), folder, kind.environment?.(folder));
  if (again.code !== 0) throw new Error(`${kind.name}, again: ${again.stderr}`);
  await giveKeysOf(folder);
  const whole = kind.outcome(folder, again);
  rmSync(folder, { recursive: true });
  return { whole, durationMs };
}

let failures = 0;
try {
  await prepareBases(join(root, 'bases'), run);
  for (const [index, kind] of kinds.entries()) {
    const tries = Math.floor(((index + 1) * kills) / kinds.length) - Math.floor((index * kills) / kinds.length);
    const { whole, durationMs } = await undisturbed(kind);
    let [within, wrong] = [0, 0];
    for (let turn = 0; turn < tries; turn++) {
      const folder = freshFolder(kind, turn);
      const killAfterMs = loadingMs + below(Math.max(1, Math.round(durationMs * overshoot - loadingMs)));
      const killed = await run(kind.program(folder), folder, kind.environment?.(folder), killAfterMs);
      if (killed.code === null) within++;
      const problem = await problemAfter(kind, folder, killed, whole).catch((error: unknown) => String(error));
      if (problem !== null) {
        wrong++;
        console.log(`${kind.name}, killed after ${killAfterMs} of ${Math.round(durationMs)} ms: ${problem}`);
      }
      rmSync(folder, { recursive: true, force: true });
    }
    failures += wrong;
    console.log(
      JSON.stringify({
        seed,
        kind: kind.name,
        tries,
        killedBeforeTheEnd: within,
        durationMs: Math.round(durationMs),
        wrong,
      }),
    );
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
