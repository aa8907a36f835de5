/**
 * A digest of everything that figures, flags and reports follow from, so that a change by another hand or a damaged
 * byte is seen; the audit chain says what they were at each of its links.
 */
export const evidence = `
CREATE TABLE evidence (
  part TEXT NOT NULL,
  key ANY NOT NULL,
  sha256 BLOB NOT NULL,
  PRIMARY KEY (part, key)
) STRICT, WITHOUT ROWID;

ALTER TABLE audit ADD COLUMN evidence_sha256 TEXT;
`;
