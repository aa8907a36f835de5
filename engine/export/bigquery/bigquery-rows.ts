import { createHash } from 'node:crypto';

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

/** A verdict that stands, and what it was given on. */
export interface DecisionRow {
  readonly alertKey: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly score: number;
  readonly modelDigest: string;
  readonly decidedAtMs: number;
  readonly decidedBy: string;
  readonly sequences: readonly number[];
}

/** One row as BigQuery takes it; the same row always has the same `insertId`. */
export interface TableRow {
  readonly insertId: string;
  readonly cells: Readonly<Record<string, unknown>>;
}

export interface TableColumn {
  readonly name: string;
  readonly type: 'STRING' | 'TIMESTAMP' | 'INT64' | 'FLOAT64' | 'BOOL' | 'JSON';
  readonly mode: 'REQUIRED' | 'NULLABLE' | 'REPEATED';
  readonly description?: string;
}

/** A table as `bq mk` and `bq load` take it. */
export interface TableLayout {
  readonly columns: readonly TableColumn[];
  /** Column whose day a row is stored under. */
  readonly partitionedBy: string;
  readonly clusteredBy: string;
}

const insertId: TableColumn = {
  name: 'insert_id',
  type: 'STRING',
  mode: 'REQUIRED',
  description: 'The same row always has the same one',
};

export const flaggedTable: TableLayout = {
  columns: [
    insertId,
    { name: 'event_id', type: 'STRING', mode: 'REQUIRED' },
    { name: 'event_ts', type: 'TIMESTAMP', mode: 'NULLABLE' },
    { name: 'sequence', type: 'INT64', mode: 'REQUIRED', description: 'Position in the stream, from 0' },
    { name: 'model_digest', type: 'STRING', mode: 'REQUIRED' },
    { name: 'score', type: 'FLOAT64', mode: 'REQUIRED' },
    { name: 'threshold', type: 'FLOAT64', mode: 'REQUIRED' },
    { name: 'is_anomaly', type: 'BOOL', mode: 'REQUIRED' },
    { name: 'reasons', type: 'STRING', mode: 'REPEATED' },
    { name: 'features', type: 'JSON', mode: 'NULLABLE' },
  ],
  partitionedBy: 'event_ts',
  clusteredBy: 'model_digest',
};

export const decisionTable: TableLayout = {
  columns: [
    insertId,
    { name: 'alert_key', type: 'STRING', mode: 'REQUIRED' },
    { name: 'verdict', type: 'STRING', mode: 'REQUIRED' },
    { name: 'reason', type: 'STRING', mode: 'NULLABLE' },
    { name: 'score', type: 'FLOAT64', mode: 'REQUIRED', description: 'When it was decided' },
    { name: 'model_digest', type: 'STRING', mode: 'REQUIRED' },
    { name: 'decided_at', type: 'TIMESTAMP', mode: 'REQUIRED' },
    { name: 'decided_by', type: 'STRING', mode: 'REQUIRED' },
    { name: 'sequences', type: 'INT64', mode: 'REPEATED', description: 'Transactions that it labels' },
  ],
  partitionedBy: 'decided_at',
  clusteredBy: 'verdict',
};

/** The id is that of the row, the transaction and the model: other cases may have the same model. */
export function flaggedRow(row: FlaggedRow): TableRow {
  const id = `${row.modelDigest.slice(0, 16)}-${row.sequence}-${shortDigest(row.id)}`;
  return {
    insertId: id,
    cells: {
      insert_id: id,
      event_id: row.id,
      event_ts: row.timeMs === null ? null : new Date(row.timeMs).toISOString(),
      sequence: row.sequence,
      model_digest: row.modelDigest,
      score: row.score,
      threshold: row.threshold,
      is_anomaly: true,
      reasons: row.reasons,
      features: row.features,
    },
  };
}

export function decisionRow(row: DecisionRow): TableRow {
  const { alertKey, verdict, decidedAtMs, decidedBy, modelDigest } = row;
  const id = shortDigest(JSON.stringify([alertKey, verdict, decidedAtMs, decidedBy, modelDigest]), 32);
  return {
    insertId: id,
    cells: {
      insert_id: id,
      alert_key: row.alertKey,
      verdict: row.verdict,
      reason: row.reason,
      score: row.score,
      model_digest: row.modelDigest,
      decided_at: new Date(row.decidedAtMs).toISOString(),
      decided_by: row.decidedBy,
      sequences: row.sequences,
    },
  };
}

/** One line of newline-delimited JSON. */
export function bigqueryLine({ cells }: TableRow): string {
  return `${JSON.stringify(cells)}\n`;
}

function shortDigest(text: string, digits = 8): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
