import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { doingOf } from '../../case/decisions/doing.ts';
import { journalsBeside } from '../../case/decisions/decision-journal.ts';
import { rewriteJournal } from '../../case/decisions/journal-lines.ts';
import { forgetFirstScreen } from '../../case/first-screen-file.ts';
import { usageError } from '../../domain/error.ts';
import type { WorkContext } from '../../domain/progress.ts';
import { isLocked, newLock, type LockKey } from '../../store/case-lock.ts';
import { openCase } from '../../store/open-case.ts';
import { outsideFolder } from '../../store/own-folder.ts';
import { relockCase, type Relocked } from '../../store/relock.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';

/**
 * The `lock` job: a case, its backups and its journal of decisions can be read with a passphrase alone from then on. Where no case
 * is, an empty one is made, so that nothing of it ever stands in the clear. Nobody may have the case open.
 * Errors: WRONG_USE for a short passphrase, and where `change` does not fit the case; those of `relockCase`.
 */
export async function lockCase(input: ParsedJobInput<'lock'>, context: WorkContext): Promise<JobResult<'lock'>> {
  const { casePath, passphrase, change } = input;
  const made = !existsSync(casePath);
  if (!made) refuseOtherLock(casePath, change);
  else if (change) throw usageError('CASE_NOT_FOUND', `There is no case at ${casePath}.`, 'Check the path.');
  const key = await newLock(passphrase);
  openCase(casePath, { create: made }).close();
  const what = change ? 'given another passphrase' : 'locked with a passphrase';
  return { made, ...relock(casePath, key, what, input.by, context) };
}

/** The `unlock` job: the case, its backups and its journal of decisions stand in the clear again. */
export function unlockCase(input: ParsedJobInput<'unlock'>, context: WorkContext): Promise<JobResult<'unlock'>> {
  const { casePath, by } = input;
  if (existsSync(casePath) && !isLocked(casePath))
    throw usageError('WRONG_USE', `The case ${casePath} is not locked.`, 'There is nothing to do.');
  openCase(casePath).close();
  return Promise.resolve(relock(casePath, null, 'unlocked: it stands in the clear', by, context));
}

function relock(
  casePath: string,
  key: LockKey | null,
  what: string,
  by: string | undefined,
  context: WorkContext,
): Relocked & { readonly left: string[]; readonly case: string } {
  const file = realpathSync(resolve(casePath));
  context.report({ phase: 'lock', done: 0, total: 1, unit: 'steps' });
  const journals = journalsBeside(file).map((path) => ({
    path,
    write: (target: string, other: LockKey | null) => rewriteJournal(file, path, target, other),
  }));
  const { backups, left } = relockCase(file, key, journals);
  const dataFolder = outsideFolder();
  if (dataFolder !== null) forgetFirstScreen(dataFolder, file);
  const opened = openCase(file);
  try {
    const doing = { ...doingOf(context), ...(by === undefined ? {} : { by }) };
    opened.decisions.addAudit(doing, what, { backups, left: [...left] });
  } finally {
    opened.close();
  }
  return { backups, left: [...left], case: resolve(casePath) };
}

function refuseOtherLock(casePath: string, change: boolean): void {
  if (isLocked(casePath) === change) return;
  throw change
    ? usageError('WRONG_USE', `The case ${casePath} is not locked: it has no passphrase to change.`, 'Lock it.')
    : usageError(
        'WRONG_USE',
        `The case ${casePath} is locked already.`,
        'Add --change to give it another passphrase, or unlock it first.',
      );
}
