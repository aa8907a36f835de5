import { crc32 } from 'node:zlib';
import { schemaVersion } from './migrations/migrations.ts';
import type { Connection } from './sqlite.ts';

/* What is small in a case is checked as a whole when it is opened: each table and index is what the last writer left. What is
   large is checked block by block when it is used (`block-checksum.ts`). */

/** A scan of everything in a table, or of everything in an index. */
interface Scan {
  /** What a person calls it. */
  readonly words: string;
  readonly sql: string;
}

const ofTable = (words: string, table: string, columns = '*'): Scan => ({
  words,
  sql: `SELECT ${columns} FROM ${table}`,
});
/** The columns are those of the index, so that nothing else is read. */
const ofIndex = (words: string, table: string, index: string, columns: string, condition = ''): Scan => ({
  words,
  sql: `SELECT ${columns} FROM ${table} INDEXED BY ${index} ${condition}`,
});

const decided = (table: string): readonly Scan[] => [
  ofTable('the decisions', `"${table}"`),
  ofIndex('the decisions', `"${table}"`, `${table}_of_action`, 'action_id, rowid'),
];
const byAlert = (table: string): Scan => ofIndex('the decisions', table, `${table}_of_alert`, 'alert_key, id');

const scans: readonly Scan[] = [
  ofTable('the list of recordings', 'source'),
  ofIndex('the list of recordings', 'source', 'sqlite_autoindex_source_1', 'fingerprint, rowid'),
  ofTable('the positions in topics', 'source_partition'),
  ofTable('the list of columns', '"column"'),
  ofIndex('the list of columns', '"column"', 'sqlite_autoindex_column_1', 'name, rowid'),
  ofTable('the profiles', 'profile'),
  ofTable('the feature sets', 'feature_set'),
  ofIndex('the feature sets', 'feature_set', 'sqlite_autoindex_feature_set_1', 'digest, rowid'),
  ofTable(
    'the list of models',
    'model',
    'id, digest, name, parameters, feature_set_id, threshold, trained_rows, created_at_ms, is_champion, forest_sha256',
  ),
  ofIndex('the list of models', 'model', 'sqlite_autoindex_model_1', 'digest, feature_set_id, rowid'),
  ofIndex('the list of models', 'model', 'one_champion', 'is_champion, rowid', 'WHERE is_champion = 1'),
  ofTable('the promotions', 'promotion'),
  ofTable('the settings', 'setting'),
  ofTable('the numbers of rows', 'row_numbering'),
  ofIndex('the numbers of rows', 'row_numbering', 'sqlite_autoindex_row_numbering_1', 'first_number, rowid'),
  ofTable('the control totals', 'reading_totals'),
  ofTable('the state of features over time', 'window_checkpoint'),
  ofTable('the list of jobs', 'run'),
  ofTable('the drafts', 'draft'),
  ofTable('the outbox', 'outbox'),
  ofIndex('the outbox', 'outbox', 'sqlite_autoindex_outbox_1', 'publish_id, rowid'),
  ofIndex('the outbox', 'outbox_file', 'sqlite_autoindex_outbox_file_1', 'outbox_id, path, rowid'),
  ofTable('the decisions', 'action'),
  ofIndex('the decisions', 'action', 'standing_action', 'id', 'WHERE undone_at_ms IS NULL'),
  ...['verdict', 'note', 'snooze', 'grouping'].flatMap(decided),
  ...['verdict', 'note', 'snooze'].map(byAlert),
  ofTable('the history', 'audit'),
  ofTable('the history', 'audit_subject'),
  ofIndex('the history', 'audit_subject', 'subject_of_audit', 'audit_id, alert_key'),
  ofTable(
    'the list of segments',
    'segment',
    'id, first_sequence, row_count, source_id, first_byte_offset, next_byte_offset',
  ),
  ofIndex('the list of segments', 'segment', 'sqlite_autoindex_segment_1', 'first_sequence, rowid'),
  ofIndex(
    'the list of stored columns',
    'segment_column',
    'sqlite_autoindex_segment_column_1',
    'segment_id, column_id, rowid',
  ),
  ofIndex(
    'the list of stored features',
    'feature_segment',
    'sqlite_autoindex_feature_segment_1',
    'feature_set_id, segment_id, rowid',
  ),
  ofIndex('the list of stored features', 'feature_segment', 'features_of_segment', 'segment_id, rowid'),
  ofIndex(
    'the list of stored scores',
    'score_segment',
    'sqlite_autoindex_score_segment_1',
    'model_id, segment_id, rowid',
  ),
  ofIndex('the list of stored scores', 'score_segment', 'scores_of_segment', 'segment_id, rowid'),
];

/** The first layout that has a table for them. */
const FIRST_LAYOUT = 11;

/** Whether the layout of a case says what its last writer left. */
export function hasLeftBehind(connection: Connection): boolean {
  return schemaVersion(connection) >= FIRST_LAYOUT;
}

/** Says how everything small is now, for whoever opens the case next. Call it when nobody else has the case open. */
export function writeLeftBehind(connection: Connection): void {
  connection.transaction(() => {
    connection.exec('DELETE FROM left_behind');
    const insert = connection.prepare<[string, number]>('INSERT INTO left_behind (part, checksum) VALUES (?, ?)');
    for (const { sql } of scans) insert.run(sql, checksumOf(connection, sql));
  })();
}

/** From now on somebody writes: what was left behind says nothing any more. */
export function forgetLeftBehind(connection: Connection): void {
  connection.exec('DELETE FROM left_behind');
}

/**
 * What is small and not as the last writer left it, in words; empty where all is, and where a writer is at work or was
 * killed, for then nothing was left behind.
 */
export function changedSinceLeft(connection: Connection): readonly string[] {
  return connection.transaction(() => {
    const left = new Map(
      connection.prepare<[], [string, number]>('SELECT part, checksum FROM left_behind').raw().all(),
    );
    if (left.size === 0) return [];
    const changed = scans.filter(({ sql }) => left.get(sql) !== checksumOf(connection, sql));
    return [...new Set(changed.map(({ words }) => words))];
  })();
}

function checksumOf(connection: Connection, sql: string): number {
  let checksum = 0;
  for (const row of connection.prepare<[], unknown[]>(sql).raw().iterate())
    for (const value of row)
      checksum = crc32(value instanceof Uint8Array ? value : `${typeof value} ${String(value)}\n`, checksum);
  return checksum;
}
