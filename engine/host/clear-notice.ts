import { resolve } from 'node:path';
import { z } from 'zod';
import { pathsIn } from '../domain/path-fields.ts';
import { isLocked } from '../store/case-lock.ts';
import { jobs, type JobName } from '../../preload/contract/jobs.ts';

const written = z.object({ output: z.string() });

/**
 * What is said of a file that a job wrote from a locked case: that it is not locked. Undefined where nothing was written in the
 * clear, and of cases that are none. Never silent: whatever job gives an `output` is looked at.
 */
export function clearNotice(name: JobName, input: unknown, result: unknown): string | undefined {
  const { data } = written.safeParse(result);
  if (data === undefined || isLocked(data.output)) return undefined;
  const output = resolve(data.output);
  const lockedCase = pathsIn(jobs[name].input, input).find((path) => resolve(path) !== output && isLocked(path));
  if (lockedCase === undefined) return undefined;
  return `${output} is in the clear: the case is locked, what is written from it for others is not.`;
}
