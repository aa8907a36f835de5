import { AssayError } from '../domain/error.ts';
import { openCase, openCaseReadOnly, type ReadOptions } from '../store/open-case.ts';
import type { ReadableCase } from '../store/readable-case.ts';
import { CaseSession } from './case-session.ts';

/** Opens a case for reading, bringing an older layout up to date first where its file may be written. */
export function openCaseToRead(path: string, options: ReadOptions = {}): ReadableCase {
  try {
    return openCaseReadOnly(path, options);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'CASE_READ_ONLY') throw error;
    openCase(path).close();
    return openCaseReadOnly(path, options);
  }
}

/** Opens a case for writing where that is possible, else for reading. */
export function openCaseForWindow(path: string): ReadableCase {
  try {
    return openCase(path);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'CASE_READ_ONLY') return openCaseReadOnly(path);
    throw error;
  }
}

/**
 * Asks something of a case that nothing else has open here. To inspect is to read also what is not as it was written: for those
 * who ask what was changed.
 */
export async function withCase<T>(
  path: string,
  access: 'read' | 'inspect' | 'change',
  ask: (session: CaseSession) => T | Promise<T>,
): Promise<T> {
  const session = new CaseSession(
    access === 'change' ? openCase(path) : openCaseToRead(path, { asItIs: access === 'inspect' }),
  );
  try {
    return await ask(session);
  } finally {
    session.close();
  }
}
