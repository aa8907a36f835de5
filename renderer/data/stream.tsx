import { createContext, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { StreamCommand, StreamFigures } from '../../engine/domain/stream-figures.ts';
import { useJobs } from './jobs.tsx';
import { useAction } from './requests.ts';

/** Where a stream stood at one moment. */
export interface StreamMoment {
  readonly atMs: number;
  readonly lag: number;
  readonly messagesPerSecond: number;
  readonly flaggedShare: number | null;
  /** Event time of the newest row. */
  readonly positionMs: number | null;
}

export interface RunningStream {
  readonly jobId: string;
  readonly isStopping: boolean;
  readonly figures: StreamFigures;
  /** One moment a second, the newest last; the last fifteen minutes. */
  readonly history: readonly StreamMoment[];
}

const momentMs = 1_000;
const mostMoments = 900;
const emptyHistory: readonly StreamMoment[] = [];

const HistoryContext = createContext<readonly StreamMoment[]>(emptyHistory);

/** Remembers how the running stream went, whatever place is looked at. */
export function StreamHistoryProvider({ children }: { readonly children: ReactNode }) {
  const { running } = useJobs();
  const job = running.find(({ progress }) => progress?.stream !== undefined);
  const [history, setHistory] = useState<readonly StreamMoment[]>(emptyHistory);
  const jobId = job?.jobId ?? null;
  const latest = useRef<StreamFigures | null>(null);
  useEffect(() => {
    latest.current = job?.progress?.stream ?? null;
  }, [job]);
  useEffect(() => {
    if (jobId === null) return undefined;
    setHistory(emptyHistory);
    const timer = setInterval(() => {
      const figures = latest.current;
      if (figures !== null) setHistory((moments) => [...moments, momentOf(figures)].slice(-mostMoments));
    }, momentMs);
    return () => clearInterval(timer);
  }, [jobId]);
  return <HistoryContext value={history}>{children}</HistoryContext>;
}

function momentOf(figures: StreamFigures): StreamMoment {
  return {
    atMs: Date.now(),
    lag: lagOf(figures),
    messagesPerSecond: figures.messagesPerSecond,
    flaggedShare: figures.flaggedShare,
    positionMs: figures.positionMs,
  };
}

/** Messages of all partitions that wait. */
export function lagOf({ lag }: StreamFigures): number {
  return lag.reduce((sum, { messages }) => sum + messages, 0);
}

/** The stream that runs now (a topic followed, or a recording played), or null. */
export function useRunningStream(): RunningStream | null {
  const { running } = useJobs();
  const history = useContext(HistoryContext);
  const job = running.find(({ progress }) => progress?.stream !== undefined);
  const figures = job?.progress?.stream;
  return useMemo(
    () =>
      job === undefined || figures === undefined
        ? null
        : { jobId: job.jobId, isStopping: job.isCancelling, figures, history },
    [job, figures, history],
  );
}

/** Asks something of a running stream. */
export function useStreamCommand(jobId: string): (command: StreamCommand) => void {
  const { run } = useAction('job.command');
  return (command) => run({ jobId, command });
}
