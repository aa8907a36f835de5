import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FromEngine, ToEngine } from '../engine/host/engine-frames.ts';
import type { EventFrame } from '../preload/contract/wire/frames.ts';
import { engineThatCannotStart, superviseEngine, type EngineProcess } from './engine-supervisor.ts';

/** An engine that is ready at once and answers what `answer` gives; a test ends it, or lets it fall silent. */
class FakeEngine implements EngineProcess {
  readonly pid = 1;
  readonly asked: ToEngine[] = [];
  readonly generation: number;
  #receive: (frame: FromEngine) => void = () => undefined;
  readonly #ended: ((how: string) => void)[] = [];
  readonly #isReady: boolean;

  constructor(generation: number, isReady = true) {
    this.generation = generation;
    this.#isReady = isReady;
  }

  post(frame: ToEngine): void {
    this.asked.push(frame);
    if (frame.kind === 'stop') this.end('done');
    if (frame.kind === 'call' && frame.call.door === 'request' && frame.call.name === 'case.open')
      this.say({ kind: 'answer', generation: this.generation, id: frame.id, answer: { ok: true, data: null } });
  }

  onFrame(receive: (frame: FromEngine) => void): void {
    this.#receive = receive;
    if (this.#isReady) queueMicrotask(() => this.say({ kind: 'ready', generation: this.generation }));
  }

  onExit(ended: (how: string) => void): void {
    this.#ended.push(ended);
  }

  kill(): void {
    this.end('its process was ended by SIGKILL');
  }

  say(frame: FromEngine): void {
    this.#receive(frame);
  }

  end(how: string): void {
    for (const ended of this.#ended.splice(0)) ended(how);
  }
}

function supervised(isReady = true) {
  const engines: FakeEngine[] = [];
  const events: EventFrame[] = [];
  const supervisor = superviseEngine(
    (generation) => {
      const engine = new FakeEngine(generation, isReady);
      engines.push(engine);
      return engine;
    },
    { restartDelaysMs: [0], readyMs: 50, stopMs: 50 },
  );
  onTestFinished(() => supervisor.stop());
  supervisor.onEvent((event) => events.push(event));
  const newest = (): FakeEngine => engines.at(-1) ?? new FakeEngine(0);
  const states = (): string[] =>
    events.flatMap((event) => (event.name === 'engine.state' ? [event.payload.state] : []));
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { supervisor, engines, newest, events, states, until };
}

const read = { door: 'request', name: 'case.read', input: {} } as const;

describe('the supervisor of the engine', () => {
  it('answers ENGINE_STOPPED to what waits when the engine dies: no call hangs', async () => {
    const { supervisor, newest, until } = supervised();
    const answer = supervisor.call(read);
    await until(() => newest().asked.length > 0);
    newest().end('its process ended with exit code 137');
    expect(await answer).toMatchObject({ ok: false, error: { code: 'ENGINE_STOPPED' } });
  });

  it('tells the end of jobs that died with the engine', async () => {
    const { supervisor, newest, events, until } = supervised();
    const started = supervisor.call({ door: 'startJob', name: 'train', input: {} });
    await until(() => newest().asked.length > 0);
    const [call] = newest().asked;
    if (call?.kind !== 'call') throw new Error('The supervisor asked something else.');
    newest().say({
      kind: 'answer',
      generation: 1,
      id: call.id,
      answer: { ok: true, data: { jobId: 'job-1' } },
    });
    await started;
    newest().end('out of memory');
    expect(events.find((event) => event.name === 'job.ended')?.payload).toMatchObject({
      jobId: 'job-1',
      outcome: { ok: false, error: { code: 'ENGINE_STOPPED' } },
    });
  });

  it('starts another engine and opens the same case in it before it says running', async () => {
    const { supervisor, newest, engines, states, until } = supervised();
    await supervisor.call({ door: 'request', name: 'case.open', input: { path: 'spring.assay' } });
    newest().end('a crash');
    await until(() => states().at(-1) === 'running' && engines.length === 2);
    expect(newest().asked[0]).toMatchObject({ call: { name: 'case.open', input: { path: 'spring.assay' } } });
  });

  it('takes no word of an engine that was given up for one of the new engine', async () => {
    const { supervisor, newest, engines, until } = supervised();
    await until(() => supervisor.state().state === 'running');
    newest().end('a crash');
    await until(() => engines.length === 2 && supervisor.state().state === 'running');
    const answer = supervisor.call(read);
    await until(() => newest().asked.some((frame) => frame.kind === 'call'));
    const call = newest().asked.find((frame) => frame.kind === 'call');
    newest().say({ kind: 'answer', generation: 1, id: call?.id ?? 0, answer: { ok: true, data: 'old' } });
    newest().say({ kind: 'answer', generation: 2, id: call?.id ?? 0, answer: { ok: true, data: 'new' } });
    expect(await answer).toEqual({ ok: true, data: 'new' });
  });

  it('gives up after three failures in a row, with the cause and what is safe, and starts again when asked', async () => {
    const { supervisor, newest, engines, states, events, until } = supervised();
    for (let failure = 1; failure <= 3; failure++) {
      await until(() => engines.length === failure);
      newest().end('a fault at its start');
    }
    expect(states().at(-1)).toBe('stopped');
    expect(events.at(-1)?.payload).toMatchObject({ cause: expect.stringContaining('3 times') });
    expect(await supervisor.call(read)).toMatchObject({ ok: false, error: { code: 'ENGINE_STOPPED' } });
    supervisor.restart();
    await until(() => supervisor.state().state === 'running');
  });

  it('replaces an engine that is never ready', async () => {
    const { engines, until } = supervised(false);
    await until(() => engines.length >= 2);
  });

  it('keeps an engine that answers, however long the machine slept between two pings, and replaces one that is hung', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const engines: FakeEngine[] = [];
    const launch = (generation: number): FakeEngine => {
      const engine = new FakeEngine(generation);
      engines.push(engine);
      return engine;
    };
    const supervisor = superviseEngine(launch, { pingEveryMs: 1000, hungAfterMs: 5000, restartDelaysMs: [0] });
    onTestFinished(() => supervisor.stop());
    await vi.advanceTimersByTimeAsync(1000);
    const clock = vi.spyOn(performance, 'now').mockReturnValue(8 * 3600 * 1000);
    engines[0]?.say({ kind: 'pong', generation: 1 });
    await vi.advanceTimersByTimeAsync(4000);
    expect(engines).toHaveLength(1);
    clock.mockRestore();
    await vi.advanceTimersByTimeAsync(5000);
    expect(engines).toHaveLength(2);
  });

  it('stops without starting another', async () => {
    const { supervisor, engines, until } = supervised();
    await until(() => supervisor.state().state === 'running');
    await supervisor.stop();
    expect(engines).toHaveLength(1);
    expect(await supervisor.call(read)).toMatchObject({ ok: false, error: { code: 'ENGINE_STOPPED' } });
  });

  it('gives up with the reason where no engine can be started, so that the window says it', async () => {
    const supervisor = superviseEngine(() => engineThatCannotStart('no Node 24 was found'), { restartDelaysMs: [0] });
    onTestFinished(() => supervisor.stop());
    await expect.poll(() => supervisor.state().state).toBe('stopped');
    expect(supervisor.state().cause).toContain('no Node 24 was found');
  });
});
