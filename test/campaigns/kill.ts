/*
 * `npm run campaign:kill [-- MOMENTS]`: `assay run` killed with SIGKILL at 200 moments (or MOMENTS) spread evenly over its first
 * five seconds, each time in a fresh case, then run again by the same command. Says how often the second run completes with
 * the flags' digest of a run that nobody killed; exits with 1 where one does not.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeSmallRecording } from '../command-line/small-recording.ts';

const moments = Number(process.argv[2] ?? 200);
const spreadMs = 5000;
const launcher = resolve(import.meta.dirname, '../../scripts/assay.mjs');
const folder = mkdtempSync(join(tmpdir(), 'assay-campaign-kill-'));
const recording = join(folder, 'payments.csv');

interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end, or until it is killed after `killAfterMs`. */
async function run(casePath: string, killAfterMs?: number): Promise<Ending> {
  const child = spawn(
    process.execPath,
    [launcher, 'run', recording, '--case', casePath, '--label', 'is_fraud', '--json'],
    {
      env: { ...process.env, ASSAY_HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close');
  if (killAfterMs !== undefined) {
    await Promise.race([closed, sleep(killAfterMs)]);
    child.kill('SIGKILL');
  }
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

/** What must be the same however often a run was killed before. */
function outcomeOf({ code, stdout, stderr }: Ending): string {
  if (code !== 0) return `exit code ${code}: ${stderr.trim().split('\n').slice(-2).join(' ')}`;
  const { rows, flagged, thresholdUnits, model } = JSON.parse(stdout) as Record<string, unknown>;
  return JSON.stringify({ rows, flagged, thresholdUnits, model });
}

try {
  writeSmallRecording(recording, { rows: 120_000 });
  const whole = outcomeOf(await run(join(folder, 'whole.assay')));
  const other = new Map<string, number>();
  let killed = 0;
  for (let moment = 0; moment < moments; moment++) {
    const casePath = join(folder, `killed-${moment}.assay`);
    const first = await run(casePath, (spreadMs * (moment + 0.5)) / moments);
    if (first.code === null) killed++;
    const outcome = outcomeOf(await run(casePath));
    if (outcome !== whole) other.set(outcome, (other.get(outcome) ?? 0) + 1);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${casePath}${suffix}`, { force: true });
    if ((moment + 1) % 20 === 0) process.stderr.write(`${moment + 1} of ${moments}\n`);
  }
  const failed = [...other.values()].reduce((total, count) => total + count, 0);
  console.log(
    `${moments} moments over ${spreadMs} ms, ${killed} killed before the end: ${moments - failed} completed alike.`,
  );
  for (const [outcome, count] of other) console.log(`${count} times: ${outcome}`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
