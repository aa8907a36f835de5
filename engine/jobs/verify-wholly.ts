import { basename, resolve } from 'node:path';
import type { CaseSession } from '../case/case-session.ts';
import type { WorkContext } from '../domain/progress.ts';
import { verifyCase } from '../store/backup.ts';
import { marksMissing, marksOfExport } from './exporting/history-of-export.ts';
import { deriveAgain, type DerivedAgain } from './training/derive-again.ts';

/** What a verification looks at beside the case as it lies there. */
export interface VerifyChoice {
  /** Makes features, forests and scores anew, and compares. */
  readonly rescore: boolean;
  /** An export, report, seal or hand-over whose head of the history the case must hold. */
  readonly against?: string | undefined;
}

export interface Verified {
  /** A sentence for each thing that is not as it was written. */
  readonly problems: readonly string[];
  /** Null where it was not asked for. */
  readonly derived: DerivedAgain['models'] | null;
  /** How many heads of the export were looked for, and the newest of them; null where none was named. */
  readonly against: { readonly heads: number; readonly newestEntry: number } | null;
}

/**
 * Everything that `audit --verify` and `doctor --case` say of a case, opened to be inspected. Changes nothing.
 * Errors: those of `marksOfExport` and `deriveAgain`.
 */
export async function verifyWholly(
  session: CaseSession,
  { rescore, against }: VerifyChoice,
  context: WorkContext,
): Promise<Verified> {
  const marks = against === undefined ? null : await marksOfExport(against, context);
  const problems = [...verifyCase(session.path).problems];
  if (marks !== null && against !== undefined)
    problems.push(...marksMissing(session.openCase, marks, basename(resolve(against))));
  const derived = rescore ? await deriveAgain(session, context) : null;
  return {
    problems: [...problems, ...(derived?.problems ?? [])],
    derived: derived?.models ?? null,
    against: marks === null ? null : { heads: marks.length, newestEntry: marks.at(-1)?.entry ?? 0 },
  };
}
