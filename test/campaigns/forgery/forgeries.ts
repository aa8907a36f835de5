/** A change of a case by another program, as SQL; `?` stands for a row drawn by chance among those of `of`. */
export interface Forgery {
  readonly name: string;
  readonly sql: string;
  /** Table whose ids the change draws from. */
  readonly of?: string;
}

/** Those that were made by hand first: all but one passed as whole then. */
export const firstForgeries: readonly Forgery[] = [
  { name: 'a verdict changed', sql: `UPDATE verdict SET kind = 'legitimate' WHERE id = ?`, of: 'verdict' },
  { name: 'a verdict undone', sql: 'UPDATE action SET undone_at_ms = done_at_ms + 1 WHERE id = ?', of: 'action' },
  { name: 'a verdict deleted', sql: 'DELETE FROM verdict WHERE id = ?', of: 'verdict' },
  {
    name: 'a verdict deleted with its action',
    sql: 'DELETE FROM verdict WHERE action_id = ?; DELETE FROM action WHERE id = ?',
    of: 'action',
  },
  { name: 'another actor', sql: `UPDATE action SET done_by = 'Ben' WHERE id = ?`, of: 'action' },
  { name: 'another time', sql: 'UPDATE action SET done_at_ms = done_at_ms - 1 WHERE id = ?', of: 'action' },
  { name: 'another actor in the history', sql: `UPDATE audit SET done_by = 'Ben' WHERE id = ?`, of: 'audit' },
  { name: 'another time in the history', sql: 'UPDATE audit SET at_ms = at_ms - 1 WHERE id = ?', of: 'audit' },
  { name: 'the threshold moved', sql: `UPDATE model SET threshold = json_set(threshold, '$.units', 1)` },
  { name: 'all scores zero', sql: 'UPDATE score_segment SET sums = zeroblob(length(sums))' },
  {
    name: 'one score lowered',
    sql: `UPDATE score_segment SET sums = CAST(x'00000000' || substr(sums, 5) AS BLOB)`,
  },
  {
    name: 'amounts changed',
    sql: `UPDATE segment_column SET data = zeroblob(length(data)) WHERE column_id = (SELECT id FROM "column" WHERE name = 'amount')`,
  },
  {
    name: 'bytes as received changed',
    sql: 'UPDATE segment SET raw = zeroblob(length(raw)) WHERE id = ?',
    of: 'segment',
  },
  { name: 'the place of bytes as received changed', sql: 'UPDATE segment SET first_byte_offset = 1' },
  {
    name: 'a forest with its own hash',
    sql: `UPDATE model SET forest = x'03', forest_sha256 = '084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5'`,
  },
  { name: 'the last entry cut off', sql: 'DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)' },
  { name: 'the last half cut off', sql: 'DELETE FROM audit WHERE id > (SELECT max(id) / 2 FROM audit)' },
  { name: 'the whole history cut off', sql: 'DELETE FROM audit' },
  { name: 'another reason', sql: `UPDATE verdict SET reason = 'holiday' WHERE id = ?`, of: 'verdict' },
  { name: 'a verdict on other rows', sql: `UPDATE verdict SET sequences = x'00000000' WHERE id = ?`, of: 'verdict' },
  { name: 'other words in the history', sql: `UPDATE audit SET what = 'nothing' WHERE id = ?`, of: 'audit' },
];

export const moreForgeries: readonly Forgery[] = [
  { name: 'an undo taken away', sql: 'UPDATE action SET undone_at_ms = NULL' },
  {
    name: 'a verdict more',
    sql: `INSERT INTO verdict SELECT NULL, action_id, '#1', kind, reason, score, model_digest, sequences, closed_until_ms FROM verdict WHERE id = ?`,
    of: 'verdict',
  },
  { name: 'a verdict on another alert', sql: `UPDATE verdict SET alert_key = '#1' WHERE id = ?`, of: 'verdict' },
  { name: 'another score beside a verdict', sql: 'UPDATE verdict SET score = 0.5 WHERE id = ?', of: 'verdict' },
  { name: 'another model beside a verdict', sql: `UPDATE verdict SET model_digest = 'x' WHERE id = ?`, of: 'verdict' },
  { name: 'another time of closing', sql: 'UPDATE verdict SET closed_until_ms = 1 WHERE id = ?', of: 'verdict' },
  { name: 'another seed', sql: `UPDATE model SET parameters = json_set(parameters, '$.seed', 99)` },
  { name: 'other trained rows', sql: 'UPDATE model SET trained_rows = trained_rows - 1' },
  { name: 'no champion', sql: 'UPDATE model SET is_champion = 0' },
  { name: 'another reason of a promotion', sql: `UPDATE promotion SET reason = 'better'` },
  { name: 'features zero', sql: 'UPDATE feature_segment SET data = zeroblob(length(data))' },
  { name: 'scores taken away', sql: 'DELETE FROM score_segment' },
  { name: 'a column under another name', sql: `UPDATE "column" SET name = name || 'x' WHERE id = ?`, of: '"column"' },
  { name: 'two columns exchanged', sql: 'UPDATE segment_column SET column_id = 100 - column_id' },
  { name: 'a text changed', sql: `UPDATE dictionary_entry SET text = text || 'x' WHERE code = 1` },
  { name: 'a setting more', sql: `INSERT INTO setting VALUES ('other', '1')` },
  { name: 'a profile changed', sql: `UPDATE profile SET content = replace(content, 'amount', 'amOunt')` },
  { name: 'another recording', sql: `UPDATE source SET fingerprint = 'x'` },
  {
    name: 'the subjects of an entry changed',
    sql: `UPDATE audit_subject SET alert_key = '#1' || audit_id WHERE audit_id = (SELECT max(audit_id) FROM audit_subject)`,
  },
  { name: 'all digests taken away', sql: 'DELETE FROM evidence' },
  { name: 'the digest of a setting replaced', sql: `UPDATE evidence SET sha256 = zeroblob(32) WHERE part = 'profile'` },
];
