import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssayError } from '../../engine/domain/error.ts';
import type { ErrorReport } from '../../preload/contract/envelope.ts';
import { printArguments, printFailure, type PrintOrder } from '../printing/pdf-file.ts';

/** Where installers put the program. */
const installed: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['/opt/Assay/assay'],
  darwin: ['/Applications/Assay.app/Contents/MacOS/Assay'],
  win32: [join(homedir(), 'AppData', 'Local', 'Programs', 'assay', 'Assay.exe')],
};

/** The program with a window; null where there is none. */
function programWithWindow(): string | null {
  const candidates = [process.env['ASSAY_WINDOW'], ...(installed[process.platform] ?? [])];
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
}

/**
 * Has the program with a window print a report as PDF: this process has no print of its own.
 * @throws AssayError MISSING_DEPENDENCY where that program is not there or cannot start, and what it says where it cannot print
 */
export async function printAsPdf(order: PrintOrder, signal: AbortSignal): Promise<void> {
  const program = programWithWindow();
  if (program === null)
    throw new AssayError(
      'MISSING_DEPENDENCY',
      'failure',
      `${order.report} is written; nothing here prints it as PDF.`,
      {
        nextStep:
          'Open it in a browser and print it, or install the program with the window and name it in ASSAY_WINDOW. On Linux it needs a display.',
      },
    );
  // A folder of its own: the window may be open, and one folder serves one program.
  const folder = mkdtempSync(join(tmpdir(), 'assay-print-'));
  try {
    const said = await ended(program, [`--user-data-dir=${folder}`, ...printArguments(order)], signal);
    if (said !== null) throw said;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What the program said went wrong; null where it printed. */
function ended(program: string, parameters: readonly string[], signal: AbortSignal): Promise<AssayError | null> {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'], signal });
    let errors = '';
    child.stderr.on('data', (part: Buffer) => (errors = `${errors}${part.toString()}`.slice(-100_000)));
    child.on('error', (error) => resolve(couldNotPrint(error.message)));
    child.on('exit', (code) => resolve(code === 0 ? null : (reportIn(errors) ?? couldNotPrint(lastLine(errors)))));
  });
}

function reportIn(errors: string): AssayError | null {
  const line = errors.split('\n').find((text) => text.startsWith(printFailure));
  if (line === undefined) return null;
  // The program's own other half wrote it.
  const { code, kind, message, nextStep } = JSON.parse(line.slice(printFailure.length)) as ErrorReport;
  return new AssayError(code, kind, message, nextStep === undefined ? {} : { nextStep });
}

function couldNotPrint(why: string): AssayError {
  return new AssayError('MISSING_DEPENDENCY', 'failure', `The report is written, but was not printed: ${why}`, {
    nextStep: 'Open it in a browser and print it there. On Linux the program needs a display, and an ordinary user.',
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? 'the program said nothing';
}
