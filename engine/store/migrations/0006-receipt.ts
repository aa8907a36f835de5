/** The receipt of reading: size and digest of each recording, and the control totals of the columns with what is needed to go on counting. */
export const receipt = `
ALTER TABLE source ADD COLUMN stored_bytes INTEGER;
ALTER TABLE source ADD COLUMN sha256 TEXT;

CREATE TABLE reading_totals (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  next_sequence INTEGER NOT NULL,
  columns TEXT NOT NULL,
  state BLOB NOT NULL
) STRICT;
`;
