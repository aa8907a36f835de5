import { AssayError } from '../domain/error.ts';

/** What training throws when the person, or the program's end, stops it. */
export function cancelled(): AssayError {
  return new AssayError('CANCELLED', 'failure', 'Training was stopped before the forest was complete.');
}
