import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Events } from '../../preload/contract/events.ts';
import type { JobInput, JobName } from '../../preload/contract/jobs.ts';
import { benchOfFile } from '../case/bench-of-file.test-support.ts';
import type { Bench } from '../case/small-recording.test-support.ts';

const modelId = 1;
let bench: Bench;
benchOfFile((made) => (bench = made));
afterEach(() => vi.unstubAllEnvs());

interface StartedJob {
  readonly jobId: string;
  readonly heard: Events['job.progress'][];
  readonly ended: Promise<Events['job.ended']['outcome']>;
}

function start<J extends JobName>(name: J, input: JobInput<J>): StartedJob {
  const heard: Events['job.progress'][] = [];
  const answer = bench.engine.startJob(name, input);
  if (!answer.ok) throw new Error(answer.error.message);
  const { jobId } = answer.data;
  const ended = new Promise<Events['job.ended']['outcome']>((resolve) => {
    const stops = [
      bench.engine.on('job.progress', (event) => {
        if (event.jobId === jobId) heard.push(event);
      }),
      bench.engine.on('job.ended', (event) => {
        if (event.jobId !== jobId) return;
        for (const stop of stops) stop();
        resolve(event.outcome);
      }),
    ];
  });
  return { jobId, heard, ended };
}

async function judgeFirstAlert(kind: 'fraud' | 'legitimate'): Promise<void> {
  const { rows } = await bench.ask('alerts.page', { modelId });
  await bench.ask('alerts.detail', { modelId, key: rows[0].key });
  await bench.ask('verdicts.set', { modelId, keys: [rows[0].key], kind, replace: true });
}

/** Opens a pipe for writing, which succeeds as soon as somebody stands waiting to read it. */
function openIfAwaited(pipe: string): number | null {
  try {
    return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}

/** The priority of each thread of this process, as Linux counts it: 0 is usual, higher numbers wait for lower ones. */
function prioritiesOfThreads(): readonly number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const afterName = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').replace(/^.*\) /su, '');
    return Number(afterName.split(' ')[16]);
  });
}

describe('a job of a window', () => {
  it.skipIf(process.platform === 'win32')(
    'delays no request and no verdict, whatever its thread waits for',
    async () => {
      const pipe = join(bench.folder, 'authority.pem');
      execFileSync('mkfifo', [pipe]);
      vi.stubEnv('ASSAY_KAFKA_TLS_CA', pipe);
      // Reading the pipe holds the thread itself, as a long computation does, until somebody writes.
      const job = start('feed', { topic: 'kafka://127.0.0.1:9/payments' });
      const held = await vi.waitUntil(() => openIfAwaited(pipe), { timeout: 120_000, interval: 20 });
      await judgeFirstAlert('fraud');
      if (process.platform === 'linux') expect(prioritiesOfThreads()).toContain(10);
      closeSync(held);
      bench.engine.cancelJob(job.jobId);
      expect(await job.ended).toMatchObject({ ok: false });
    },
  );

  it('hears in its thread what is asked of it, says where it stands, and stops when it is told to', async () => {
    const casePath = join(bench.folder, 'played.assay');
    const job = start('play', { recording: bench.recording, model: bench.casePath, casePath, startsPaused: true });
    const hears = (rows: number): Promise<unknown> =>
      vi.waitUntil(() => job.heard.some(({ progress }) => progress.stream?.isPaused && progress.stream.rows === rows), {
        timeout: 120_000,
      });
    await hears(0);
    await bench.ask('job.command', { jobId: job.jobId, command: { kind: 'step', rows: 7 } });
    await hears(7);
    // Only topics that are followed have figures to scrape; the thread is asked all the same, and answers.
    expect((await bench.ask('metrics.read', {})).text).toContain('\niforest_streams_running 0\n');
    bench.engine.cancelJob(job.jobId);
    expect(await job.ended).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
  });

  it('whose thread ends unasked fails alone: requests and the next job go on', async () => {
    process.once('worker', (thread: Worker) => void thread.terminate());
    const lost = await start('doctor', {}).ended;
    expect(lost).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    await judgeFirstAlert('legitimate');
    expect(await start('doctor', {}).ended).toMatchObject({ ok: true });
  });

  it('that reads into the open case takes no alert away before it has ended', async () => {
    const more = join(bench.folder, 'more.csv');
    // A quarter of the recording under other numbers, so that it is another one.
    const [head, ...lines] = readFileSync(bench.recording, 'utf8').trimEnd().split('\n');
    writeFileSync(more, `${[head, ...lines.slice(0, 1000).map((line) => `9${line}`)].join('\n')}\n`);
    const before = await bench.ask('alerts.page', { modelId });
    const job = start('ingest', { recordings: [more], casePath: bench.casePath });
    let isOver = false;
    void job.ended.then(() => (isOver = true));
    while (!isOver) {
      const page = await bench.engine.request('alerts.page', { modelId });
      if (isOver) break;
      expect(page).toMatchObject({ ok: true, data: { total: before.total } });
      await new Promise(setImmediate);
    }
    expect(await job.ended).toMatchObject({ ok: true });
    expect(await bench.engine.request('alerts.page', { modelId })).toMatchObject({
      ok: false,
      error: { code: 'NO_MODEL' },
    });
  });
});
