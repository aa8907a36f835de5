import { AssayError } from './error.ts';

/** What work throws when the person, or the program's end, stops it; `what` says how far it had come. */
export function cancelled(what = 'Stopped before the end.'): AssayError {
  return new AssayError('CANCELLED', 'failure', what);
}
