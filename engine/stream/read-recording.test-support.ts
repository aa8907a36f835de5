import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { AssayError } from '../domain/error.ts';
import type { RecordingFormat, RecordingPosition } from '../domain/record-batch.ts';
import { openRecording, type OpenRecordingOptions } from './open-recording.ts';

interface RejectedSummary {
  readonly raw: string;
  readonly line: number;
  readonly byteOffset: number;
  readonly reason: string;
}

/** Everything that a recording gave. */
export interface Reading {
  readonly format: RecordingFormat;
  readonly columnNames: readonly string[];
  readonly rows: readonly (readonly (string | undefined)[])[];
  readonly raws: readonly string[];
  readonly places: readonly { readonly line: number; readonly byteOffset: number }[];
  readonly rejected: readonly RejectedSummary[];
  readonly positions: readonly { readonly next: RecordingPosition; readonly rows: number; readonly rejected: number }[];
  readonly notices: readonly string[];
  readonly error: unknown;
}

let folder: string | undefined;
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** A folder of the test file, removed when it has run. */
export function temporaryFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), 'assay-stream-'));
  return folder;
}

let fileNumber = 0;
export function fileWith(content: string | Uint8Array, name = 'recording'): string {
  const path = join(temporaryFolder(), `${String(fileNumber++)}-${name}`);
  writeFileSync(path, content);
  return path;
}

export async function read(path: string, options: OpenRecordingOptions = {}): Promise<Reading> {
  const reader = await openRecording(path, options);
  const rows: (string | undefined)[][] = [];
  const raws: string[] = [];
  const places: { line: number; byteOffset: number }[] = [];
  const rejected: RejectedSummary[] = [];
  const positions: { next: RecordingPosition; rows: number; rejected: number }[] = [];
  let error: unknown;
  try {
    for await (const batch of reader.batches()) {
      for (let row = 0; row < batch.rowCount; row++) {
        rows.push(batch.columnNames.map((_, column) => batch.text(row, column)));
        raws.push(Buffer.from(batch.bytes.subarray(batch.rawStart[row], batch.rawEnd[row])).toString('utf8'));
        places.push({ line: batch.line[row], byteOffset: batch.byteOffset[row] });
      }
      for (const { raw, line, byteOffset, reason } of batch.rejected) {
        rejected.push({ raw: Buffer.from(raw).toString('utf8'), line, byteOffset, reason });
      }
      positions.push({ next: batch.next, rows: rows.length, rejected: rejected.length });
    }
  } catch (caught) {
    error = caught;
  }
  const { format, columnNames, notices } = reader;
  await reader.close();
  return { format, columnNames, rows, raws, places, rejected, positions, notices, error };
}

export async function readContent(content: string | Uint8Array, options: OpenRecordingOptions = {}): Promise<Reading> {
  return read(fileWith(content), options);
}

/** The code of the error with which work was refused as wrong use; `accepted` where it was not. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    expect(error).toBeInstanceOf(AssayError);
    expect((error as AssayError).kind).toBe('usage');
    return (error as AssayError).code;
  }
  return 'accepted';
}
