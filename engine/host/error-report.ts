import { AssayError } from '../domain/error.ts';
import { nearPaths } from './near-paths.ts';
import { errorReportOf, type ErrorReport } from '../../preload/contract/envelope.ts';

/** The answer to a request or job whose input cannot be accepted. */
export function wrongUse(message: string): { readonly ok: false; readonly error: ErrorReport } {
  return { ok: false, error: { code: 'WRONG_USE', kind: 'usage', message } };
}

/** What a failure says across a process border; one without a code is a fault of the program. */
export function reportOf(error: unknown, signal: AbortSignal | null): ErrorReport {
  if (error instanceof AssayError) return withNearPaths(errorReportOf(error), error.missingPath);
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

/** The report with what the missing path may have meant, if it was mistyped. */
function withNearPaths(report: ErrorReport, missingPath: string | undefined): ErrorReport {
  if (missingPath === undefined) return report;
  const near = nearPaths(missingPath);
  const [nearest] = near;
  const steps = [...(nearest === undefined ? [] : [`Did you mean ${nearest}?`]), report.nextStep ?? ''];
  return { ...report, nextStep: steps.filter((step) => step !== '').join(' '), missing: { path: missingPath, near } };
}

interface SystemWords {
  readonly code: ErrorReport['code'];
  readonly sentence: (path: string) => string;
}

const isAbsent: SystemWords = { code: 'FILE_NOT_FOUND', sentence: (path) => `There is no ${path}.` };
const isForbidden: SystemWords = {
  code: 'PERMISSION_DENIED',
  sentence: (path) => `${path} may not be read or written by this user.`,
};
const systemWords: Readonly<Record<string, SystemWords>> = {
  ENOENT: isAbsent,
  ENOTDIR: isAbsent,
  ENAMETOOLONG: { code: 'FILE_NOT_FOUND', sentence: (path) => `The path ${path} is too long.` },
  ELOOP: { code: 'FILE_NOT_FOUND', sentence: (path) => `${path} is a link that leads in a circle.` },
  EISDIR: { code: 'NOT_A_FILE', sentence: (path) => `${path} is a folder, not a file.` },
  EACCES: isForbidden,
  EPERM: isForbidden,
  EROFS: { code: 'PERMISSION_DENIED', sentence: (path) => `The disk of ${path} can only be read.` },
  ENOSPC: { code: 'DISK_FULL', sentence: (path) => `The disk of ${path} is full.` },
};

/** What the file system refused and nobody has put into words; undefined for every other failure. */
function systemReport(error: unknown): ErrorReport | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return undefined;
  const { code, path } = error;
  if (typeof code !== 'string' || typeof path !== 'string' || !Object.hasOwn(systemWords, code)) return undefined;
  const { code: own, sentence } = systemWords[code];
  const kind = own === 'DISK_FULL' ? 'failure' : 'usage';
  return withNearPaths({ code: own, kind, message: sentence(path) }, systemWords[code] === isAbsent ? path : undefined);
}
