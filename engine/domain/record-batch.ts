import type { Dictionary } from './columns.ts';
import type { DecimalSum } from './decimal-sum.ts';
import type { MessageFrame } from './message-frame.ts';
import type { PlainNumbers } from './plain-numbers.ts';

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

/** Takes the texts of a column one after the other. */
export interface TextSink {
  /** A text that `bytes[from..to)` writes in UTF-8. */
  addBytes(bytes: Uint8Array, from: number, to: number): void;
  /** A whole number from 0 to 2^53 - 1, written in decimal digits. */
  addInteger(value: number): void;
}

/** The cells of some records as texts. */
export interface RecordTexts {
  readonly rowCount: number;
  /** Column names in the recording's order. JSON keys of nested objects are joined by a dot. */
  readonly columnNames: readonly string[];
  /** The cell as text, or undefined where it is missing (absent, null, empty, or a missing-value word). */
  text(row: number, column: number): string | undefined;
  /** A column of plain numbers without its texts being made; undefined where it is none, and where nobody looks. */
  plainNumbers?(column: number): PlainNumbers | undefined;
}

/**
 * Some thousands of records as received, in stream order, with their cells not yet decoded.
 * A batch is valid until the next one is asked for: its arrays may be reused by the reader.
 */
export interface RecordBatch extends RecordTexts {
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

  /** The codes of a column's texts in `out[0..rowCount)`, -1 where one is missing; new texts are added to the dictionary, in the order of rows. */
  codes?(column: number, dictionary: Dictionary, out: Int32Array): void;

  /** Adds a text by its bytes as received; false, and nothing is added, where the text has to be made to know them. */
  addBytesOf?(row: number, column: number, texts: TextSink): boolean;

  /** The texts of the first rows, valid when the batch no longer is; only where that takes less memory than the texts themselves. */
  keepTexts?(rows: number): RecordTexts;

  /**
   * Decodes one column as numbers into `out[0..rowCount)`: NaN where missing. Booleans become 1 and 0.
   * Returns the rows whose cell is present but is not a number (their `out` is NaN), or an empty array. The numbers are
   * added to `sum` in all the digits they were written with.
   */
  numbers(column: number, format: NumberFormat, out: Float64Array, sum?: DecimalSum): readonly number[];
}

/** A resumable place in one recording: how much of the decompressed content has been consumed. */
export interface RecordingPosition {
  readonly byteOffset: number;
  readonly line: number;
}

/** The file of a recording as it lay there when it was read to its end. */
export interface StoredFile {
  readonly storedBytes: number;
  /** Hexadecimal, of the bytes as stored. */
  readonly sha256: string;
}

/** What a recording turned out to be, by its content. */
export interface RecordingFormat {
  readonly kind: 'csv' | 'ndjson' | 'kcat' | 'parquet';
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** CSV only. */
  readonly delimiter?: string;
  /** CSV only: false where the first line is already data; columns are then named column1, column2, ... */
  readonly header?: boolean;
  /** CSV only: what stands around a field that holds delimiters, where it is not a double quote. */
  readonly quote?: "'";
  /** CSV only: true where a backslash takes its meaning from the character behind it. */
  readonly backslashEscapes?: true;
  /** JSON only, where records are not one a line: objects in any layout, or those of an array within an object. */
  readonly jsonLayout?: 'objects' | 'wrapped';
  /** JSON only: what a person said lies around each record. Rows are kept as received, with it. */
  readonly frame?: MessageFrame;
  /** Name by the WHATWG Encoding Standard. Windows-1252 that was found, not stated: cells that are not UTF-8 are read as it. */
  readonly encoding: string;
  /** True where a person named the encoding. */
  readonly encodingStated?: true;
  /** Lines that end with U+0085, as text from mainframes does; it is read as a line feed. */
  readonly lineEnd?: 'next-line';
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
  /** Size and SHA-256 of the file as stored, once this reading has gone through all of it; undefined where it did not. */
  readonly storedFile: StoredFile | undefined;
  /** What a person should know of how the recording was read so far, a sentence each. */
  readonly notices: readonly string[];
  batches(): AsyncIterable<RecordBatch>;
  close(): Promise<void>;
}
