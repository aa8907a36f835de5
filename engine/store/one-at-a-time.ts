import { setTimeout as wait } from 'node:timers/promises';
import { connect } from './sqlite.ts';
import { storeError } from './store-error.ts';

const retryMs = 200;

/**
 * Does a piece of work that no two processes may do at once, and waits while another one does it. The operating system lets
 * go of the lock file when its holder ends, however it ends. The file is empty and stays.
 * Errors: CASE_READ_ONLY where the lock file cannot be made; what the signal holds where it is cancelled while it waits.
 */
export async function oneAtATime<T>(lockPath: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const connection = connectTo(lockPath);
  try {
    while (!tryLock()) await wait(retryMs, undefined, { signal });
    return await work();
  } finally {
    connection.close();
  }

  function tryLock(): boolean {
    try {
      // Nothing is ever written, so no journal need be left behind.
      connection.pragma('journal_mode = MEMORY');
      connection.exec('BEGIN EXCLUSIVE');
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return false;
      throw storeError(error, lockPath);
    }
  }
}

function connectTo(lockPath: string): ReturnType<typeof connect> {
  try {
    return connect(lockPath, { timeout: 0 });
  } catch (error) {
    throw storeError(error, lockPath);
  }
}
