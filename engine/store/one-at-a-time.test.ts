import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';
import { temporaryFolder } from './store-fixtures.ts';

const signal = new AbortController().signal;

it('lets the next one begin only after the holder was killed, and then at once', async () => {
  const folder = temporaryFolder(onTestFinished);
  const lockPath = join(folder, 'a.lock');
  const holder = spawn(process.execPath, [join(import.meta.dirname, 'one-at-a-time.child.ts'), lockPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const impatient = new AbortController();
  const refused = oneAtATime(lockPath, impatient.signal, () => Promise.resolve('both hold it'));
  impatient.abort();
  await expect(refused).rejects.toThrow(/abort/);

  // The first attempt is made before this returns.
  let isHeld = true;
  const waiting = oneAtATime(lockPath, signal, () => Promise.resolve(isHeld));
  isHeld = false;
  holder.kill('SIGKILL');
  expect(await waiting).toBe(false);
  expect(readdirSync(folder)).toEqual(['a.lock']);
});

it('never runs two pieces of work of one process at once, and lets go where one fails', async () => {
  const lockPath = join(temporaryFolder(onTestFinished), 'a.lock');
  let running = 0;
  const work = async (): Promise<number> => {
    const beside = running++;
    await new Promise((next) => setTimeout(next, 5));
    running--;
    if (beside === 0) throw new Error('alone');
    return beside;
  };
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => oneAtATime(lockPath, signal, work)));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
});
