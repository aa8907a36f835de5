import { AssayError } from '../domain/error.ts';
import { openCase, openCaseReadOnly } from '../store/open-case.ts';
import type { ReadableCase } from '../store/readable-case.ts';

/** Opens a case for reading, bringing an older layout up to date first where its file may be written. */
export function openCaseToRead(path: string): ReadableCase {
  try {
    return openCaseReadOnly(path);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'CASE_READ_ONLY') throw error;
    openCase(path).close();
    return openCaseReadOnly(path);
  }
}
