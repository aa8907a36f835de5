import type { ReadableCase } from '../store/readable-case.ts';
import type { SourceReport } from '../../preload/contract/recordings.ts';

/** Every recording of a case as it was read: rows, quarantine, and the file that it was. */
export function describeSources(openedCase: ReadableCase): SourceReport[] {
  return openedCase.sources().map(({ uri, rows, quarantined, file }) => ({
    uri,
    rows,
    quarantined,
    bytes: file?.storedBytes ?? null,
    sha256: file?.sha256 ?? null,
  }));
}
