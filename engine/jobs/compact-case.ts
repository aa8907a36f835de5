import { statSync } from 'node:fs';
import { doingOf } from '../case/decisions/doing.ts';
import { throwIfCancelled, type WorkContext } from '../domain/progress.ts';
import { backupCase } from '../store/backup.ts';
import { openCase } from '../store/open-case.ts';
import type { WritableCase } from '../store/writable-case.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';

/** Rows looked at in one transaction, and between two looks at the signal. */
const rowsPerTransaction = 16_384;

type Compaction = NonNullable<JobResult<'doctor'>['compaction']>;

/**
 * Merges the small segments of a case that were stored before appends did so. A backup lies beside the case first
 * (`NAME.backup-compact-TIME`), and the history says what was done. Stopped or killed at any moment, it is a valid case
 * with fewer segments, and the next call goes on. Where nothing is to be merged, nothing is written.
 * Errors: those of `openCase`; CASE_BUSY, DISK_FULL; CANCELLED.
 */
export async function compactCase(path: string, context: WorkContext): Promise<Compaction> {
  const openedCase = openCase(path);
  try {
    const segmentsBefore = openedCase.counts().segments;
    const bytesBefore = statSync(openedCase.path).size;
    if (!openedCase.hasSegmentsToFill())
      return { segmentsBefore, segmentsAfter: segmentsBefore, bytesBefore, bytesAfter: bytesBefore, backup: null };
    const backup = `${openedCase.path}.backup-compact-${Date.now()}`;
    backupCase(openedCase.path, backup);
    const run = openedCase.startRun('doctor', { compact: true });
    let status: 'completed' | 'failed' = 'failed';
    try {
      await fillAll(openedCase, context);
      status = 'completed';
    } finally {
      const segmentsAfter = openedCase.counts().segments;
      openedCase.change(doingOf(context), () => {
        const details = { segmentsBefore, segmentsAfter };
        openedCase.finishRun(run, context.signal.aborted ? 'cancelled' : status, details);
        return { what: `segments merged: ${segmentsBefore} became ${segmentsAfter}`, details, result: undefined };
      });
    }
    openedCase.giveBackSpace();
    const segmentsAfter = openedCase.counts().segments;
    openedCase.close();
    return { segmentsBefore, segmentsAfter, bytesBefore, bytesAfter: statSync(openedCase.path).size, backup };
  } finally {
    openedCase.close();
  }
}

async function fillAll(openedCase: WritableCase, context: WorkContext): Promise<void> {
  const total = openedCase.nextSequence();
  for (let next: number | null = 0; next !== null; next = openedCase.fillSegments(next, rowsPerTransaction)) {
    context.report({ phase: 'compact', done: next, total, unit: 'rows' });
    await new Promise(setImmediate);
    throwIfCancelled(context.signal);
  }
}
