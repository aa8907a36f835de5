/** How numbers are written in a column. Null `group` means no thousands separator occurs. */
export interface NumberFormat {
  readonly decimal: '.' | ',';
  readonly group: '.' | ',' | ' ' | "'" | null;
  /** True where currency symbols or codes, spaces or accounting parentheses surround the digits. */
  readonly decorated: boolean;
}

/** A row or message that could not be read; it is kept whole so that it can be retried later. */
export interface RejectedRecord {
  readonly raw: Uint8Array;
  /** 1-based line in the decompressed recording; for Parquet the 1-based row. */
  readonly line: number;
  /** Offset of the first byte in the decompressed recording; for Parquet the 0-based row. */
  readonly byteOffset: number;
  readonly reason: string;
}

/**
 * Some thousands of records as received, in stream order, with their cells not yet decoded.
 * A batch is valid until the next one is asked for: its arrays may be reused by the reader.
 */
export interface RecordBatch {
  readonly rowCount: number;
  /** Column names in the recording's order. JSON keys of nested objects are joined by a dot. */
  readonly columnNames: readonly string[];
  /** The bytes that `rawStart` and `rawEnd` point into: row r is `bytes.subarray(rawStart[r], rawEnd[r])`. */
  readonly bytes: Uint8Array;
  readonly rawStart: Uint32Array;
  readonly rawEnd: Uint32Array;
  /** Per row: byte offset (decompressed) of its first byte; Parquet: 0-based row; kcat: byte offset too. */
  readonly byteOffset: Float64Array;
  /** Per row: 1-based line number; Parquet: 1-based row. */
  readonly line: Float64Array;
  /** Records in this span that are malformed in themselves (wrong field count, invalid JSON, open quote). */
  readonly rejected: readonly RejectedRecord[];
  /** Where reading resumes after this batch. */
  readonly next: RecordingPosition;

  /** The cell as text, or undefined where it is missing (absent, null, empty, or a missing-value word). */
  text(row: number, column: number): string | undefined;

  /**
   * Decodes one column as numbers into `out[0..rowCount)`: NaN where missing. Booleans become 1 and 0.
   * Returns the rows whose cell is present but is not a number (their `out` is NaN), or an empty array.
   */
  numbers(column: number, format: NumberFormat, out: Float64Array): readonly number[];
}

/** A resumable place in one recording: how much of the decompressed content has been consumed. */
export interface RecordingPosition {
  readonly byteOffset: number;
  readonly line: number;
}

/** What a recording turned out to be, by its content. */
export interface RecordingFormat {
  readonly kind: 'csv' | 'ndjson' | 'kcat' | 'parquet';
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** CSV only. */
  readonly delimiter?: string;
  /** CSV only: false where the first line is already data; columns are then named column1, column2, ... */
  readonly header?: boolean;
  readonly encoding: 'utf-8' | 'utf-16le' | 'windows-1252';
}

/** One recording opened for reading. Batches come in order; reading stops when iteration stops. */
export interface RecordingReader {
  readonly path: string;
  readonly format: RecordingFormat;
  readonly columnNames: readonly string[];
  /** Size of the file as stored, in bytes; progress is measured against it. */
  readonly storedBytes: number;
  /** Bytes of the file as stored that have been consumed so far. */
  readonly storedBytesRead: number;
  batches(): AsyncIterable<RecordBatch>;
  close(): Promise<void>;
}
