import type { ColumnTotals } from '../domain/column-totals.ts';
import type { DecodedSegment } from '../domain/columns.ts';
import type { ForestParameters } from '../domain/model.ts';
import type { RecordingFormat, RecordingPosition, RejectedRecord, StoredFile } from '../domain/record-batch.ts';

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };

/** Rows of one segment at most; readers of a case may size their buffers by it. */
export const MAXIMUM_SEGMENT_ROWS = 4096;

/** Rows of one page at most, for everything that is read page by page. */
export const MAXIMUM_PAGE_ROWS = 500;

export type SourceKind = 'recording' | 'topic';

export interface NewSource {
  readonly kind: SourceKind;
  /** Path or address as the person gave it. */
  readonly uri: string;
  /** Tells this recording from every other one; unique in a case. */
  readonly fingerprint: string;
  /** Null for a live topic. */
  readonly format: RecordingFormat | null;
  readonly columnNames: readonly string[];
  /** Where reading starts; the beginning by default. */
  readonly position?: RecordingPosition;
}

/** The control totals of the rows before `nextSequence`, by column, and what their collector needs to go on. */
export interface ReadingTotals {
  readonly nextSequence: number;
  readonly columns: ReadonlyMap<string, ColumnTotals>;
  readonly state: JsonValue;
}

export interface Source extends Required<NewSource> {
  readonly id: number;
  /** Where reading resumes: everything before it is stored or quarantined. */
  readonly position: RecordingPosition;
  readonly complete: boolean;
  readonly rows: number;
  readonly quarantined: number;
  readonly addedAtMs: number;
  /** Null until the recording was read to its end, and for topics. */
  readonly file: StoredFile | null;
}

/** One run of rows to be stored together with everything that must be true once they are. */
export interface SegmentAppend {
  readonly sourceId: number;
  /** At most `MAXIMUM_SEGMENT_ROWS` rows; 0 rows where a span held malformed records only. */
  readonly segment: DecodedSegment;
  /** Row r as received is `bytes.subarray(rawStart[r], rawEnd[r])`, rows ascending. Copied before the call returns. */
  readonly raw: { readonly bytes: Uint8Array; readonly rawStart: Uint32Array; readonly rawEnd: Uint32Array };
  /** Per row: position in the recording, as in `RecordBatch`. */
  readonly byteOffset: Float64Array;
  readonly line: Float64Array;
  /** Where reading resumes once this append is stored. */
  readonly next: RecordingPosition;
  readonly rejected: readonly RejectedRecord[];
  /** Texts new in this append, in code order, continuing the stored dictionary of the column. */
  readonly dictionaryAdditions: ReadonlyMap<string, readonly string[]>;
  /** Texts of people in these rows, sealed, by the token that stands for each; none twice is no fault. */
  readonly sealedTexts?: ReadonlyMap<string, Uint8Array>;
}

/** Rows of a live stream with everything that must become true together with them. */
export interface LiveAppend {
  readonly append: SegmentAppend;
  /** Per partition of the source: the offset at which reading resumes. Partitions not named stay as they are. */
  readonly nextOffsets: ReadonlyMap<number, number>;
  /** Absent while there is no model. */
  readonly scored?: LiveScores;
  /** State of the window features after these rows, now and then. */
  readonly windowState?: Uint8Array<ArrayBuffer>;
}

/** What a model says of the rows of one append. */
export interface LiveScores {
  readonly modelId: number;
  readonly featureSetId: number;
  /** Row-major float32. */
  readonly features: Float32Array;
  readonly sums: Int32Array;
}

/** State of the window features of one feature set, as it was before row `nextSequence`. */
export interface WindowCheckpoint {
  readonly nextSequence: number;
  readonly state: Uint8Array<ArrayBuffer>;
}

/** Consecutive rows of a case, by their position in its stream. */
export interface RowRange {
  readonly firstSequence: number;
  readonly rowCount: number;
}

/**
 * Rows that lie together. Segments that are not full are merged as rows come, so that this is how the case was cut when
 * it was asked; the rows themselves stay what and where they are.
 */
export interface SegmentSummary extends RowRange {
  readonly sourceId: number;
}

/** A transaction as received, and where it came from. */
export interface RawRecord {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly sourcePath: string;
  readonly line: number;
  readonly byteOffset: number;
}

export const quarantineStates = ['held', 'retried', 'dismissed'] as const;
export type QuarantineState = (typeof quarantineStates)[number];

export interface QuarantinedRecord extends RejectedRecord {
  readonly id: number;
  readonly sourceId: number;
  readonly state: QuarantineState;
}

/** The line between flagged and not: a row is flagged when its sum is at most `units`. */
export interface StoredThreshold {
  readonly units: number;
  /** Name of the rule that set it, such as the contamination or the alert budget. */
  readonly rule: string;
  /** What the rule was given: contamination, budget, training rows. */
  readonly details: { readonly [name: string]: JsonValue };
  /** What it came to when it was set, so that lists need not count again; true while `of` is. */
  readonly counts?: { readonly of: string; readonly flagged: number; readonly alerts: number };
}

export interface NewModel {
  /** SHA-256 of the compiled forest. */
  readonly digest: string;
  readonly name: string;
  readonly parameters: ForestParameters;
  readonly featureSetId: number;
  /** The encoded forest; the store keeps it byte for byte and does not read it. */
  readonly forest: Uint8Array;
  readonly threshold: StoredThreshold;
  /** Rows it was grown from; of a model made elsewhere those of the case that were there to score, none of which it was grown from. */
  readonly trainedRows: number;
  /** Where it was taken over from, for the history. */
  readonly takenOverFrom?: string;
}

export interface StoredModel extends Omit<NewModel, 'forest' | 'takenOverFrom'> {
  readonly id: number;
  /** When it was trained, the last time where that was done again. */
  readonly createdAtMs: number;
  readonly isChampion: boolean;
}

/** One page, and what to pass as `after` for the following one; null at the end. */
export interface Page<Row, Cursor> {
  readonly rows: readonly Row[];
  readonly next: Cursor | null;
}

export type RunStatus = 'running' | 'completed' | 'cancelled' | 'failed';

export interface Run {
  readonly id: number;
  readonly command: string;
  readonly parameters: JsonValue;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly status: RunStatus;
  readonly result: JsonValue;
}

export interface CaseCounts {
  readonly rows: number;
  readonly segments: number;
  readonly quarantined: number;
  readonly sources: number;
  readonly models: number;
}

/** A model that was made the champion. */
export interface Promotion {
  readonly id: number;
  readonly modelId: number;
  readonly reason: string;
  readonly atMs: number;
  readonly by: string;
  readonly undoneAtMs: number | null;
}
