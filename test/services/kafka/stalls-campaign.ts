/*
 * `npm run campaign:stalls`: one topic of four partitions, followed by processes that are stopped (SIGSTOP) at ten moments,
 * on a machine with four busy processes, and beside one that writes and syncs all the time. Ends with 1 where two runs trained
 * different models.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followWithStop, sendStallTopic, type StalledRun } from './stalls.ts';
import { startKafka } from './start-kafka.ts';

const moments = Array.from({ length: 10 }, (_, index) => 300 + 250 * index);
const busyLoop = 'for (;;);';
const syncLoop = `const fs = require('node:fs'); const file = fs.openSync(process.argv[1], 'w'); const bytes = Buffer.alloc(4 << 20);
for (let turn = 0; ; turn++) { fs.writeSync(file, bytes, 0, bytes.length, (turn % 16) * bytes.length); fs.fsyncSync(file); }`;

const folder = mkdtempSync(join(tmpdir(), 'assay-stalls-'));
const broker = await startKafka();
const runs: (StalledRun & { readonly name: string })[] = [];

async function beside<T>(programs: readonly (readonly string[])[], work: () => Promise<T>): Promise<T> {
  const children = programs.map((program) => spawn(process.execPath, ['-e', ...program], { stdio: 'ignore' }));
  try {
    return await work();
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

async function follow(topic: string, name: string, stop: { readonly afterMs: number } | null): Promise<void> {
  const run = await followWithStop(broker, { topic, folder, name: `${topic}-${name}` }, stop);
  runs.push({ ...run, name: `${topic} ${name}` });
  console.log(`${topic} ${name}: ${run.digest?.slice(0, 16)} on ${run.training?.rows} rows, ${run.training?.reason}`);
}

try {
  // More than is trained on, and fewer: the end of a topic is not told by the clock either.
  for (const [topic, count] of [
    ['long', 30_000],
    ['short', 4_000],
  ] as const) {
    await sendStallTopic(broker, topic, count);
    await follow(topic, 'left alone', null);
    for (const afterMs of moments) await follow(topic, `stopped after ${afterMs} ms`, { afterMs });
    const busy = Array.from({ length: 4 }, () => [busyLoop]);
    await beside(busy, () => follow(topic, 'on a busy machine', null));
    await beside([[syncLoop, join(folder, 'synced')]], () => follow(topic, 'beside a busy disk', null));
  }
} finally {
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
}
const digests = new Set(runs.map(({ name, digest }) => `${name.split(' ')[0]} ${digest}`));
console.log(`${runs.length} runs over 2 topics, ${digests.size} models.`);
process.exitCode = digests.size === 2 ? 0 : 1;
