import { AssayError } from '../../domain/error.ts';

/** Says in words why `output` could not be written; errors that are not about the file come back as they are. */
export function writingError(error: unknown, output: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof AssayError) return error;
  if (error.code === 'ENOSPC')
    return new AssayError('DISK_FULL', 'failure', `The disk is full; ${output} was not written.`, {
      nextStep: 'Free space, or write elsewhere.',
      cause: error,
    });
  if (error.code === 'ENOENT' || error.code === 'EACCES' || error.code === 'EROFS' || error.code === 'EISDIR')
    return new AssayError('PERMISSION_DENIED', 'usage', `${output} cannot be written.`, {
      nextStep: 'Name a file in a folder that exists and that you may write to.',
      cause: error,
    });
  return error;
}
