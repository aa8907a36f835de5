import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { caseOverview } from '../case/case-overview.ts';
import type { CaseSession } from '../case/case-session.ts';
import { requestHandlers, requestsThatChangeTheCase } from './window/requests.ts';
import { askerOf } from './window/settings-file.ts';
import { Workbench, type WorkbenchPlaces } from './window/workbench.ts';
import type { Answer } from '../../preload/contract/envelope.ts';
import type { EventName, Events } from '../../preload/contract/events.ts';
import { jobs, type JobInput, type JobName } from '../../preload/contract/jobs.ts';
import {
  requests,
  type ParsedRequestInput,
  type RequestInput,
  type RequestName,
  type RequestOutput,
} from '../../preload/contract/requests.ts';
import { onAttempt } from '../network/ledger.ts';
import { LatestWins, stateIntervalMs } from './latest-wins.ts';
import { reportOf, wrongUse } from './error-report.ts';
import { refusedInput } from './refused-input.ts';
import { askedBy } from './slow-queries.ts';
import { noticesInWindow, reportInWindow } from './window/window-words.ts';
import type { Progress } from '../domain/progress.ts';

/** A stream changes the case all the time; the window hears of it so often, and it costs this share of the time at most. */
const leastStreamedMs = 1_000;
const overviewShare = 20;
/** Jobs that store rows long before anything scores them. */
const readingJobs: ReadonlySet<JobName> = new Set<JobName>(['ingest', 'run']);
/** What others do to the open case is told within this time and a little more. */
const othersIntervalMs = 400;

/** What a window asks, starts and hears. Requests are answered in this thread, from one open case; their inputs are parsed here. */
export interface WindowPart {
  request<R extends RequestName>(name: R, input: RequestInput<R>): Promise<Answer<RequestOutput<R>>>;
  /** Starts a job and gives its id at once. Input that cannot be accepted is told by `job.ended`, as every failure is. */
  startJob<J extends JobName>(name: J, input: JobInput<J>): Answer<{ readonly jobId: string }>;
  /** Asks a job to stop; it ends with CANCELLED at the next safe place. An id that is not running is passed over. */
  cancelJob(jobId: string): Answer<null>;
  /** Returns a function that ends the subscription. */
  on<E extends EventName>(name: E, listener: (payload: Events[E]) => void): () => void;
  /** Stops the jobs, waits for them, and closes the case. */
  close(): Promise<void>;
}

type Listener = (payload: Events[EventName]) => void;

