import type { Progress } from '../../engine/domain/progress.ts';
import type { ErrorReport } from './envelope.ts';
import type { CaseOverview } from './cases.ts';
import type { JobName, JobResult } from './jobs.ts';

/**
 * What the engine tells a window unasked. `state`: only the latest counts, sent at most 10 times a second.
 * `log`: the oldest are dropped under pressure, and the next one says how many.
 */
export interface Events {
  /** state: a running job moved. */
  'job.progress': { readonly jobId: string; readonly name: JobName; readonly progress: Progress };
  /** log: a job ended; `result` is the job's own. */
  'job.ended': {
    readonly jobId: string;
    readonly name: JobName;
    readonly outcome:
      | { readonly ok: true; readonly result: JobResult<JobName>; readonly notice?: string }
      | { readonly ok: false; readonly error: ErrorReport };
  };
  /** state: the open case changed (rows, models, verdicts); null when it was closed. */
  'case.changed': { readonly overview: CaseOverview | null };
  /** state: the first reasons that a page of alerts still lacked are there now; ask for the page again. */
  'alerts.reasonsReady': { readonly modelId: number };
  /** state: the rankings that `tuning.read` still lacked are there now; ask for it again. */
  'tuning.rankingsReady': { readonly modelId: number };
  /** state: something was opened, served or refused over the network; ask `network.read`. */
  'network.attempted': { readonly atMs: number };
  /** state: the engine process stopped or came back. */
  'engine.state': {
    readonly state: 'running' | 'restarting' | 'stopped';
    readonly cause: string | null;
    readonly whatIsSafe: string | null;
  };
  /** log: the system asks for a case: a second start named it, or it was opened in a file manager. */
  'case.asked': { readonly path: string };
  /** log: chosen from the application menu of a host that has one. */
  'menu.command': { readonly command: MenuCommand };
}

export type MenuCommand =
  'open-recording' | 'open-case' | 'close-case' | 'command-palette' | 'settings' | 'shortcuts' | 'undo';

export type EventName = keyof Events;
export const eventNames = [
  'job.progress',
  'job.ended',
  'case.changed',
  'alerts.reasonsReady',
  'tuning.rankingsReady',
  'network.attempted',
  'engine.state',
  'case.asked',
  'menu.command',
] as const satisfies readonly EventName[];
