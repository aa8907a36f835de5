import type BetterSqlite3 from 'better-sqlite3';
import { createRequire } from 'node:module';
import { AssayError } from '../domain/error.ts';

export type Connection = BetterSqlite3.Database;
export type Statement = BetterSqlite3.Statement<unknown[]>;
/** What may be bound to a statement. */
export type Parameter = string | number | Uint8Array | null;

const NODE_API_NEEDED = 10;

const require = createRequire(import.meta.url);

/**
 * Opens a connection. The runtime is checked first because better-sqlite3 13 ends the process with a
 * segmentation fault, not with an error, where Node-API is older than 10.
 */
export function connect(path: string, options: BetterSqlite3.Options): Connection {
  assertRuntime(process.versions);
  const Database = require('better-sqlite3') as typeof BetterSqlite3;
  return new Database(path, options);
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
