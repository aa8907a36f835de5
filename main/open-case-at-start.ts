import { defaultCasePath } from '../engine/host/default-case.ts';
import type { Answer } from '../preload/contract/envelope.ts';
import type { EventFrame } from '../preload/contract/wire/frames.ts';
import type { JobInput, JobName } from '../preload/contract/jobs.ts';
import type { RequestInput, RequestName, RequestOutput } from '../preload/contract/requests.ts';
import type { EngineSupervisor } from './engine-supervisor.ts';

/** What the bundled recording's columns mean beyond what is inferred; see datasets/manifest.json. */
const bundledOverrides = { label: 'is_fraud', ignore: ['fraud_scenario'] };

/**
 * Opens the case that a window starts with: the one that was asked for, else the last one, else the first case, which
 * is made from the bundled recording where it does not exist yet. The window hears of the job and of the case.
 * Whoever began something of their own while it was made keeps what they have before them: nothing is opened then.
 */
export async function openCaseAtStart(engine: EngineSupervisor, casePath: string | null): Promise<Answer<unknown>> {
  if (casePath !== null) return requestOf(engine, 'case.open', { path: casePath });
  const recent = await requestOf(engine, 'recent.list', {});
  const last = recent.ok ? recent.data.find(({ exists }) => exists) : undefined;
  if (last !== undefined) return requestOf(engine, 'case.open', { path: last.path });

  const app = await requestOf(engine, 'app.read', {});
  if (!app.ok) return app;
  const path = app.data.firstCasePath ?? defaultCasePath([app.data.bundledRecording]);
  if (app.data.firstCasePath === null) {
    const input = { recordings: [app.data.bundledRecording], casePath: path, overrides: bundledOverrides };
    const made = await runJob(engine, 'run', input);
    if (!made.answer.ok) return made.answer;
    const now = await requestOf(engine, 'app.read', {});
    if (made.hasCompany || !now.ok || now.data.openCase !== null) return now;
  }
  return requestOf(engine, 'case.open', { path });
}

/** Asks the engine and waits for its answer. */
export async function requestOf<R extends RequestName>(
  engine: EngineSupervisor,
  name: R,
  input: RequestInput<R>,
): Promise<Answer<RequestOutput<R>>> {
  // The engine answers a request with that request's output; the wire between loses the type.
  return (await engine.call({ door: 'request', name, input })) as Answer<RequestOutput<R>>;
}

interface FinishedJob {
  readonly answer: Answer<unknown>;
  /** True where another job was at work meanwhile. */
  readonly hasCompany: boolean;
}

/** Starts a job and waits for its end. */
async function runJob<J extends JobName>(engine: EngineSupervisor, name: J, input: JobInput<J>): Promise<FinishedJob> {
  const ended = new Map<string, Answer<unknown>>();
  const seen = new Set<string>();
  const someEnded = { resolve: (): void => undefined };
  const unsubscribe = engine.onEvent((event: EventFrame) => {
    if (event.name !== 'job.ended' && event.name !== 'job.progress') return;
    seen.add(event.payload.jobId);
    if (event.name === 'job.progress') return;
    const { jobId, outcome } = event.payload;
    ended.set(jobId, outcome.ok ? { ok: true, data: outcome.result } : outcome);
    someEnded.resolve();
  });
  try {
    const started = (await engine.call({ door: 'startJob', name, input })) as Answer<{ readonly jobId: string }>;
    if (!started.ok) return { answer: started, hasCompany: false };
    for (;;) {
      const answer = ended.get(started.data.jobId);
      seen.delete(started.data.jobId);
      if (answer !== undefined) return { answer, hasCompany: seen.size > 0 };
      await new Promise<void>((resolve) => (someEnded.resolve = resolve));
    }
  } finally {
    unsubscribe();
  }
}
