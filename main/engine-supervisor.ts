import type { FromEngine, ToEngine } from '../engine/host/engine-frames.ts';
import type { Answer } from '../preload/contract/envelope.ts';
import type { Events } from '../preload/contract/events.ts';
import type { JobName } from '../preload/contract/jobs.ts';
import type { Call, EventFrame } from '../preload/contract/wire/frames.ts';

/** One running engine process, however it was started. */
export interface EngineProcess {
  readonly pid: number | undefined;
  post(frame: ToEngine): void;
  onFrame(receive: (frame: FromEngine) => void): void;
  /** Called once. `description` says how it ended, for people: an exit code or a signal. */
  onExit(ended: (description: string) => void): void;
  kill(): void;
}

/** Stands for a process where none can be made, so that the window opens all the same and says why. */
export function engineThatCannotStart(reason: string): EngineProcess {
  return {
    pid: undefined,
    post: () => undefined,
    onFrame: () => undefined,
    onExit: (ended) => void queueMicrotask(() => ended(reason)),
    kill: () => undefined,
  };
}

export interface SupervisorTimings {
  /** From the start of the process to its `ready`. */
  readonly readyMs: number;
  readonly pingEveryMs: number;
  /** A living engine answers a ping between two steps of its work; one that does not is taken for hung. */
  readonly hungAfterMs: number;
  /** Before the second start, the third, and so on. */
  readonly restartDelaysMs: readonly number[];
  /** A process that lived this long was a good start: failures before it no longer count. */
  readonly stableAfterMs: number;
  readonly stopMs: number;
}

const defaultTimings: SupervisorTimings = {
  readyMs: 60_000,
  pingEveryMs: 5_000,
  hungAfterMs: 60_000,
  restartDelaysMs: [100, 1_000],
  stableAfterMs: 30_000,
  stopMs: 5_000,
};

/** The engine as a host uses it: calls that are always answered, and every event. */
export interface EngineSupervisor {
  /** Never rejects: while the engine is down, and when it dies, the answer is `ENGINE_STOPPED`. */
  call(call: Call): Promise<Answer<unknown>>;
  /** Every event of the engine, and `engine.state`. Returns a function that ends it. */
  onEvent(listener: (event: EventFrame) => void): () => void;
  /** The newest `engine.state`, for a window that comes later. */
  state(): Events['engine.state'];
  /** Starts again after the breaker opened. Does nothing while the engine runs. */
  restart(): void;
  /** Lets the engine commit and close its case, at most `stopMs`, then ends it. */
  stop(): Promise<void>;
  pid(): number | undefined;
}

const MAXIMUM_FAILURES = 3;
const whatIsSafe =
  'Transactions, verdicts and notes that were confirmed are stored in the case. A running job has to be started again.';

/**
 * Starts the engine process and keeps one running: a process that dies or hangs is replaced, after growing delays,
 * and the case that was open is opened again. After three failures in a row it gives up and says so.
 * Requests are never repeated: pending ones are answered `ENGINE_STOPPED`.
 */
