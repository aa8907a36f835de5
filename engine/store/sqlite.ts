import type BetterSqlite3 from 'better-sqlite3';
import { createRequire } from 'node:module';
import { AssayError } from '../domain/error.ts';
import { keyOf, rawKeyOf, readLock, type LockKey } from './case-lock.ts';

export type Connection = BetterSqlite3.Database;
export type Statement = BetterSqlite3.Statement<unknown[]>;
/** What may be bound to a statement. */
export type Parameter = string | number | Uint8Array | null;

/** Something that took long, without the values that it was about. */
export interface SlowQuery {
  /** The statement's text, or `a transaction`. */
  readonly what: string;
  readonly durationMs: number;
}

/** How long a connection waits for another one that writes. */
export const BUSY_TIMEOUT_MS = 5000;

const NODE_API_NEEDED = 10;
const SLOW_MS = 40;

/** Of this thread; null where nobody wants to know, and nothing is timed. */
let watch: { readonly tell: (query: SlowQuery) => void; readonly slowMs: number } | null = null;

/** From now on tells of statements and transactions that take longer than `slowMs`, over connections opened in this thread later. */
export function watchSlowQueries(tell: (query: SlowQuery) => void, slowMs: number = SLOW_MS): void {
  watch = { tell, slowMs };
}

const require = createRequire(import.meta.url);

/**
 * Opens a connection; to a locked case with the key that was given for it. The runtime is checked first because better-sqlite3 13
 * ends the process with a segmentation fault, not with an error, where Node-API is older than 10.
 * Errors: CASE_LOCKED where nobody gave the passphrase of a locked case; those of SQLite.
 */
export function connect(path: string, options: BetterSqlite3.Options): Connection {
  assertRuntime(process.versions);
  const lock = readLock(path);
  const connection =
    lock === null
      ? new (require('better-sqlite3') as typeof BetterSqlite3)(path, options)
      : connectUnder(path, options, keyOf(path, lock), lock.layout);
  if (watch !== null) timeStatements(connection);
  return connection;
}

/**
 * Opens a case, plain or locked, beside an empty database `copy` under another lock, to be filled from it.
 * @param key of the copy; null where it is to be plain
 */
export function connectToCopy(path: string, copy: string, key: LockKey | null, layout: number): Connection {
  assertRuntime(process.versions);
  const lock = readLock(path);
  // A database that is attached is made only where this one could have been.
  const connection = connectUnder(path, {}, lock && keyOf(path, lock), layout);
  try {
    const given = key === null ? '' : rawKeyOf(key, layout);
    connection.prepare<[string, string]>('ATTACH ? AS copy KEY ?').run(copy, given);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** The engine of locked cases. What SQLite would put into temporary files stays in memory: those it does not encrypt. */
function connectUnder(path: string, options: BetterSqlite3.Options, key: LockKey | null, layout: number): Connection {
  const connection = new (require('better-sqlite3-multiple-ciphers') as typeof BetterSqlite3)(path, options);
  try {
    connection.pragma(`cipher = 'aegis'`);
    if (key !== null) connection.pragma(`key = "${rawKeyOf(key, layout)}"`);
    connection.pragma('temp_store = MEMORY');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** From how many milliseconds on this thread is told; null where it is not. */
export function watchedSlowMs(): number | null {
  return watch?.slowMs ?? null;
}

/** Passes on what another thread was told. */
export function passOnSlowQuery(query: SlowQuery): void {
  watch?.tell(query);
}

/** Does a piece of work, and tells of it where it took long. */
export function timed<T>(what: string, work: () => T): T {
  if (watch === null) return work();
  const startedMs = performance.now();
  try {
    return work();
  } finally {
    const durationMs = performance.now() - startedMs;
    if (durationMs > watch.slowMs) watch.tell({ what, durationMs });
  }
}

function timeStatements(connection: Connection): void {
  const prepare = connection.prepare.bind(connection);
  connection.prepare = ((sql: string) => {
    const statement = prepare(sql);
    for (const name of ['get', 'all', 'run'] as const) {
      const execute = statement[name].bind(statement) as (...parameters: unknown[]) => unknown;
      statement[name] = ((...parameters: unknown[]) => timed(sql, () => execute(...parameters))) as never;
    }
    return statement;
  }) as typeof connection.prepare;
}

/** Throws WRONG_RUNTIME where the SQLite binding cannot be loaded. */
export function assertRuntime(versions: { readonly napi?: string; readonly node: string }): void {
  if (Number(versions.napi) >= NODE_API_NEEDED) return;
  throw new AssayError(
    'WRONG_RUNTIME',
    'failure',
    `Node ${versions.node} has Node-API ${versions.napi ?? 'none'}; case files need Node-API ${NODE_API_NEEDED}.`,
    { nextStep: 'Use Node 22.14 or newer. The install brings Node 24: start Assay by its own command.' },
  );
}
