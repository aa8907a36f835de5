import { AssayError, impossible } from '../../domain/error.ts';
import { addChecksumFunctions } from '../block-checksum.ts';
import type { Connection } from '../sqlite.ts';
import { firstCase } from './0001-first-case.ts';
import { decisions } from './0002-decisions.ts';
import { streams } from './0003-streams.ts';
import { outbox } from './0004-outbox.ts';
import { oneTruth } from './0005-one-truth.ts';
import { receipt } from './0006-receipt.ts';
import { mergedSegments } from './0007-merged-segments.ts';
import { rowNumbers } from './0008-row-numbers.ts';
import { evidence } from './0009-evidence.ts';
import { sealedTexts } from './0010-sealed-texts.ts';
import { checksums } from './0011-checksums.ts';

/** One step of the case file's layout. Once released it never changes: a test pins its checksum. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly up: string;
}

/** Every step, in order. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'first case', up: firstCase },
  { version: 2, name: 'decisions', up: decisions },
  { version: 3, name: 'streams', up: streams },
  { version: 4, name: 'outbox', up: outbox },
  { version: 5, name: 'one truth', up: oneTruth },
  { version: 6, name: 'receipt', up: receipt },
  { version: 7, name: 'merged segments', up: mergedSegments },
  { version: 8, name: 'row numbers', up: rowNumbers },
  { version: 9, name: 'evidence', up: evidence },
  { version: 10, name: 'sealed texts', up: sealedTexts },
  { version: 11, name: 'checksums', up: checksums },
];

/** The version that a list of steps leads to; throws where the list is not 1, 2, 3, ... */
export function latestVersion(steps: readonly Migration[]): number {
  steps.forEach((step, index) => {
    if (step.version !== index + 1)
      impossible(`migration "${step.name}" is number ${step.version} at place ${index + 1}`);
  });
  return steps.length;
}

export function schemaVersion(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

/**
 * Applies all pending steps in one transaction, with `user_version` and what comes `afterwards` inside it: either all of it holds or none.
 * Errors: MIGRATION_FAILED, with the case as it was before.
 */
export function migrate(
  connection: Connection,
  path: string,
  steps: readonly Migration[],
  afterwards: () => void = () => undefined,
): void {
  const target = latestVersion(steps);
  addChecksumFunctions(connection);
  const applyPending = connection.transaction(() => {
    const current = schemaVersion(connection);
    for (const step of steps.slice(current)) {
      try {
        connection.exec(step.up);
      } catch (error) {
        throw migrationFailed(path, step, error);
      }
    }
    const dangling = connection.pragma('foreign_key_check');
    if (Array.isArray(dangling) && dangling.length > 0)
      throw migrationFailed(
        path,
        steps[target - 1],
        new Error(`references to missing rows: ${JSON.stringify(dangling[0])}`),
      );
    connection.pragma(`user_version = ${target}`);
    afterwards();
  });
  // A table that others refer to can be made anew only while references are not watched; they are checked before the end.
  const watched = connection.pragma('foreign_keys', { simple: true });
  connection.pragma('foreign_keys = OFF');
  try {
    applyPending.immediate();
  } finally {
    connection.pragma(`foreign_keys = ${String(watched)}`);
  }
}

function migrationFailed(path: string, step: Migration, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_BUSY')) return cause;
  return new AssayError(
    'MIGRATION_FAILED',
    'failure',
    `The case ${path} could not be brought to layout ${step.version} ("${step.name}"): ${String(cause)}.`,
    { nextStep: 'The case is as it was before; a backup lies beside it. Please report this.', cause },
  );
}
