import { copyFileSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { backupsToRemove, isBackupDue, listBackups, restoreBackup, type CaseBackup } from './backups.ts';
import { openCase } from './open-case.ts';
import { connect } from './sqlite.ts';
import { codeOf, temporaryFolder } from './store-fixtures.ts';

const hourMs = 3_600_000;
const noon = new Date(2026, 4, 20, 12).getTime();
const at = (hoursAgo: number, why = 'scheduled'): CaseBackup => ({
  path: `${why} ${hoursAgo}`,
  why,
  atMs: noon - hoursAgo * hourMs,
  bytes: 1,
});

describe('scheduled backups', () => {
  it('are three of today, one of each day before, and ten in all; others are never removed', () => {
    const today = [0, 2, 4, 6, 8].map((hours) => at(hours));
    const before = Array.from({ length: 24 }, (_, index) => at(13 + 12 * index));
    const others = [at(1, 'hand'), at(500, 'v9'), at(3, 'put-aside')];
    const all = [...today, ...before, ...others].sort((left, right) => right.atMs - left.atMs);
    const removed = backupsToRemove(all, noon);
    const kept = all.filter((backup) => !removed.includes(backup) && backup.why === 'scheduled');
    expect(removed.every(({ why }) => why === 'scheduled')).toBe(true);
    expect(kept).toHaveLength(10);
    expect(kept.slice(0, 3)).toEqual(today.slice(0, 3));
    expect(new Set(kept.slice(3).map(({ atMs }) => new Date(atMs).toDateString())).size).toBe(7);
    expect(backupsToRemove(kept, noon)).toEqual([]);
  });

  it('are due where none is there, and where the newest is two hours old and the case was written since', () => {
    const path = join(temporaryFolder(onTestFinished), 'a.assay');
    openCase(path, { create: true }).close();
    const nowMs = Date.now();
    expect(isBackupDue(path, nowMs)).toBe(true);
    copyFileSync(path, `${path}.backup-hand-${nowMs - hourMs}`);
    expect(isBackupDue(path, nowMs)).toBe(false);
    expect(isBackupDue(path, nowMs + hourMs)).toBe(true);
    const longAgo = new Date(nowMs - 9 * hourMs);
    utimesSync(path, longAgo, longAgo);
    expect(isBackupDue(path, nowMs + hourMs)).toBe(false);
    expect(listBackups(path)).toMatchObject([{ why: 'hand', atMs: nowMs - hourMs }]);
  });
});

it('is not restored under somebody who has the case open', () => {
  const path = join(temporaryFolder(onTestFinished), 'a.assay');
  const opened = openCase(path, { create: true });
  copyFileSync(path, `${path}.backup-hand-1700000000000`);
  expect(codeOf(() => restoreBackup(path, `${path}.backup-hand-1700000000000`, 1))).toBe('CASE_BUSY');
  opened.close();
});

it('is restored where whoever had the case open was killed, and not where that was on another computer', () => {
  const path = join(temporaryFolder(onTestFinished), 'a.assay');
  openCase(path, { create: true }).close();
  const backup = `${path}.backup-hand-1700000000000`;
  copyFileSync(path, backup);
  const leave = (host: string): void => {
    const connection = connect(path, {});
    // No process has so large a number.
    connection
      .prepare<[string]>('INSERT INTO session (host, process_id, process_started_ms) VALUES (?, 4194305, 1)')
      .run(host);
    connection.close();
  };
  leave(hostname());
  expect(restoreBackup(path, backup, 1_700_000_000_001)).toContain('.backup-put-aside-');
  leave('elsewhere');
  expect(codeOf(() => restoreBackup(path, backup, 1_700_000_000_002))).toBe('CASE_BUSY');
});