export function superviseEngine(
  launch: (generation: number) => EngineProcess,
  timings: Partial<SupervisorTimings> = {},
): EngineSupervisor {
  const { readyMs, pingEveryMs, hungAfterMs, restartDelaysMs, stableAfterMs, stopMs } = {
    ...defaultTimings,
    ...timings,
  };
  const listeners = new Set<(event: EventFrame) => void>();
  const pending = new Map<number, (answer: Answer<unknown>) => void>();
  const runningJobs = new Map<string, JobName>();
  let state: Events['engine.state'] = { state: 'restarting', cause: null, whatIsSafe: null };
  let current: { readonly process: EngineProcess; readonly generation: number } | null = null;
  let ready = Promise.withResolvers<boolean>();
  let generation = 0;
  let lastCallId = 0;
  let failures = 0;
  let openCasePath: string | null = null;
  let stopping = false;
  let restartTimer: NodeJS.Timeout | undefined;

  const emit = (event: EventFrame): void => {
    for (const listener of listeners) listener(event);
  };
  const enter = (next: Events['engine.state']): void => {
    state = next;
    emit({ kind: 'event', name: 'engine.state', payload: next });
  };

  const start = (): void => {
    const mine = ++generation;
    const process = launch(mine);
    current = { process, generation: mine };
    const startedAtMs = performance.now();
    let unansweredPings = 0;
    let killedBecause: string | null = null;
    const kill = (because: string): void => {
      killedBecause = because;
      process.kill();
    };
    const handshake = setTimeout(() => kill(`it was not ready within ${readyMs / 1000} seconds`), readyMs);
    // Counted in pings and not by a clock: on some systems the clock goes on while the machine sleeps.
    const ping = setInterval(() => {
      if (unansweredPings * pingEveryMs >= hungAfterMs)
        kill(`it did not answer for ${Math.round(hungAfterMs / 1000)} seconds`);
      else {
        unansweredPings += 1;
        process.post({ kind: 'ping', generation: mine });
      }
    }, pingEveryMs);

    process.onFrame((frame) => {
      if (frame.generation !== mine) return;
      unansweredPings = 0;
      if (frame.kind === 'ready') {
        clearTimeout(handshake);
        void resume(mine);
      } else if (frame.kind === 'answer') {
        pending.get(frame.id)?.(frame.answer);
        pending.delete(frame.id);
      } else if (frame.kind === 'event') {
        if (frame.event.name === 'job.ended') runningJobs.delete(frame.event.payload.jobId);
        emit(frame.event);
      }
    });
    process.onExit((description) => {
      clearTimeout(handshake);
      clearInterval(ping);
      if (current?.generation === mine) current = null;
      if (stopping) {
        answerAllPending('Assay is closing.');
        return;
      }
      if (performance.now() - startedAtMs > stableAfterMs) failures = 0;
      failures += 1;
      const cause = `The engine stopped: ${killedBecause ?? description}.`;
      answerAllPending(cause);
      if (failures >= MAXIMUM_FAILURES) {
        ready.resolve(false);
        enter({ state: 'stopped', cause: `${cause} It failed ${failures} times in a row.`, whatIsSafe });
        return;
      }
      ready.resolve(false);
      ready = Promise.withResolvers();
      enter({ state: 'restarting', cause, whatIsSafe });
      restartTimer = setTimeout(start, restartDelaysMs[failures - 1] ?? restartDelaysMs.at(-1) ?? 0);
    });
  };

  /** A case that brings the engine down twice is left closed, so that the window can be used at all. */
  const resume = async (mine: number): Promise<void> => {
    if (openCasePath !== null && failures > 0) {
      if (failures === 1) await ask(mine, { door: 'request', name: 'case.open', input: { path: openCasePath } });
      else openCasePath = null;
    }
    if (current?.generation !== mine) return;
    ready.resolve(true);
    enter({ state: 'running', cause: null, whatIsSafe: null });
  };

  const answerAllPending = (cause: string): void => {
    const answer = stoppedAnswer(cause);
    for (const settle of pending.values()) settle(answer);
    pending.clear();
    for (const [jobId, name] of runningJobs)
      emit({ kind: 'event', name: 'job.ended', payload: { jobId, name, outcome: answer } });
    runningJobs.clear();
  };

  const ask = (mine: number, call: Call): Promise<Answer<unknown>> => {
    const target = current;
    if (target === null || target.generation !== mine)
      return Promise.resolve(stoppedAnswer(state.cause ?? 'The engine is not running.'));
    const id = ++lastCallId;
    return new Promise((resolve) => {
      pending.set(id, resolve);
      target.process.post({ kind: 'call', generation: mine, id, call });
    });
  };

  /** A job that outlived its process would seem to run for ever; so the supervisor knows which ones run. */
  const noteJob = (call: Call, answer: Answer<unknown>): void => {
    if (call.door !== 'startJob' || !answer.ok) return;
    const { jobId } = answer.data as { readonly jobId: string };
    // The engine accepted the name, so it is one of the contract's.
    runningJobs.set(jobId, call.name as JobName);
  };

  start();
  return {
    async call(call) {
      // A call made while the first engine starts waits for it; the handshake's limit bounds the wait.
      const isReady = state.state === 'stopped' || stopping ? false : await ready.promise;
      if (!isReady) return stoppedAnswer(state.cause ?? 'The engine is not running.');
      const answer = await ask(generation, call);
      noteJob(call, answer);
      if (call.door === 'request') openCasePath = caseAfter(call, answer.ok, openCasePath);
      return answer;
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => state,
    restart() {
      if (current !== null || state.state !== 'stopped') return;
      failures = 0;
      ready = Promise.withResolvers();
      enter({ state: 'restarting', cause: null, whatIsSafe: null });
      start();
    },
    stop() {
      stopping = true;
      clearTimeout(restartTimer);
      ready.resolve(false);
      const target = current;
      if (target === null) return Promise.resolve();
      return new Promise((resolve) => {
        const limit = setTimeout(() => target.process.kill(), stopMs);
        target.process.onExit(() => {
          clearTimeout(limit);
          resolve();
        });
        target.process.post({ kind: 'stop', generation: target.generation });
      });
    },
    pid: () => current?.process.pid,
  };
}

/** Which case is open after a request: none after an opening that failed. */
function caseAfter(call: Call & { readonly door: 'request' }, isDone: boolean, before: string | null): string | null {
  if (call.name === 'case.open') {
    const input = call.input as { readonly path?: unknown } | null;
    return isDone && typeof input?.path === 'string' ? input.path : null;
  }
  return call.name === 'case.close' && isDone ? null : before;
}

function stoppedAnswer(cause: string): Extract<Answer<never>, { readonly ok: false }> {
  return {
    ok: false,
    error: {
      code: 'ENGINE_STOPPED',
      kind: 'failure',
      message: cause,
      nextStep: whatIsSafe,
    },
  };
}
