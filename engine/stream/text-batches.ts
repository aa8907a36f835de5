import { AssayError, usageError } from '../domain/error.ts';
import type { RecordBatch, RejectedRecord } from '../domain/record-batch.ts';
import { DamagedContentError, UnsupportedContentError } from './decompress.ts';
import type { ByteWindow } from './byte-window.ts';

export const newlineByte = 0x0a;
export const carriageReturnByte = 0x0d;
export const spaceByte = 0x20;
const tabByte = 0x09;
const endOfTextMark = 0x1a;

export const defaultRowsPerBatch = 4096;
/** A batch ends at the first record border past this many bytes, whatever its rows, so that memory stays bounded. */
export const bytesPerBatch = 1 << 23;
/** A record may not be longer: an open quote must not swallow the rest of the recording. */
export const longestRecordBytes = 1 << 20;

/** Cuts records out of a byte window, batch by batch. Positions are indices into the window's bytes. */
export interface RecordScanner<Batch extends RecordBatch = RecordBatch> {
  /** Where the next record starts. */
  readonly position: number;
  /** Starts an empty batch whose records begin at index 0 of the bytes, which lie at `baseOffset` of the content. */
  startBatch(baseOffset: number): void;
  /**
   * Reads whole records from `bytes[position..end)`. `bytes[end]` may be overwritten. Returns true when the batch is
   * full and false when the next record needs more bytes (or, `atEnd`, when none is left).
   */
  scan(bytes: Buffer, end: number, atEnd: boolean): boolean;
  /** The batch read so far, or undefined when it has neither rows nor rejected records. */
  finishBatch(bytes: Buffer): Batch | undefined;
}

/** Bytes that hold nothing: spaces, tabs, the zeros of a block that was never written, the mark by which DOS ends a text. */
export function isBlankByte(byte: number): boolean {
  return byte === spaceByte || byte === 0 || byte === tabByte || byte === endOfTextMark;
}

/** True where a line holds nothing. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isBlankByte(bytes[i])) return false;
  return true;
}

/** A rejected record with a copy of its bytes, of which at most `longestRecordBytes` are kept. */
export function rejectedRecord(
  bytes: Uint8Array,
  start: number,
  end: number,
  place: { readonly line: number; readonly baseOffset: number },
  reason: string,
): RejectedRecord {
  const raw = new Uint8Array(bytes.subarray(start, Math.min(end, start + longestRecordBytes)));
  return { raw, line: place.line, byteOffset: place.baseOffset + start, reason };
}

export const tooLongReason = `The record is longer than ${String(longestRecordBytes)} bytes; only its beginning is kept.`;

/**
 * Reads all batches of a text recording. Content that breaks off damaged first gives every whole record before the
 * damage and then throws CORRUPT_RECORDING with the byte offset up to which it could be read. `look` sees the bytes of
 * each batch.
 */
export async function* readTextBatches<Batch extends RecordBatch>(
  path: string,
  window: ByteWindow,
  scanner: RecordScanner<Batch>,
  look: (bytes: Uint8Array) => void = () => undefined,
): AsyncGenerator<Batch, void, undefined> {
  for (;;) {
    window.release(scanner.position);
    scanner.startBatch(window.baseOffset);
    let damage: DamagedContentError | undefined;
    while (!scanner.scan(window.bytes, window.end, window.atEnd) && !window.atEnd) {
      try {
        await window.more();
      } catch (error) {
        if (error instanceof UnsupportedContentError) throw unsupportedRecording(path, error);
        if (!(error instanceof DamagedContentError)) throw error;
        damage = error;
        break;
      }
    }
    look(window.bytes.subarray(0, scanner.position));
    const batch = scanner.finishBatch(window.bytes);
    const reached = window.baseOffset + window.end;
    if (batch !== undefined) yield batch;
    if (damage !== undefined) throw corruptRecording(path, reached, damage);
    if (window.atEnd && scanner.position >= window.end) return;
  }
}

/** The failure of a recording whose compressed content is damaged or cut off. */
export function corruptRecording(path: string, byteOffset: number, cause: Error): AssayError {
  return new AssayError(
    'CORRUPT_RECORDING',
    'usage',
    `${path} is damaged or cut off: its content cannot be read beyond byte ${String(byteOffset)} (${cause.message}).`,
    { nextStep: 'Copy or record the file again; every whole record before that byte has been read.', cause },
  );
}

/** The failure of a recording whose content is whole, but of a kind that is not read. */
export function unsupportedRecording(path: string, cause: UnsupportedContentError): AssayError {
  return usageError('UNKNOWN_FORMAT', `${path} cannot be read as a recording: ${cause.message}.`, cause.nextStep);
}
