import type { ErrorCode } from '../domain/error.ts';
import type { Cell } from './cell-table.ts';

/** What the thread that reads a Parquet file is started with. */
export interface ParquetTask {
  readonly path: string;
  /** Open file, which the starter closes when the thread has ended. */
  readonly fd: number;
  readonly storedBytes: number;
  /** 0-based row to begin with. */
  readonly firstRow: number;
  readonly rowsPerBatch: number;
  readonly progress: SharedArrayBuffer;
}

/** Places in `ParquetTask.progress`, an Int32Array. */
export const progressPlaces = {
  /** Counts the steps done; a thread that does none for too long is stuck. */
  steps: 0,
  /** Milliseconds of processor time that the present step may take. */
  allowedMs: 1,
} as const;

/** The thread sends batches one at a time, each when it is asked for. */
export type ParquetRequest = 'next';

/** A row that is not given, and why. */
export interface RefusedRow {
  readonly row: number;
  readonly raw: Uint8Array;
  readonly reason: string;
}

export type ParquetReply =
  | { readonly kind: 'opened'; readonly columnNames: readonly string[]; readonly rowTotal: number }
  | {
      readonly kind: 'batch';
      /** 0-based rows; cells are in their order. */
      readonly rows: Float64Array;
      readonly refused: readonly RefusedRow[];
      /** Per column: numbers, missing ones as NaN, or cells. */
      readonly columns: readonly (Float64Array | readonly Cell[])[];
      /** 0-based row after the batch. */
      readonly nextRow: number;
      readonly storedBytesRead: number;
    }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string; readonly nextStep: string };
