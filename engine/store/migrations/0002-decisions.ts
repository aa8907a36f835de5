/** What analysts do with alerts: verdicts, notes, snoozes, drafts, what can be undone, and the audit chain. */
export const decisions = `
CREATE TABLE action (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('verdict', 'note', 'snooze')),
  what TEXT NOT NULL,
  done_at_ms INTEGER NOT NULL,
  done_by TEXT NOT NULL,
  undone_at_ms INTEGER
) STRICT;
CREATE INDEX standing_action ON action (id) WHERE undone_at_ms IS NULL;

CREATE TABLE verdict (
  id INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL REFERENCES action (id),
  alert_key TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('fraud', 'legitimate', 'valuable', 'unsure')),
  reason TEXT,
  score REAL NOT NULL,
  model_digest TEXT NOT NULL,
  sequences BLOB NOT NULL
) STRICT;
CREATE INDEX verdict_of_alert ON verdict (alert_key, id);
CREATE INDEX verdict_of_action ON verdict (action_id);

CREATE TABLE note (
  id INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL REFERENCES action (id),
  alert_key TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX note_of_alert ON note (alert_key, id);
CREATE INDEX note_of_action ON note (action_id);

CREATE TABLE snooze (
  id INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL REFERENCES action (id),
  alert_key TEXT NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX snooze_of_alert ON snooze (alert_key, id);
CREATE INDEX snooze_of_action ON snooze (action_id);

CREATE TABLE draft (
  alert_key TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  saved_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  done_by TEXT NOT NULL,
  what TEXT NOT NULL,
  details TEXT NOT NULL,
  subjects_sha256 TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE TABLE audit_subject (
  alert_key TEXT NOT NULL,
  audit_id INTEGER NOT NULL REFERENCES audit (id),
  PRIMARY KEY (alert_key, audit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX subject_of_audit ON audit_subject (audit_id, alert_key);
`;
