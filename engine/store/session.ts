import type { Doing } from './decision-log.ts';
import { isAlive, thisProcess, type RunningProcess } from './running-process.ts';
import type { Connection } from './sqlite.ts';

interface SessionRow {
  readonly id: number;
  readonly host: string;
  readonly process_id: number;
  readonly process_started_ms: number;
}

/** True where a process had the case open for writing and ended without closing it. */
export function hasAbandonedSession(connection: Connection): boolean {
  return abandonedSessions(connection).length > 0;
}

/**
 * Writes down that this process has the case open for writing, and removes the marks of processes that ended
 * without taking theirs away. Returns the id to end the session with.
 */
export function beginSession(connection: Connection): number {
  const own = thisProcess();
  const begin = connection.transaction(() => {
    for (const row of abandonedSessions(connection)) endSession(connection, row.id);
    const { lastInsertRowid } = connection
      .prepare<[string, number, number]>('INSERT INTO session (host, process_id, process_started_ms) VALUES (?, ?, ?)')
      .run(own.host, own.processId, own.startedMs);
    return Number(lastInsertRowid);
  });
  return begin.immediate();
}

/** Takes this process's mark away: the case is closed in good order. */
export function endSession(connection: Connection, id: number): void {
  connection.prepare<[number]>('DELETE FROM session WHERE id = ?').run(id);
}

/** Takes all marks but this one away: those of whoever had the case open of which this is a copy. */
export function endOtherSessions(connection: Connection, own: number): void {
  connection.prepare<[number]>('DELETE FROM session WHERE id <> ?').run(own);
}

/** Whether any process has the case open for writing, or ended without closing it. */
export function hasSessions(connection: Connection): boolean {
  return connection.prepare('SELECT 1 FROM session LIMIT 1').get() !== undefined;
}

/** Whether somebody may be at work in the case: a process that lives, or one of another computer, of which nobody here knows. */
export function mayBeInUse(connection: Connection): boolean {
  return connection
    .prepare<[], SessionRow>('SELECT id, host, process_id, process_started_ms FROM session')
    .all()
    .some((row) => row.host !== thisProcess().host || isAlive(ownerOf(row)));
}

/** Who does what nobody asked for by name, now. */
export function byAssay(): Doing {
  return { by: 'Assay', atMs: Date.now() };
}

function abandonedSessions(connection: Connection): readonly SessionRow[] {
  return connection
    .prepare<[], SessionRow>('SELECT id, host, process_id, process_started_ms FROM session')
    .all()
    .filter((row) => !isAlive(ownerOf(row)));
}

function ownerOf({ host, process_id: processId, process_started_ms: startedMs }: SessionRow): RunningProcess {
  return { host, processId, startedMs };
}
