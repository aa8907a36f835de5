import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { AssayError, usageError } from '../domain/error.ts';
import { decompress } from './blob.ts';
import { migrations, latestVersion, schemaVersion } from './migrations/migrations.ts';
import { readLayoutVersion, refuseNewerLayout } from './case-header.ts';
import { readWhereItCan } from './read-only-place.ts';
import { BUSY_TIMEOUT_MS, connect, type Connection } from './sqlite.ts';
import { corrupt, guarded, storeError } from './store-error.ts';
import { DecisionLog } from './decision-log.ts';
import { evidenceProblems, hasEvidence } from './evidence.ts';
import { changedSinceLeft, hasLeftBehind } from './left-behind.ts';
import { checksumProblems } from './mend.ts';
import { foreignObjects, objectWords } from './schema.ts';
import { sha256 } from './digest.ts';

const FIRST_LAYOUT_WITH_NUMBERS = 8;

export interface CaseVerification {
  readonly ok: boolean;
  /** One sentence for each thing found wrong. */
  readonly problems: readonly string[];
  readonly models: number;
}

/**
 * Copies a case into one self-contained file while it may be in use: VACUUM INTO a temporary name, quick_check,
 * rename. Errors: WRONG_USE where the target exists, DISK_FULL, CASE_CORRUPT, and those of opening a case.
 */
