import { hostname } from 'node:os';

const CLOCK_TOLERANCE_MS = 10_000; // start times are told by the wall clock, which may be corrected

/** A process of some computer, as it is written down where others look for it. */
export interface RunningProcess {
  readonly host: string;
  readonly processId: number;
  readonly startedMs: number;
}

/** This process. */
export function thisProcess(): RunningProcess {
  return { host: hostname(), processId: process.pid, startedMs: Math.round(Date.now() - process.uptime() * 1000) };
}

/** Whether a process of this computer lives; of one of another computer, false: nobody here knows. A number that another process has by now counts as alive. */
export function isAlive({ host, processId, startedMs }: RunningProcess): boolean {
  if (host !== hostname()) return false;
  if (processId === process.pid) return Math.abs(startedMs - thisProcess().startedMs) < CLOCK_TOLERANCE_MS;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
