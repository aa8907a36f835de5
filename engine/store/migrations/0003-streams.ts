/** Live topics: how far each partition was read, and the state of window features to go on from. */
export const streams = `
CREATE TABLE source_partition (
  source_id INTEGER NOT NULL REFERENCES source (id),
  partition INTEGER NOT NULL,
  next_offset INTEGER NOT NULL,
  PRIMARY KEY (source_id, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE window_checkpoint (
  feature_set_id INTEGER PRIMARY KEY REFERENCES feature_set (id),
  next_sequence INTEGER NOT NULL,
  state BLOB NOT NULL
) STRICT;
`;
