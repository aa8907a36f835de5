import { AssayError } from '../domain/error.ts';
import { errorReportOf, type ErrorReport } from '../../preload/contract/envelope.ts';

/** The answer to a request or job whose input cannot be accepted. */
export function wrongUse(message: string): { readonly ok: false; readonly error: ErrorReport } {
  return { ok: false, error: { code: 'WRONG_USE', kind: 'usage', message } };
}

/** What a failure says across a process border; one without a code is a fault of the program. */
export function reportOf(error: unknown, signal: AbortSignal | null): ErrorReport {
  if (error instanceof AssayError) return errorReportOf(error);
  if (signal?.aborted === true) return { code: 'CANCELLED', kind: 'failure', message: 'Stopped before the end.' };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: 'INTERNAL',
    kind: 'failure',
    message: `An unexpected fault in Assay itself: ${text}`,
    nextStep: 'What was stored before stays valid. Please report this with the text above.',
  };
}
