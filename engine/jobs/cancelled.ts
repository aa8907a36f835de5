import { AssayError } from '../domain/error.ts';

/** Ends a job at a place where everything stored so far is valid. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted)
    throw new AssayError('CANCELLED', 'failure', 'Stopped before the end.', {
      nextStep: 'What was stored so far is valid; the same command goes on from there.',
    });
}
