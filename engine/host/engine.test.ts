import { describe, expect, it } from 'vitest';
import type { Events } from '../../preload/contract/events.ts';
import { benchOfFile } from '../case/bench-of-file.test-support.ts';
import { smallRows, type Bench } from '../case/small-recording.test-support.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

function ended(jobId: string): Promise<Events['job.ended']> {
  return new Promise((resolve) => {
    const stop = bench.engine.on('job.ended', (event) => {
      if (event.jobId !== jobId) return;
      stop();
      resolve(event);
    });
  });
}

function idOf(answer: ReturnType<Bench['engine']['startJob']>): string {
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.data.jobId;
}

describe('jobs of a window', () => {
  it('train beside the open case: progress, the end, and the new model in the same session', async () => {
    const heard: string[] = [];
    const stops = [
      bench.engine.on('job.progress', ({ progress }) => heard.push(progress.phase)),
      bench.engine.on('case.changed', ({ overview }) => heard.push(`models ${overview?.models}`)),
    ];
    const jobId = idOf(bench.engine.startJob('train', { casePath: bench.casePath, forest: { trees: 40, seed: 7 } }));
    const event = await ended(jobId);
    expect(event.outcome.ok).toBe(true);
    await expect.poll(() => heard).toContain('models 2');
    for (const stop of stops) stop();
    expect(heard.some((phase) => phase === 'train')).toBe(true);
    const models = await bench.ask('models.list', {});
    expect(models.map(({ id }) => id)).toEqual([1, 2]);
    expect((await bench.ask('tuning.read', { modelId: 2 })).rows).toBe(smallRows);
    const compared = await bench.ask('models.compare', { firstModelId: 1, secondModelId: 2, at: 'own-threshold' });
    expect(compared.flagged.both + compared.flagged.onlySecond).toBe(compared.second.flagged);
  });

  it('end with CANCELLED when they are told to stop, and leave the case usable', async () => {
    const jobId = idOf(
      bench.engine.startJob('train', { casePath: bench.casePath, forest: { trees: 10_000, seed: 8 } }),
    );
    const end = ended(jobId);
    bench.engine.cancelJob(jobId);
    expect((await end).outcome).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
    expect((await bench.ask('case.read', {})).models).toBe(2);
  });

  it('tell wrong input by their end, not by silence; an unknown name at once', async () => {
    const end = ended(idOf(bench.engine.startJob('train', { casePath: '' })));
    expect((await end).outcome).toMatchObject({ ok: false, error: { code: 'WRONG_USE' } });
    expect(bench.engine.startJob('no-such-job' as 'train', { casePath: 'x' })).toMatchObject({ ok: false });
  });

  it('say in words what a field takes, where the text of the schema was shown: request and command the same', async () => {
    const choice = { token: 'name-1', reason: 'x' };
    const context = { signal: new AbortController().signal, report: () => undefined };
    const asked = await bench.engine.request('personal.reveal', choice);
    const run = await bench.engine.runJob('reveal', { casePath: bench.casePath, ...choice }, context);
    expect([asked, run]).toMatchObject([
      { error: { message: "personal.reveal: 'reason' takes at least 3 characters." } },
      { error: { message: "reveal: 'reason' takes at least 3 characters." } },
    ]);
    const forest = { trees: 0 };
    const trained = await bench.engine.runJob('train', { casePath: bench.casePath, forest }, context);
    expect(trained).toMatchObject({ error: { message: "train: 'forest trees' must be at least 1." } });
  });
});

describe('listeners', () => {
  it('hear nothing after they have stopped listening', async () => {
    let heard = 0;
    bench.engine.on('case.changed', () => heard++)();
    const stillHeard = new Promise<void>((resolve) => {
      const stop = bench.engine.on('case.changed', () => {
        stop();
        resolve();
      });
    });
    await bench.ask('models.setChampion', { modelId: 1 });
    await stillHeard;
    expect(heard).toBe(0);
  });
});
