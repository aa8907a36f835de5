import type { AssayError, ErrorCode, ErrorKind } from '../../engine/domain/error.ts';

/** What a failed request or job says across a process border. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly nextStep?: string;
  /** A path that is not there, and those that are and are named nearly so, the nearest first. */
  readonly missing?: { readonly path: string; readonly near: readonly string[] };
}

/** Every answer of the engine. A host never rejects: errors are values, so that nothing of them is lost. */
export type Answer<T> =
  | {
      readonly ok: true;
      readonly data: T;
      /** What a person must know of what was done, such as that a file stands in the clear. */
      readonly notice?: string;
    }
  | { readonly ok: false; readonly error: ErrorReport };

/** The part of an error that may cross a border. */
export function errorReportOf(error: AssayError): ErrorReport {
  return {
    code: error.code,
    kind: error.kind,
    message: error.message,
    ...(error.nextStep === undefined ? {} : { nextStep: error.nextStep }),
  };
}
