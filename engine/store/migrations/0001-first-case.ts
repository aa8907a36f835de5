/** The first case file: sources, segments, dictionaries, quarantine, profile, features, models, scores, alerts, runs. */
export const firstCase = `
CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('recording', 'topic')),
  uri TEXT NOT NULL,
  fingerprint TEXT NOT NULL UNIQUE,
  format TEXT NOT NULL,
  column_names TEXT NOT NULL,
  next_byte_offset INTEGER NOT NULL,
  next_line INTEGER NOT NULL,
  complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)),
  row_count INTEGER NOT NULL DEFAULT 0,
  quarantined_count INTEGER NOT NULL DEFAULT 0,
  added_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE segment (
  id INTEGER PRIMARY KEY,
  first_sequence INTEGER NOT NULL UNIQUE,
  row_count INTEGER NOT NULL CHECK (row_count BETWEEN 1 AND 4096),
  source_id INTEGER NOT NULL REFERENCES source (id),
  first_byte_offset INTEGER NOT NULL,
  next_byte_offset INTEGER NOT NULL,
  raw BLOB NOT NULL,
  row_layout BLOB NOT NULL
) STRICT;

CREATE TABLE "column" (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('number', 'time', 'code', 'text'))
) STRICT;

CREATE TABLE segment_column (
  id INTEGER PRIMARY KEY,
  segment_id INTEGER NOT NULL REFERENCES segment (id),
  column_id INTEGER NOT NULL REFERENCES "column" (id),
  kind TEXT NOT NULL CHECK (kind IN ('number', 'time', 'code', 'text')),
  encoding TEXT NOT NULL CHECK (encoding IN ('float32', 'float64', 'uint8', 'uint16', 'int32', 'text')),
  data BLOB NOT NULL,
  UNIQUE (segment_id, column_id)
) STRICT;

CREATE TABLE dictionary_entry (
  column_id INTEGER NOT NULL REFERENCES "column" (id),
  code INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (column_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES source (id),
  line INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  reason TEXT NOT NULL,
  raw BLOB NOT NULL,
  state TEXT NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'retried', 'dismissed'))
) STRICT;

CREATE TABLE profile (
  id INTEGER PRIMARY KEY,
  content TEXT NOT NULL,
  saved_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE feature_set (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  spec TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE feature_segment (
  id INTEGER PRIMARY KEY,
  feature_set_id INTEGER NOT NULL REFERENCES feature_set (id),
  segment_id INTEGER NOT NULL REFERENCES segment (id),
  data BLOB NOT NULL,
  UNIQUE (feature_set_id, segment_id)
) STRICT;

CREATE TABLE model (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,
  name TEXT NOT NULL,
  parameters TEXT NOT NULL,
  feature_set_id INTEGER NOT NULL REFERENCES feature_set (id),
  threshold TEXT NOT NULL,
  trained_rows INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  is_champion INTEGER NOT NULL DEFAULT 0 CHECK (is_champion IN (0, 1)),
  forest_sha256 TEXT NOT NULL,
  forest BLOB NOT NULL,
  UNIQUE (digest, feature_set_id)
) STRICT;
CREATE UNIQUE INDEX one_champion ON model (is_champion) WHERE is_champion = 1;

CREATE TABLE score_segment (
  id INTEGER PRIMARY KEY,
  model_id INTEGER NOT NULL REFERENCES model (id),
  segment_id INTEGER NOT NULL REFERENCES segment (id),
  sums BLOB NOT NULL,
  UNIQUE (model_id, segment_id)
) STRICT;

CREATE TABLE alert (
  model_id INTEGER NOT NULL REFERENCES model (id),
  sum INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (model_id, sum, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  command TEXT NOT NULL,
  parameters TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'cancelled', 'failed')),
  result TEXT NOT NULL DEFAULT 'null'
) STRICT;

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  host TEXT NOT NULL,
  process_id INTEGER NOT NULL,
  process_started_ms INTEGER NOT NULL
) STRICT;
`;
