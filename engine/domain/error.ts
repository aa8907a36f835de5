/** What went wrong, by a stable name that scripts and tests may rely on. */
export type ErrorCode =
  | 'WRONG_USE'
  | 'FILE_NOT_FOUND'
  | 'NOT_A_FILE'
  | 'WOULD_OVERWRITE'
  | 'OUTPUT_IS_INPUT'
  | 'PERMISSION_DENIED'
  | 'EMPTY_RECORDING'
  | 'UNKNOWN_FORMAT'
  | 'CORRUPT_RECORDING'
  | 'RECORDING_CHANGED'
  | 'UNKNOWN_COLUMN'
  | 'BAD_PROFILE'
  | 'IN_DOUBT'
  | 'TOTALS_DIFFER'
  | 'NO_FEATURES'
  | 'NO_LABEL'
  | 'FEW_VERDICTS'
  | 'NO_EVENT_TIME'
  | 'NO_MODEL'
  | 'MODEL_MISMATCH'
  | 'CASE_NOT_FOUND'
  | 'NOT_A_CASE'
  | 'CASE_CORRUPT'
  | 'CASE_FROM_FUTURE'
  | 'CASE_BUSY'
  | 'CASE_LOCKED'
  | 'WRONG_PASSPHRASE'
  | 'CASE_READ_ONLY'
  | 'MIGRATION_FAILED'
  | 'DISK_FULL'
  | 'OUT_OF_MEMORY'
  | 'CANCELLED'
  | 'BROKER_UNREACHABLE'
  | 'BROKER_REFUSED'
  | 'TOPIC_NOT_FOUND'
  | 'REGISTRY_UNREACHABLE'
  | 'REGISTRY_REFUSED'
  | 'MISSING_DEPENDENCY'
  | 'WRONG_RUNTIME'
  | 'ENGINE_STOPPED'
  | 'SERVER_UNAVAILABLE'
  | 'CHECK_FAILED'
  | 'ALREADY_DECIDED'
  | 'FORBIDDEN'
  | 'INVALID_RECORDS'
  | 'TOO_LARGE'
  | 'INTERNAL';

/** `usage`: the request or its input is wrong (exit code 2). `failure`: the work failed (exit code 1). */
export type ErrorKind = 'usage' | 'failure';

/**
 * The one error type that crosses module borders: a sentence for a person, a code for a program,
 * and, where there is one, the next step.
 */
export class AssayError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly nextStep: string | undefined;
  /** The path that is not there, where that is what went wrong. */
  readonly missingPath: string | undefined;

  constructor(
    code: ErrorCode,
    kind: ErrorKind,
    message: string,
    options?: { readonly nextStep?: string; readonly cause?: unknown; readonly missingPath?: string },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AssayError';
    this.code = code;
    this.kind = kind;
    this.nextStep = options?.nextStep;
    this.missingPath = options?.missingPath;
  }
}

/** Shorthand for a request or an input that cannot be accepted as it is. */
export function usageError(code: ErrorCode, message: string, nextStep?: string): AssayError {
  return new AssayError(code, 'usage', message, nextStep === undefined ? {} : { nextStep });
}

/** Marks a state that the program's own logic rules out. */
export function impossible(sentence: string): never {
  throw new Error(`Impossible: ${sentence}`);
}
