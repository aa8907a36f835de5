import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { doingOf } from '../../case/decisions/doing.ts';
import { applyErasure, planErasure } from '../../case/erasure.ts';
import { withCase } from '../../case/opening.ts';
import type { WorkContext } from '../../domain/progress.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';

/** The `erase` job: old rows, and who the people of old rows were, taken out for good; or what would go. */
export function eraseOld(input: ParsedJobInput<'erase'>, context: WorkContext): Promise<JobResult<'erase'>> {
  const { olderThanDays, reason, dryRun } = input;
  return withCase(input.casePath, dryRun ? 'read' : 'change', (session) => {
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    const done = dryRun ? planErasure(session, olderThanDays) : applyErasure(session, olderThanDays, reason, doing);
    // What was deleted lies in free pages until the file is written anew.
    if (!dryRun && done.removedRows + done.forgottenTexts > 0) session.writableCase.giveBackSpace();
    return {
      ...done,
      rows: session.openCase.counts().rows - (dryRun ? done.removedRows : 0),
      bytes: statSync(session.path).size,
      dryRun,
      by: doing.by,
      case: resolve(input.casePath),
    };
  });
}