interface RunningJob {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** The part of the engine that serves one window. */
export function createWindowPart(places: WorkbenchPlaces): WindowPart {
  const listeners = new Map<EventName, Set<Listener>>();
  const listenersOf = (name: EventName): Set<Listener> => {
    const known = listeners.get(name) ?? new Set();
    listeners.set(name, known);
    return known;
  };
  const emit = <E extends EventName>(name: E, payload: Events[E]): void => {
    for (const listener of [...listenersOf(name)]) listener(payload);
  };
  const stateEvents = new LatestWins<() => void>(stateIntervalMs, (send) => send());
  const workbench: Workbench = new Workbench(
    places,
    (name, payload) => stateEvents.give(name, () => emit(name, payload)),
    // The handler map is typed per request; these inputs were parsed when they were asked first.
    (name, input) => requestHandlers[name](workbench, input as never),
  );
  const endNetwork = onAttempt(({ lastMs }) =>
    stateEvents.give('network.attempted', () => emit('network.attempted', { atMs: lastMs })),
  );
  const running = new Map<string, RunningJob>();
  let startedJobs = 0;
  /** Of a session, the changes of others that the window has heard of. */
  const changesTold = new WeakMap<CaseSession, number>();
  const watch = setInterval(() => lookForOthers(), othersIntervalMs).unref();

  const tellCaseChanged = (): void => stateEvents.give('case.changed', sendOverview);
  const sendOverview = (): void => {
    if (listenersOf('case.changed').size === 0) return;
    const session = workbench.openSession;
    session?.refresh();
    if (session !== null) changesTold.set(session, session.changesSeen);
    const startedMs = performance.now();
    emit('case.changed', { overview: session === null ? null : caseOverview(session) });
    nextStreamedMs = performance.now() + Math.max(leastStreamedMs, overviewShare * (performance.now() - startedMs));
  };
  /** Another window, command or stream may change the open case at any time. */
  const lookForOthers = (): void => {
    const session = workbench.openSession;
    if (performance.now() < nextStreamedMs || session === null) return;
    if (!session.isBehind && session.changesSeen === (changesTold.get(session) ?? 0)) return;
    nextStreamedMs = performance.now() + othersIntervalMs;
    tellCaseChanged();
  };
  let nextStreamedMs = 0;
  /** Rows of a running stream: told while it runs, the more rarely the longer the case takes to be looked at. */
  const tellStreamedRows = (input: unknown): void => {
    if (performance.now() < nextStreamedMs) return;
    nextStreamedMs = performance.now() + leastStreamedMs;
    if (concernsOpenCase(workbench, input)) tellCaseChanged();
  };

  return {
    async request<R extends RequestName>(name: R, input: RequestInput<R>): Promise<Answer<RequestOutput<R>>> {
      if (!Object.hasOwn(requests, name)) return wrongUse(`There is no request '${String(name)}'.`);
      const parsed = requests[name].input.safeParse(input);
      if (!parsed.success) return refusedInput(name, parsed.error);
      const before = workbench.openSession;
      try {
        // The handler map is typed per request; the compiler cannot relate the parsed union to this one R.
        const asked = parsed.data as ParsedRequestInput<R>;
        const screen = workbench.firstScreen;
        const kept = screen?.answer(name, asked);
        const take = kept === undefined ? screen?.taker(name, asked) : undefined;
        const data = kept ?? (await askedBy(name, () => requestHandlers[name](workbench, asked)));
        take?.(data);
        if (requestsThatChangeTheCase.has(name)) tellCaseChanged();
        return { ok: true, data: noticesInWindow(data) };
      } catch (error) {
        if (workbench.openSession !== before) tellCaseChanged();
        return { ok: false, error: reportInWindow(reportOf(error, null)) };
      }
    },

    startJob(name, input) {
      if (!Object.hasOwn(jobs, name)) return wrongUse(`There is no job '${String(name)}'.`);
      const jobId = `job-${++startedJobs}`;
      const stop = new AbortController();
      const endReading =
        readingJobs.has(name) && concernsOpenCase(workbench, input)
          ? workbench.openSession?.passOverUnscoredRows()
          : undefined;
      const context = {
        signal: stop.signal,
        report: (progress: Progress) => {
          const { stream } = progress;
          const told = stream === undefined ? progress : { ...progress, stream: noticesInWindow(stream) };
          emit('job.progress', { jobId, name, progress: told });
          if (progress.stream !== undefined) tellStreamedRows(input);
        },
        asker: askerOf(places.dataFolder),
        onCommand: workbench.commands.begin(jobId),
      };
      // The caller has the job's id before it can end: its thread has to start first.
      const ended = workbench.jobThreads.run(name, input, context).then((answer) => {
        running.delete(jobId);
        workbench.commands.end(jobId);
        endReading?.();
        const outcome: Events['job.ended']['outcome'] = answer.ok
          ? {
              ok: true,
              result: noticesInWindow(answer.data),
              ...(answer.notice === undefined ? {} : { notice: answer.notice }),
            }
          : { ok: false, error: reportInWindow(answer.error) };
        if (concernsOpenCase(workbench, input)) tellCaseChanged();
        emit('job.ended', { jobId, name, outcome });
      });
      running.set(jobId, { stop, ended });
      return { ok: true, data: { jobId } };
    },

    cancelJob(jobId) {
      running.get(jobId)?.stop.abort();
      return { ok: true, data: null };
    },

    on(name, listener) {
      // Only payloads of this event reach its set; the map of sets cannot say so.
      const added = listener as Listener;
      listenersOf(name).add(added);
      return () => void listenersOf(name).delete(added);
    },

    async close() {
      clearInterval(watch);
      endNetwork();
      const unfinished = [...running.values()];
      for (const job of unfinished) job.stop.abort();
      await Promise.allSettled(unfinished.map((job) => job.ended));
      stateEvents.flushAll();
      workbench.close();
    },
  };
}

/** True where a job works on the case that the window has open. */
function concernsOpenCase(workbench: Workbench, input: unknown): boolean {
  const path = z.object({ casePath: z.string() }).safeParse(input);
  const open = workbench.openSession?.path;
  if (!path.success || open === undefined) return false;
  try {
    return realpathSync(resolve(path.data.casePath)) === open;
  } catch {
    return false;
  }
}
