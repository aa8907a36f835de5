/**
 * Rows keep their number when others are taken away: rows from place `first_sequence` on have consecutive numbers from
 * `first_number` on. An empty table says that number and place are the same.
 */
export const rowNumbers = `
CREATE TABLE row_numbering (
  first_sequence INTEGER PRIMARY KEY,
  first_number INTEGER NOT NULL UNIQUE
) STRICT;
`;
