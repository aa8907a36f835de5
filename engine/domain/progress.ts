import { AssayError } from './error.ts';
import type { StreamCommand, StreamFigures } from './stream-figures.ts';

/** One report of a running job. `total` is null while it is not known. Units are named by `unit`. */
export interface Progress {
  readonly phase:
    | 'read'
    | 'profile'
    | 'features'
    | 'train'
    | 'score'
    | 'store'
    | 'evaluate'
    | 'export'
    | 'simulate'
    | 'explain'
    | 'follow'
    | 'record'
    | 'replay'
    | 'compact'
    | 'backup'
    | 'mend'
    | 'lock';
  readonly done: number;
  readonly total: number | null;
  readonly unit: 'rows' | 'bytes' | 'trees' | 'forests' | 'alerts' | 'steps' | 'messages';
  /** What else there is to say, in a few words. */
  readonly note?: string;
  /** Where a running stream stands. */
  readonly stream?: StreamFigures;
}

/** Who asked for a piece of work, for the history, and what their team can look at. */
export interface Asker {
  readonly by: string;
  readonly alertsPerDay: number;
}

/** What every long piece of work is given: how to report, and how to be told to stop. */
export interface WorkContext {
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
  /** Absent where nobody is known to have asked. */
  readonly asker?: Asker;
  /** Hears what is asked of the job while it runs; absent where nobody can ask. */
  readonly onCommand?: (listener: (command: StreamCommand) => void) => void;
}

/**
 * Ends a piece of work at a place where everything stored so far is valid.
 * @throws AssayError CANCELLED once the signal is aborted.
 */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted)
    throw new AssayError('CANCELLED', 'failure', 'Stopped before the end.', {
      nextStep: 'What was stored so far is valid; the same command goes on from there.',
    });
}
