import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AssayError, usageError } from '../../domain/error.ts';
import type { WorkContext } from '../../domain/progress.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { backupCase, verifyCase } from '../../store/backup.ts';
import type { Doing } from '../../store/decision-log.ts';
import { isBackupDue, listBackups, makeBackup, restoreBackup, type CaseBackup } from '../../store/backups.ts';
import { openCase } from '../../store/open-case.ts';
import { corrupt } from '../../store/store-error.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';

/** The `backup` job: a checked copy of a case, beside it or where it was said; or a list of those there are. */
export function keepBackups(input: ParsedJobInput<'backup'>, context: WorkContext): Promise<JobResult<'backup'>> {
  const { casePath, output, ifDue, list } = input;
  const nowMs = Date.now();
  context.report({ phase: 'backup', done: 0, total: 1, unit: 'steps' });
  const isWanted = !list && (!ifDue || isBackupDue(casePath, nowMs));
  const made = !isWanted
    ? null
    : output === undefined
      ? makeBackup(casePath, ifDue ? 'scheduled' : 'hand', nowMs)
      : copyTo(casePath, output, nowMs);
  return Promise.resolve({ made, backups: [...listBackups(casePath)], case: resolve(casePath) });
}

function copyTo(casePath: string, output: string, atMs: number): CaseBackup {
  const path = resolve(output);
  mkdirSync(dirname(path), { recursive: true });
  backupCase(casePath, path);
  const { problems } = verifyCase(path);
  if (problems.length > 0) throw corrupt(resolve(casePath), problems.join(' '));
  return { path, why: 'hand', atMs, bytes: statSync(path).size };
}

/** The `restore` job: a backup in the place of the case, which is put aside; the history says so. */
export function restoreCase(input: ParsedJobInput<'restore'>, context: WorkContext): Promise<JobResult<'restore'>> {
  const { casePath, by } = input;
  const doing = { ...doingOf(context), ...(by === undefined ? {} : { by }) };
  context.report({ phase: 'backup', done: 0, total: 1, unit: 'steps' });
  const chosen = input.backup ?? newestWhole(casePath);
  const putAside = restoreBackup(casePath, chosen, doing.atMs);
  noteRestored(casePath, doing, 'restored from a backup', { backup: resolve(chosen), putAside });
  return Promise.resolve({ restored: resolve(chosen), putAside, case: resolve(casePath) });
}

/** Says in the history of a case that it is one of its backups, which may have been copied while the case was open. */
export function noteRestored(
  casePath: string,
  doing: Doing,
  what: string,
  details: { readonly backup: string; readonly putAside: string | null },
): void {
  const opened = openCase(casePath);
  try {
    opened.endCopiedSessions();
    opened.decisions.addAudit(doing, what, details);
  } finally {
    opened.close();
  }
}

/** @throws AssayError WRONG_USE where no backup beside the case is whole. */
export function newestWhole(casePath: string): string {
  const found = listBackups(casePath).find(({ path, why }) => why !== 'put-aside' && isWhole(path));
  if (found !== undefined) return found.path;
  throw usageError(
    'WRONG_USE',
    `No backup beside ${resolve(casePath)} is whole.`,
    'Name one that lies elsewhere, or read the recording into a new case.',
  );
}

function isWhole(path: string): boolean {
  try {
    return verifyCase(path).ok;
  } catch (error) {
    if (error instanceof AssayError) return false;
    throw error;
  }
}
