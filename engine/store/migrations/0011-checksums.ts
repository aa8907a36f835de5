/**
 * A checksum in each large block, of its bytes and of whose they are, so that a damaged byte is found when the block is
 * first used; and for what is small, a digest of each table as the last writer left it.
 */
export const checksums = `
ALTER TABLE segment_column ADD COLUMN checksum INTEGER;
UPDATE segment_column SET checksum = block_checksum(segment_id, column_id, kind, encoding, data);

ALTER TABLE feature_segment ADD COLUMN checksum INTEGER;
UPDATE feature_segment SET checksum = block_checksum(feature_set_id, segment_id, data);

ALTER TABLE score_segment ADD COLUMN checksum INTEGER;
UPDATE score_segment SET checksum = block_checksum(model_id, segment_id, sums);

ALTER TABLE quarantine ADD COLUMN checksum INTEGER;
UPDATE quarantine SET checksum = block_checksum(id, source_id, line, byte_offset, reason, state, raw);

ALTER TABLE "column" ADD COLUMN texts_checksum INTEGER NOT NULL DEFAULT 0;
UPDATE "column" SET texts_checksum = coalesce(
  (SELECT texts_checksum(code, text ORDER BY code) FROM dictionary_entry WHERE column_id = "column".id), 0);

CREATE TABLE left_behind (
  part TEXT PRIMARY KEY,
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