export function backupCase(path: string, target: string): void {
  const source = resolve(path);
  const copy = resolve(target);
  if (existsSync(copy))
    throw usageError('WRONG_USE', `${copy} exists already.`, 'Name a backup file that does not exist.');
  const version = readLayoutVersion(source);
  const temporary = `${copy}.part-${process.pid}`;
  try {
    guarded(source, () => {
      const connection = connect(source, { readonly: true, timeout: BUSY_TIMEOUT_MS });
      try {
        connection.prepare<[string]>('VACUUM INTO ?').run(temporary);
      } finally {
        connection.close();
      }
    });
    guarded(copy, () => {
      checkCopy(temporary, version);
      synchronise(temporary);
      renameSync(temporary, copy);
    });
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Reads the whole case: SQLite's integrity_check, foreign keys, rows without gaps, the rows as received against
 * their checksums, and each model's bytes against their SHA-256. `digestOf` gives the digest of an encoded
 * forest, to be compared with the model's own.
 */
export function verifyCase(
  path: string,
  options: { readonly digestOf?: (forest: Uint8Array) => string } = {},
): CaseVerification {
  const file = resolve(path);
  return readWhereItCan(file, (place, removeCopy) => {
    refuseNewerLayout(file, readLayoutVersion(place), latestVersion(migrations));
    return guarded(file, () => {
      const connection = connect(place, { readonly: true, timeout: BUSY_TIMEOUT_MS });
      try {
        const damage = withDamageAsProblem(file, () => integrityProblems(connection));
        if (damage.length > 0) return { ok: false, problems: damage, models: 0 };
        const models = modelProblems(connection, options.digestOf);
        const foreign = foreignObjects(connection, file, migrations);
        const evidence = hasEvidence(connection) ? evidenceProblems(connection) : [];
        const problems = [
          ...(foreign.length === 0 ? [] : [`It holds ${objectWords(foreign)}, which Assay did not make.`]),
          ...rowProblems(connection),
          ...rawProblems(connection),
          ...models.problems,
          ...evidence,
          ...historyProblems(connection, file),
        ];
        if (problems.length === 0 && hasLeftBehind(connection))
          problems.push(...checksumProblems(connection), ...changedSinceLeft(connection).map(changedSentence));
        return { ok: problems.length === 0, problems, models: models.count };
      } finally {
        connection.close();
        removeCopy();
      }
    });
  });
}

function changedSentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} changed since Assay closed the case.`;
}

/** Some damage makes SQLite stop instead of reporting; both are told in the same way. */
function withDamageAsProblem(file: string, check: () => readonly string[]): readonly string[] {
  try {
    return check();
  } catch (error) {
    const told = storeError(error, file);
    if (told instanceof AssayError && told.code === 'CASE_CORRUPT') return [told.message];
    throw told;
  }
}

function integrityProblems(connection: Connection): readonly string[] {
  const found = connection.pragma('integrity_check') as readonly { readonly integrity_check: string }[];
  const orphans = connection.pragma('foreign_key_check') as readonly { readonly table: string }[];
  return [
    ...found.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
    ...orphans.map((row) => `A row of ${row.table} points to nothing.`),
  ];
}

function rowProblems(connection: Connection): readonly string[] {
  const problems: string[] = [];
  let expected = 0;
  const segments = connection.prepare<[], { first_sequence: number; row_count: number }>(
    'SELECT first_sequence, row_count FROM segment ORDER BY first_sequence',
  );
  for (const segment of segments.iterate()) {
    if (segment.first_sequence !== expected)
      problems.push(`Rows ${expected} to ${segment.first_sequence - 1} are missing.`);
    expected = segment.first_sequence + segment.row_count;
  }
  const counted = connection
    .prepare<[], { rows: number }>('SELECT coalesce(sum(row_count), 0) AS rows FROM source')
    .get();
  const removed = removedRows(connection);
  if (counted?.rows !== expected + removed)
    problems.push(
      `The sources count ${counted?.rows ?? 0} rows; ${expected} are stored${removed === 0 ? '' : ` and ${removed} removed`}.`,
    );
  return problems;
}

/** Rows that a retention took away; layouts before the eighth have none. */
function removedRows(connection: Connection): number {
  if (schemaVersion(connection) < FIRST_LAYOUT_WITH_NUMBERS) return 0;
  const last = connection
    .prepare<[], { removed: number }>(
      'SELECT first_number - first_sequence AS removed FROM row_numbering ORDER BY first_sequence DESC LIMIT 1',
    )
    .get();
  return last?.removed ?? 0;
}

function rawProblems(connection: Connection): readonly string[] {
  const problems: string[] = [];
  const segments = connection.prepare<[], { first_sequence: number; raw: Uint8Array; row_layout: Uint8Array }>(
    'SELECT first_sequence, raw, row_layout FROM segment ORDER BY first_sequence',
  );
  for (const segment of segments.iterate()) {
    try {
      decompress(segment.raw);
      decompress(segment.row_layout);
    } catch {
      problems.push(`The bytes as received of the rows from ${segment.first_sequence} on are damaged.`);
    }
  }
  return problems;
}

function modelProblems(
  connection: Connection,
  digestOf: ((forest: Uint8Array) => string) | undefined,
): { readonly problems: readonly string[]; readonly count: number } {
  const problems: string[] = [];
  let count = 0;
  const models = connection.prepare<[], { name: string; digest: string; forest_sha256: string; forest: Uint8Array }>(
    'SELECT name, digest, forest_sha256, forest FROM model ORDER BY id',
  );
  for (const model of models.iterate()) {
    count++;
    if (sha256(model.forest) !== model.forest_sha256) problems.push(`The forest of model "${model.name}" was altered.`);
    else if (digestOf !== undefined && digestOf(model.forest) !== model.digest)
      problems.push(`Model "${model.name}" does not have the digest ${model.digest}.`);
  }
  return { problems, count };
}

function historyProblems(connection: Connection, file: string): readonly string[] {
  if (schemaVersion(connection) < FIRST_LAYOUT_WITH_NUMBERS) return [];
  const broken = new DecisionLog(connection, file, null).brokenAuditEntry();
  return broken === null ? [] : [`The history is broken at entry ${broken}: it was changed, or one is missing.`];
}

function checkCopy(path: string, version: number): void {
  const connection = connect(path, { readonly: true });
  try {
    const reply = String(connection.pragma('quick_check(1)', { simple: true }));
    if (reply !== 'ok') throw corrupt(path, reply);
    if (schemaVersion(connection) !== version) throw corrupt(path, 'the copy has another layout than the case');
  } finally {
    connection.close();
  }
}

/** Waits until a file is on the disk. */
export function synchronise(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
