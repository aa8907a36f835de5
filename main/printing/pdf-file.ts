import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { AssayError, usageError } from '../../engine/domain/error.ts';
import { historyMark, historyMarksIn } from '../../engine/domain/history-mark.ts';

export const printOrderSchema = z.object({
  report: z.string().min(1),
  output: z.string().min(1),
  /** Also over a file that is no PDF. */
  force: z.boolean(),
});
/** A report to be printed: where it lies, and where the PDF goes. */
export type PrintOrder = z.output<typeof printOrderSchema>;

const switches = { report: '--print-report=', output: '--pdf=', force: '--force' } as const;

/** An order as arguments of the program. */
export function printArguments({ report, output, force }: PrintOrder): readonly string[] {
  return [
    `${switches.report}${resolve(report)}`,
    `${switches.output}${resolve(output)}`,
    ...(force ? [switches.force] : []),
  ];
}

/** The order that arguments hold; null where they hold none. */
export function printOrderIn(argv: readonly string[]): PrintOrder | null {
  const valueOf = (name: string): string | undefined =>
    argv.find((argument) => argument.startsWith(name))?.slice(name.length);
  const report = valueOf(switches.report);
  const output = valueOf(switches.output);
  if (report === undefined || output === undefined) return null;
  return { report, output, force: argv.includes(switches.force) };
}

/** Begins the line of standard error on which the program says, as JSON, why nothing was printed. */
export const printFailure = 'assay-print: ';

const beginOfPage = /^\s*<(?:!doctype html|html)\b/iu;
const beginOfPdf = '%PDF-';
const lastPointer = 'startxref';

/**
 * A report to be printed.
 * @throws AssayError FILE_NOT_FOUND; WRONG_USE where it is no page
 */
export async function readReport(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `The report ${path} cannot be read.`, {
      nextStep: 'Write it again.',
      cause,
    });
  });
  if (beginOfPage.test(bytes.subarray(0, 200).toString('utf8'))) return bytes;
  throw usageError('WRONG_USE', `${path} is no HTML.`, 'Only a report can be printed as PDF.');
}

/**
 * Refuses to write over what is no PDF.
 * @throws AssayError WOULD_OVERWRITE
 */
export async function claimPdf({ output, force }: PrintOrder): Promise<void> {
  if (force) return;
  const file = await open(output).catch(() => null);
  if (file === null) return;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(beginOfPdf.length), 0).finally(() => file.close());
  if (bytesRead === 0 || buffer.toString('latin1') === beginOfPdf) return;
  throw usageError(
    'WOULD_OVERWRITE',
    `${output} is there, and is no PDF.`,
    'Name another file, or replace it with --force.',
  );
}

/**
 * A PDF that names the head of the history as its report does: in a comment before its last pointer, where no offset changes and
 * readers look for nothing (ISO 32000-1, 7.2.3 and 7.5.5). A report that names none leaves it as it is.
 */
export function withHistory(pdf: Uint8Array, report: Uint8Array): Uint8Array {
  const mark = historyMarksIn(Buffer.from(report).toString('utf8')).at(-1);
  const end = Buffer.from(pdf).lastIndexOf(lastPointer);
  if (mark === undefined || end < 0) return pdf;
  return Buffer.concat([pdf.subarray(0, end), Buffer.from(`% ${historyMark(mark)}\n`), pdf.subarray(end)]);
}

/** Writes a PDF whole or not at all, for its owner alone. @throws AssayError PERMISSION_DENIED, DISK_FULL */
export async function writePdf(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    await writeFile(unfinished, bytes, { mode: 0o600 });
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new AssayError(
      code === 'ENOSPC' ? 'DISK_FULL' : 'PERMISSION_DENIED',
      'failure',
      `The PDF ${path} cannot be written (${code}).`,
      { nextStep: 'Name another place.', cause },
    );
  }
}
