import type { ErrorReport } from '../../preload/contract/envelope.ts';

/** What a command says to the shell: part of the public surface. */
export const exitCodes = { done: 0, failed: 1, wrongUse: 2, interrupted: 130 } as const;

/** The exit code that goes with what a command said went wrong. */
export function exitCodeOf(error: Pick<ErrorReport, 'code' | 'kind'>): number {
  if (error.code === 'CANCELLED') return exitCodes.interrupted;
  return error.kind === 'usage' ? exitCodes.wrongUse : exitCodes.failed;
}
