import { createContext, useCallback, useContext, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Progress } from '../../engine/domain/progress.ts';
import type { ErrorReport } from '../../preload/contract/envelope.ts';
import type { Events } from '../../preload/contract/events.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';
import { useClient } from './client.tsx';
import { useEvent } from './requests.ts';

export interface RunningJob {
  readonly jobId: string;
  readonly name: JobName;
  /** Null until the first report. */
  readonly progress: Progress | null;
  readonly isCancelling: boolean;
}

type Ending = Events['job.ended']['outcome'];
type EndListener = (jobId: string, name: JobName, outcome: Ending) => void;

interface Jobs {
  readonly running: readonly RunningJob[];
  readonly start: <J extends JobName>(name: J, input: JobInput<J>) => Promise<string | ErrorReport>;
  readonly cancel: (jobId: string) => void;
  readonly onEnd: (listener: EndListener) => () => void;
  /** An ending that came before anybody listened for it. */
  readonly endingOf: (jobId: string) => Ending | undefined;
  /** Starts a job of this window once more, told to replace the file that it would not write over. */
  readonly replace: (jobId: string) => void;
}

const JobsContext = createContext<Jobs | null>(null);

const keptEndings = 50;

/** Follows every job of the engine, whoever started it. */
export function JobsProvider({ children }: { readonly children: ReactNode }) {
  const client = useClient();
  const [running, setRunning] = useState<readonly RunningJob[]>([]);
  const endings = useRef(new Map<string, Ending>());
  const listeners = useRef(new Set<EndListener>());
  const starts = useRef(new Map<string, () => void>());

  useEvent('job.progress', ({ jobId, name, progress }) => {
    if (endings.current.has(jobId)) return;
    setRunning((jobs) =>
      jobs.some((job) => job.jobId === jobId)
        ? jobs.map((job) => (job.jobId === jobId ? { ...job, progress } : job))
        : [...jobs, { jobId, name, progress, isCancelling: false }],
    );
  });
  useEvent('job.ended', ({ jobId, name, outcome }) => {
    endings.current.set(jobId, outcome);
    if (!mayReplace(outcome as JobOutcome<JobName>)) starts.current.delete(jobId);
    const [oldest] = endings.current.keys();
    if (endings.current.size > keptEndings && oldest !== undefined) endings.current.delete(oldest);
    setRunning((jobs) => jobs.filter((job) => job.jobId !== jobId));
    for (const listener of listeners.current) listener(jobId, name, outcome);
  });
  useEvent('engine.state', ({ state }) => {
    if (state !== 'running') setRunning([]);
  });

  const start = useCallback(
    async <J extends JobName>(name: J, input: JobInput<J>): Promise<string | ErrorReport> => {
      const answer = await client.startJob(name, input);
      if (!answer.ok) return answer.error;
      const { jobId } = answer.data;
      starts.current.set(jobId, () => void start(name, replacing(input)));
      if (!endings.current.has(jobId)) {
        setRunning((jobs) =>
          jobs.some((job) => job.jobId === jobId)
            ? jobs
            : [...jobs, { jobId, name, progress: null, isCancelling: false }],
        );
      }
      return jobId;
    },
    [client],
  );
  const cancel = useCallback(
    (jobId: string) => {
      setRunning((jobs) => jobs.map((job) => (job.jobId === jobId ? { ...job, isCancelling: true } : job)));
      void client.cancelJob(jobId);
    },
    [client],
  );
  const onEnd = useCallback((listener: EndListener) => {
    listeners.current.add(listener);
    return () => void listeners.current.delete(listener);
  }, []);
  const replace = useCallback((jobId: string) => starts.current.get(jobId)?.(), []);
  const endingOf = useCallback((jobId: string) => endings.current.get(jobId), []);

  const value = useMemo(
    () => ({ running, start, cancel, onEnd, endingOf, replace }),
    [running, start, cancel, onEnd, endingOf, replace],
  );
  return <JobsContext value={value}>{children}</JobsContext>;
}

/** All jobs of the window: for the status bar and for messages. */
export function useJobs(): Jobs {
  const jobs = useContext(JobsContext);
  if (jobs === null) throw new Error('Jobs are followed only inside JobsProvider.');
  return jobs;
}

export type JobOutcome<J extends JobName> =
  { readonly ok: true; readonly result: JobResult<J> } | { readonly ok: false; readonly error: ErrorReport };

export interface JobHandle<J extends JobName> {
  /** Resolves with how the job ended, a cancelled one with the code CANCELLED; never rejects. */
  readonly start: (input: JobInput<J>) => Promise<JobOutcome<J>>;
  readonly cancel: () => void;
  /** The job of this kind that runs now, whoever started it. */
  readonly running: RunningJob | null;
  readonly outcome: JobOutcome<J> | null;
  /** Starts it again, told to replace; null unless it ended because of a file of another kind. */
  readonly replace: (() => void) | null;
}

/** The same job, told to replace a file of another kind. */
function replacing<J extends JobName>(input: JobInput<J>): JobInput<J> {
  return { ...input, force: true };
}

/** True where a job would not write over a file, and may be told to. */
export function mayReplace(outcome: JobOutcome<JobName> | null): boolean {
  return outcome?.ok === false && outcome.error.code === 'WOULD_OVERWRITE';
}

/** One kind of job: start it, follow it, stop it. It goes on when the place that started it is left. */
export function useJob<J extends JobName>(name: J): JobHandle<J> {
  const jobs = useJobs();
  const [outcome, setOutcome] = useState<JobOutcome<J> | null>(null);
  const [lastInput, setLastInput] = useState<JobInput<J> | null>(null);
  const running = jobs.running.find((job) => job.name === name) ?? null;
  const { start: startJob, cancel: cancelJob, onEnd, endingOf } = jobs;

  const start = useCallback(
    async (input: JobInput<J>): Promise<JobOutcome<J>> => {
      setOutcome(null);
      setLastInput(input);
      const jobId = await startJob(name, input);
      const ended: JobOutcome<J> =
        typeof jobId !== 'string'
          ? { ok: false, error: jobId }
          : await new Promise((resolve) => {
              // The event carries the result of the job it names, so a job of this kind has this result.
              const finish = (ending: Ending): void => resolve(ending as JobOutcome<J>);
              const early = endingOf(jobId);
              if (early !== undefined) return finish(early);
              const stop = onEnd((endedId, _name, ending) => {
                if (endedId !== jobId) return;
                stop();
                finish(ending);
              });
            });
      setOutcome(ended);
      return ended;
    },
    [name, startJob, onEnd, endingOf],
  );
  const runningId = running?.jobId;
  const cancel = useCallback(() => {
    if (runningId !== undefined) cancelJob(runningId);
  }, [runningId, cancelJob]);
  const replace = lastInput !== null && mayReplace(outcome) ? () => void start(replacing(lastInput)) : null;
  return { start, cancel, running, outcome, replace };
}

/** Done share of a report, 0 to 1, or null where the end is not known. */
export function shareOf(progress: Progress | null): number | null {
  if (progress === null || progress.total === null || progress.total <= 0) return null;
  return Math.min(1, progress.done / progress.total);
}
