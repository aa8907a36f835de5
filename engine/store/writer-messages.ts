import type { ErrorCode, ErrorKind } from '../domain/error.ts';
import { AssayError } from '../domain/error.ts';
import type { PackedAppend } from './segment-encoding.ts';
import type { SlowQuery } from './sqlite.ts';
import type { JsonValue, LiveAppend, RowRange } from './types.ts';

/** The first message to the writer thread. */
export interface WriterStart {
  readonly path: string;
  readonly isFirstFill: boolean;
  readonly transactionAgeMs: number | undefined;
  /** From how many milliseconds on a statement or transaction is told; null where nobody wants to know. */
  readonly slowMs: number | null;
}

/** What the writer thread is told. Each is answered by one reply, except after a failure. */
export type WriterRequest =
  | WriterInput
  | { readonly type: 'flush' }
  | { readonly type: 'finish' }
  /** Drops what is not on the disk yet, and closes the case. */
  | { readonly type: 'abort' };

/** What is to be stored; the thread groups several into one transaction. */
export type WriterInput =
  | { readonly type: 'append'; readonly append: PackedAppend }
  | { readonly type: 'live'; readonly append: PackedAppend; readonly live: Omit<LiveAppend, 'append'> }
  | {
      readonly type: 'features';
      readonly featureSetId: number;
      readonly rows: RowRange;
      readonly features: Float32Array;
    }
  | { readonly type: 'scores'; readonly modelId: number; readonly rows: RowRange; readonly sums: Int32Array }
  | { readonly type: 'setting'; readonly key: string; readonly value: JsonValue };

export type WriterReply =
  | { readonly type: 'ready' }
  /** Unasked, where somebody wants to know. */
  | { readonly type: 'slow'; readonly query: SlowQuery }
  /** Unasked, after every transaction. */
  | { readonly type: 'committed'; readonly committed: WriterTotals }
  | { readonly type: 'done'; readonly committed: WriterTotals }
  /** The case is closed; the thread ends now. */
  | { readonly type: 'closed'; readonly committed: WriterTotals }
  | { readonly type: 'failed'; readonly error: PlainError };

/** What has reached the disk since the writer was made. */
export interface WriterTotals {
  readonly rows: number;
  readonly quarantined: number;
  /** Time the writer thread spent encoding and storing. */
  readonly busyMs: number;
}

/** An error as it crosses threads, where classes are lost. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly nextStep: string | undefined;
}

export function plainErrorOf(error: unknown): PlainError {
  if (error instanceof AssayError)
    return { code: error.code, kind: error.kind, message: error.message, nextStep: error.nextStep };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'INTERNAL', kind: 'failure', message: text, nextStep: undefined };
}

export function errorOf(plain: PlainError): AssayError {
  return new AssayError(
    plain.code,
    plain.kind,
    plain.message,
    plain.nextStep === undefined ? {} : { nextStep: plain.nextStep },
  );
}
