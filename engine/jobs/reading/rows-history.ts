import { basename } from 'node:path';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { Change } from '../../store/writable-case.ts';

/** What the history says of rows that came: from which recordings or topic, and how many each has given by now. */
export function whatCame(
  openedCase: ReadableCase,
  sourceIds: readonly number[],
): Pick<Change<undefined>, 'what' | 'details' | 'result'> {
  const sources = sourceIds.map((id) => openedCase.source(id));
  const names = sources.map(({ kind, uri }) => (kind === 'recording' ? basename(uri) : uri));
  return {
    what: `rows from ${names.join(', ')}`,
    details: {
      rows: openedCase.counts().rows,
      sources: sources.map(({ uri, rows, quarantined, file }) => ({
        ...{ uri, rows, quarantined },
        sha256: file?.sha256 ?? null,
      })),
    },
    result: undefined,
  };
}
