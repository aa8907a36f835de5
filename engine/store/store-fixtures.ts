import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssayError } from '../domain/error.ts';
import type { NewSource } from './types.ts';

/** A new folder, removed by what `whenDone` is given; a test passes its runner's hook. */
export function temporaryFolder(whenDone: (cleanUp: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-store-'));
  whenDone(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const oneRecording: NewSource = {
  kind: 'recording',
  uri: 'payments.csv',
  fingerprint: 'payments',
  format: { kind: 'csv', compression: 'none', encoding: 'utf-8', delimiter: ',', header: true },
  columnNames: ['id', 'amount', 'merchant'],
};

/** The code of the AssayError that a piece of work throws; fails where it throws none. */
export function codeOf(work: () => unknown): string {
  return errorOfWork(work).code;
}

export function errorOfWork(work: () => unknown): AssayError {
  try {
    work();
  } catch (error) {
    if (error instanceof AssayError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
