import type { z } from 'zod';
import type { ErrorReport } from '../../preload/contract/envelope.ts';
import { wrongUse } from './error-report.ts';

type Issue = z.core.$ZodIssue;

/**
 * What is said of an input that a job or request of the contract does not take: one line for each field, in words of the form
 * rather than of the schema. `name` is the job or request.
 */
export function refusedInput(
  name: string,
  { issues }: z.core.$ZodError,
): { readonly ok: false; readonly error: ErrorReport } {
  return wrongUse(`${name}: ${[...new Set(issues.map(problemOf))].join(' ')}`);
}

function problemOf(issue: Issue): string {
  const field = fieldOf(issue.path);
  switch (issue.code) {
    case 'too_small':
      return `${field} ${sizeOf(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}.`;
    case 'too_big':
      return `${field} ${sizeOf(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}.`;
    case 'invalid_value':
      return `${field} is one of ${issue.values.map(String).join(', ')}.`;
    case 'unrecognized_keys':
      return `${field} has no ${issue.keys.map((key) => `'${key}'`).join(', ')}.`;
    default:
      return `${field}: ${issue.message}.`;
  }
}

/** The place in the input: names as they are read aloud, entries of a list counted from one. */
function fieldOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'The input';
  const words = path.map((each) =>
    typeof each === 'number'
      ? String(each + 1)
      : String(each).replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`),
  );
  return `'${words.join(' ')}'`;
}

function sizeOf(origin: string, bound: string, limit: number | bigint): string {
  if (origin !== 'string' && origin !== 'array') return `must be ${bound} ${String(limit)}`;
  const isOne = Number(limit) === 1;
  const unit = origin === 'string' ? (isOne ? 'character' : 'characters') : isOne ? 'entry' : 'entries';
  return `takes ${bound} ${String(limit)} ${unit}`;
}
