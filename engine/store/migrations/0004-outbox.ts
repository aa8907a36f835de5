/** Exports that wait for a tracking server: complete, never changed, and what became of them. */
export const outbox = `
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  publish_id TEXT NOT NULL UNIQUE,
  model_id INTEGER NOT NULL REFERENCES model (id),
  identity TEXT NOT NULL,
  destination TEXT NOT NULL,
  notes TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'cancelled')),
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  created_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  result TEXT NOT NULL DEFAULT 'null'
) STRICT;
CREATE UNIQUE INDEX one_export_of_a_kind ON outbox (identity) WHERE state <> 'cancelled';

CREATE TABLE outbox_file (
  outbox_id INTEGER NOT NULL REFERENCES outbox (id),
  path TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (outbox_id, path)
) STRICT;
`;
