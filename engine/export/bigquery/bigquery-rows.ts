/** A flagged transaction and the model that flagged it. */
export interface FlaggedRow {
  readonly id: string;
  readonly sequence: number;
  readonly timeMs: number | null;
  readonly score: number;
  readonly threshold: number;
  readonly modelDigest: string;
  readonly reasons: readonly string[];
  readonly features: Readonly<Record<string, number>>;
}

/** The table's columns, as `bq load` and `bq mk` take them. Partition it by day of `event_ts`, cluster it by `model_digest`. */
export const tableSchema = [
  { name: 'insert_id', type: 'STRING', mode: 'REQUIRED', description: 'The same row always has the same one' },
  { name: 'event_id', type: 'STRING', mode: 'REQUIRED' },
  { name: 'event_ts', type: 'TIMESTAMP', mode: 'NULLABLE' },
  { name: 'sequence', type: 'INT64', mode: 'REQUIRED', description: 'Position in the stream, from 0' },
  { name: 'model_digest', type: 'STRING', mode: 'REQUIRED' },
  { name: 'score', type: 'FLOAT64', mode: 'REQUIRED' },
  { name: 'threshold', type: 'FLOAT64', mode: 'REQUIRED' },
  { name: 'is_anomaly', type: 'BOOL', mode: 'REQUIRED' },
  { name: 'reasons', type: 'STRING', mode: 'REPEATED' },
  { name: 'features', type: 'JSON', mode: 'NULLABLE' },
] as const;

/** One line of newline-delimited JSON. */
export function bigqueryLine(row: FlaggedRow): string {
  return `${JSON.stringify({
    insert_id: `${row.modelDigest.slice(0, 16)}-${row.sequence}`,
    event_id: row.id,
    event_ts: row.timeMs === null ? null : new Date(row.timeMs).toISOString(),
    sequence: row.sequence,
    model_digest: row.modelDigest,
    score: row.score,
    threshold: row.threshold,
    is_anomaly: true,
    reasons: row.reasons,
    features: row.features,
  })}\n`;
}
