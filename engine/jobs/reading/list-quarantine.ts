import { resolve } from 'node:path';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { MAXIMUM_PAGE_ROWS, type QuarantinedRecord } from '../../store/types.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { openCaseToRead } from '../../case/opening.ts';

/** The `quarantine` job: the records of a case that could not be read, with their place, reason and bytes as text. */
export function listQuarantine(
  input: ParsedJobInput<'quarantine'>,
  context: WorkContext,
): Promise<JobResult<'quarantine'>> {
  const openedCase = openCaseToRead(input.casePath);
  try {
    const records: QuarantinedRecord[] = [];
    let after: number | null = 0;
    while (after !== null && records.length < input.limit) {
      throwIfCancelled(context.signal);
      const limit = Math.min(MAXIMUM_PAGE_ROWS, input.limit - records.length);
      const page = openedCase.quarantined({ after, limit, state: 'held' });
      records.push(...page.rows);
      after = page.next;
    }
    const uris = new Map(openedCase.sources().map(({ id, uri }) => [id, uri]));
    const decoder = new TextDecoder();
    return Promise.resolve({
      quarantined: openedCase.counts().quarantined,
      records: records.map(({ sourceId, line, byteOffset, reason, raw }) => ({
        source: uris.get(sourceId) ?? '',
        line,
        byteOffset,
        reason,
        raw: decoder.decode(raw),
      })),
      case: resolve(input.casePath),
    });
  } finally {
    openedCase.close();
  }
}
