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
  const fromSystem = systemReport(error);
  if (fromSystem !== undefined) return fromSystem;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: 'INTERNAL',
    kind: 'failure',
    message: `An unexpected fault in Assay itself: ${text}`,
    nextStep: 'What was stored before stays valid. Please report this with the text above.',
  };
}

const systemCodes: Readonly<Record<string, ErrorReport['code']>> = {
  ENOENT: 'FILE_NOT_FOUND',
  ENOTDIR: 'FILE_NOT_FOUND',
  ENAMETOOLONG: 'FILE_NOT_FOUND',
  ELOOP: 'FILE_NOT_FOUND',
  EISDIR: 'NOT_A_FILE',
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  EROFS: 'PERMISSION_DENIED',
  ENOSPC: 'DISK_FULL',
};

/** What the file system refused and nobody has put into words; undefined for every other failure. */
function systemReport(error: unknown): ErrorReport | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return undefined;
  const { code, path } = error;
  if (typeof code !== 'string' || typeof path !== 'string' || !Object.hasOwn(systemCodes, code)) return undefined;
  const kind = systemCodes[code] === 'DISK_FULL' ? 'failure' : 'usage';
  return { code: systemCodes[code], kind, message: `${path} cannot be read or written (${code}).` };
}
