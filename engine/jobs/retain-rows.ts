import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CaseSession } from '../case/case-session.ts';
import { doingOf } from '../case/decisions/doing.ts';
import { challengersKept, keepChallengers, oldChallengers, removeOldChallengers } from '../case/challengers.ts';
import { withCase } from '../case/opening.ts';
import { applyRetention, planRetention, retentionOf, setRetention } from '../case/retention.ts';
import { AssayError, usageError } from '../domain/error.ts';
import type { WorkContext } from '../domain/progress.ts';
import { keepsAll, type Retention } from '../domain/retention.ts';
import type { JobResult, ParsedJobInput } from '../../preload/contract/jobs.ts';

/** The `retain` job: takes old rows, or challengers, out of a case, now or as a setting of the case, or says what would go. */
export function retainRows(input: ParsedJobInput<'retain'>, context: WorkContext): Promise<JobResult<'retain'>> {
  const { olderThanDays, keepRows, keepChallengers: challengers, setting, dryRun } = input;
  const isOfModels = challengers !== null && keepsAll({ olderThanDays, keepRows });
  return withCase(input.casePath, dryRun ? 'read' : 'change', (session) => {
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    const bytesBefore = statSync(session.path).size;
    const retention = setting === 'forget' || isOfModels ? null : limitsOf(session, { olderThanDays, keepRows });
    if (!dryRun && setting !== undefined && !isOfModels) setRetention(session, retention, doing);
    if (!dryRun && (setting === 'forget' || (setting === 'remember' && challengers !== null)))
      keepChallengers(session, setting === 'forget' ? null : challengers, doing);
    const { removedRows, stayingRows } = apply(session, retention, (limits) =>
      dryRun ? planRetention(session, limits) : applyRetention(session, limits, doing),
    );
    const removedModels =
      challengers === null
        ? 0
        : dryRun
          ? oldChallengers(session, challengers).length
          : removeOldChallengers(session, challengers, doing);
    const notices = dryRun || removedRows === 0 ? [] : giveBackSpace(session);
    return {
      removedRows,
      stayingRows,
      removedModels,
      keptChallengers: challengersKept(session),
      rows: session.openCase.counts().rows - (dryRun ? removedRows : 0),
      bytesBefore,
      bytesAfter: statSync(session.path).size,
      dryRun,
      setting: retentionOf(session),
      notices: [...notices],
      by: doing.by,
      case: resolve(input.casePath),
    };
  });
}

function limitsOf(session: CaseSession, given: Retention): Retention {
  const limits = keepsAll(given) ? retentionOf(session) : given;
  if (limits !== null) return limits;
  throw usageError(
    'WRONG_USE',
    'It was not said what is to go, and the case has no setting for it.',
    'Say it: --older-than 180d, --keep-rows 1000000, or --keep-challengers 20.',
  );
}

function apply(
  session: CaseSession,
  retention: Retention | null,
  work: (retention: Retention) => { readonly removedRows: number; readonly stayingRows: number },
): { readonly removedRows: number; readonly stayingRows: number } {
  return retention === null || session.arrays.rowCount === 0 ? { removedRows: 0, stayingRows: 0 } : work(retention);
}

/** What was removed is removed all the same where the file cannot be made smaller now: its room is used for what comes. */
function giveBackSpace(session: CaseSession): readonly string[] {
  try {
    session.writableCase.giveBackSpace();
    return [];
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return [`The file keeps its size, and what comes takes the room of what was removed: ${error.message}`];
  }
}

/** Takes away what the setting of a case says may go; returns a sentence where that was something. */
export function retainAsSet(session: CaseSession, context: WorkContext): readonly string[] {
  const retention = retentionOf(session);
  if (retention === null || session.arrays.rowCount === 0) return [];
  const { removedRows, stayingRows } = applyRetention(session, retention, doingOf(context));
  if (removedRows === 0) return [];
  return [
    `${removedRows.toLocaleString('en')} old rows were removed, as the case is set; ${stayingRows.toLocaleString('en')} stay for decisions.`,
  ];
}
