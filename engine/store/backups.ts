import { constants, copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AssayError, usageError } from '../domain/error.ts';
import { backupCase, verifyCase } from './backup.ts';
import { mayBeInUse } from './session.ts';
import { connect } from './sqlite.ts';
import { corrupt, guarded } from './store-error.ts';

/** Why a backup was made: by the schedule, by hand, before a layout, a merge or a mending, or what a restore put aside. */
export interface CaseBackup {
  readonly path: string;
  readonly why: string;
  readonly atMs: number;
  readonly bytes: number;
}

/** Of scheduled backups so many of today stay, one of each day before, and so many in all. */
const MOST_OF_TODAY = 3;
const MOST_IN_ALL = 10;
const SCHEDULED = 'scheduled';
const PUT_ASIDE = 'put-aside';
/** A case that is worked on is backed up this often. */
export const BACKUP_EVERY_MS = 2 * 3_600_000;

/** Every backup beside a case, the newest first. */
export function listBackups(casePath: string): readonly CaseBackup[] {
  const file = resolve(casePath);
  const prefix = `${basename(file)}.backup-`;
  return guarded(file, () => readdirSync(dirname(file)))
    .flatMap((name): readonly CaseBackup[] => {
      const [, why, time] =
        (name.startsWith(prefix) && /^([a-z0-9-]+)-(\d{13,})$/u.exec(name.slice(prefix.length))) || [];
      if (why === undefined || time === undefined) return [];
      const path = join(dirname(file), name);
      return [{ path, why, atMs: Number(time), bytes: statSync(path).size }];
    })
    .sort((left, right) => right.atMs - left.atMs);
}

/**
 * A backup beside the case (`NAME.backup-hand-TIME`, or `scheduled`), read to its end: what is damaged in the case is no
 * backup, and takes the place of none.
 * Errors: CASE_CORRUPT, naming what is damaged; DISK_FULL; those of `backupCase`.
 */
export function makeBackup(casePath: string, why: 'hand' | typeof SCHEDULED, nowMs: number): CaseBackup {
  const file = resolve(casePath);
  const path = `${file}.backup-${why}-${nowMs}`;
  backupCase(file, path);
  try {
    requireWhole(path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  if (why === SCHEDULED) for (const old of backupsToRemove(listBackups(file), nowMs)) rmSync(old.path, { force: true });
  return { path, why, atMs: nowMs, bytes: statSync(path).size };
}

/** Whether the schedule wants a backup now: the newest is old, and the case was written since. */
export function isBackupDue(casePath: string, nowMs: number): boolean {
  const newest = listBackups(casePath).find(({ why }) => why !== PUT_ASIDE);
  if (newest === undefined) return true;
  return nowMs - newest.atMs >= BACKUP_EVERY_MS && lastWrittenMs(resolve(casePath)) > newest.atMs;
}

/** Which scheduled backups are one too many; others are never removed. Days are those of this computer. */
export function backupsToRemove(backups: readonly CaseBackup[], nowMs: number): readonly CaseBackup[] {
  const dayOf = (ms: number): string => new Date(ms).toDateString();
  const perDay = new Map<string, number>();
  let kept = 0;
  return backups
    .filter(({ why }) => why === SCHEDULED)
    .filter(({ atMs }) => {
      const day = dayOf(atMs);
      const ofDay = perDay.get(day) ?? 0;
      const stays = kept < MOST_IN_ALL && ofDay < (day === dayOf(nowMs) ? MOST_OF_TODAY : 1);
      if (stays) {
        kept++;
        perDay.set(day, ofDay + 1);
      }
      return !stays;
    });
}

/**
 * Puts a backup in the place of a case. What stood there lies beside it then (`NAME.backup-put-aside-TIME`), whole or
 * damaged, so that restoring that one undoes this. Nobody may have the case open for writing.
 * Errors: CASE_BUSY; CASE_CORRUPT where the backup is not whole; WRONG_USE where it is none of this case; DISK_FULL.
 * @returns where that lies; null where nothing stood there
 */
export function restoreBackup(casePath: string, backup: string, nowMs: number): string | null {
  const file = resolve(casePath);
  const chosen = resolve(backup);
  if (chosen === file) throw usageError('WRONG_USE', `${chosen} is the case itself.`, 'Name a backup of it.');
  if (!existsSync(chosen))
    throw usageError('CASE_NOT_FOUND', `There is no backup at ${chosen}.`, 'Choose one of those beside the case.');
  if (existsSync(file)) refuseWhereOpen(file);
  const unfinished = `${file}.restoring-${process.pid}`;
  try {
    for (const part of ['', '-wal', '-journal'].filter((each) => existsSync(`${chosen}${each}`)))
      guarded(chosen, () => copyFileSync(`${chosen}${part}`, `${unfinished}${part}`, constants.COPYFILE_FICLONE));
    if (!basename(chosen).includes(`.backup-${PUT_ASIDE}-`)) requireWhole(unfinished);
    const aside = existsSync(file) ? `${file}.backup-${PUT_ASIDE}-${nowMs}` : null;
    if (aside !== null)
      for (const part of ['-journal', '-wal', '-shm', ''])
        if (existsSync(`${file}${part}`)) guarded(file, () => renameSync(`${file}${part}`, `${aside}${part}`));
    for (const part of ['-journal', '-wal', ''].filter((each) => existsSync(`${unfinished}${each}`)))
      guarded(file, () => renameSync(`${unfinished}${part}`, `${file}${part}`));
    return aside;
  } finally {
    for (const part of ['', '-wal', '-shm', '-journal']) rmSync(`${unfinished}${part}`, { force: true });
  }
}

/** @throws AssayError CASE_CORRUPT, with what is wrong */
export function requireWhole(path: string): void {
  const { problems } = verifyCase(path);
  if (problems.length > 0) throw corrupt(path, problems.join(' '));
}

/** @throws AssayError CASE_BUSY where somebody has the case open for writing, or was killed with it */
export function refuseWhereOpen(file: string): void {
  let isOpen: boolean;
  try {
    const connection = connect(file, { readonly: true, timeout: 0 });
    try {
      isOpen = mayBeInUse(connection);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof AssayError && error.code === 'CASE_LOCKED') throw error;
    // Too damaged to say: nobody works in it.
    return;
  }
  if (isOpen)
    throw new AssayError('CASE_BUSY', 'failure', `${file} is open for writing.`, {
      nextStep:
        'Close it everywhere, then repeat. Where a program of another computer was killed with it, open it once: that is noted.',
    });
}

function lastWrittenMs(file: string): number {
  return Math.max(...['', '-wal'].map((part) => statSync(`${file}${part}`, { throwIfNoEntry: false })?.mtimeMs ?? 0));
}
