import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AssayError, usageError } from '../../domain/error.ts';
import type { WorkContext } from '../../domain/progress.ts';
import {
  carriedHeaderSchema,
  carriedVerdicts,
  carriedVerdictSchema,
  mergeVerdicts,
  refuseForeignNumbers,
  type CarriedHeader,
  type CarriedVerdict,
} from '../../case/decisions/carried-verdicts.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { withCase } from '../../case/opening.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { claimFile } from '../exporting/output.ts';
import { textKind } from '../exporting/output-kind.ts';

const verdictsKind = textKind('a file of verdicts', '{"assay":"verdicts"');

/** The `labelExport` job: every verdict that stands, one a line, for another laptop. */
export async function exportVerdicts(input: ParsedJobInput<'labelExport'>): Promise<JobResult<'labelExport'>> {
  const output = await claimFile(input.output, verdictsKind, { reads: [input.casePath], force: input.force });
  return withCase(input.casePath, 'read', async (session) => {
    const { header, verdicts } = carriedVerdicts(session);
    await output.write([header, ...verdicts].map((line) => `${JSON.stringify(line)}\n`).join(''));
    return {
      verdicts: verdicts.length,
      transactions: verdicts.reduce((sum, { transactions }) => sum + transactions.length, 0),
      output: resolve(input.output),
      case: resolve(input.casePath),
    };
  });
}

/** The `labelMerge` job: what files of verdicts have and the case has not; in any order, twice without harm. */
export async function mergeVerdictFiles(
  input: ParsedJobInput<'labelMerge'>,
  context: WorkContext,
): Promise<JobResult<'labelMerge'>> {
  const files = await Promise.all(input.files.map(readVerdictFile));
  return withCase(input.casePath, 'change', (session) => {
    for (const { header } of files) refuseForeignNumbers(session, header);
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    const merged = mergeVerdicts(
      session,
      doing,
      files.flatMap(({ verdicts }) => verdicts),
    );
    return { ...mutable(merged), case: resolve(input.casePath) };
  });
}

/** As the contract has it. */
export function mutable({
  unmatched,
  ambiguous,
  conflicts,
  ...counts
}: ReturnType<typeof mergeVerdicts>): Omit<JobResult<'labelMerge'>, 'case'> {
  return { ...counts, unmatched: [...unmatched], ambiguous: [...ambiguous], conflicts: [...conflicts] };
}

async function readVerdictFile(
  path: string,
): Promise<{ readonly header: CarriedHeader; readonly verdicts: readonly CarriedVerdict[] }> {
  const lines = (await readText(path)).split('\n').filter((line) => line !== '');
  const parse = (line: string): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      return null;
    }
  };
  const header = carriedHeaderSchema.safeParse(parse(lines[0] ?? ''));
  if (!header.success)
    throw usageError(
      'WRONG_USE',
      `${path} is no file of verdicts.`,
      'Write one with `assay label export --case FILE --out FILE`.',
    );
  const verdicts = lines.slice(1).map((line, at) => {
    const verdict = carriedVerdictSchema.safeParse(parse(line));
    if (verdict.success) return verdict.data;
    throw usageError(
      'CORRUPT_RECORDING',
      `Line ${at + 2} of ${path} is no verdict; nothing of it was merged.`,
      'Export the file again.',
    );
  });
  return { header: header.data, verdicts };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `${path} cannot be read.`, {
      nextStep: 'Check the path and its spelling.',
      cause,
    });
  }
}
