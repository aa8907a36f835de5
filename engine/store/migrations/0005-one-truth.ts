/**
 * Flags follow from sums and the threshold, so no table of them. Alerts may be split and joined by hand, a verdict may
 * stay closed until a time, and every champion is remembered.
 */
export const oneTruth = `
DROP TABLE alert;

CREATE TABLE action_anew (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('verdict', 'note', 'snooze', 'grouping')),
  what TEXT NOT NULL,
  done_at_ms INTEGER NOT NULL,
  done_by TEXT NOT NULL,
  undone_at_ms INTEGER
) STRICT;
INSERT INTO action_anew SELECT id, kind, what, done_at_ms, done_by, undone_at_ms FROM action;
DROP TABLE action;
ALTER TABLE action_anew RENAME TO action;
CREATE INDEX standing_action ON action (id) WHERE undone_at_ms IS NULL;

ALTER TABLE verdict ADD COLUMN closed_until_ms INTEGER;

CREATE TABLE "grouping" (
  id INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL REFERENCES action (id),
  alert_key TEXT NOT NULL,
  sequences BLOB NOT NULL
) STRICT;
CREATE INDEX grouping_of_action ON "grouping" (action_id);

CREATE TABLE promotion (
  id INTEGER PRIMARY KEY,
  model_id INTEGER NOT NULL REFERENCES model (id),
  reason TEXT NOT NULL,
  done_at_ms INTEGER NOT NULL,
  done_by TEXT NOT NULL,
  undone_at_ms INTEGER
) STRICT;
INSERT INTO promotion (model_id, reason, done_at_ms, done_by)
  SELECT id, 'champion of the former layout', created_at_ms, 'unknown' FROM model WHERE is_champion = 1;
`;
