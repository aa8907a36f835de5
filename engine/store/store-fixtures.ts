import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { AssayError } from '../domain/error.ts';
import type { NewSource } from './types.ts';

/** A folder for one test, removed when it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
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
