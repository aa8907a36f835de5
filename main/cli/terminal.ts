import { CommanderError } from 'commander';
import { AssayError } from '../../engine/domain/error.ts';
import { printableJson, printableText } from '../../engine/domain/printable-text.ts';
import type { WorkContext } from '../../engine/domain/progress.ts';
import type { CommandLineEngine } from '../../engine/host/command-line-engine.ts';
import { errorReportOf } from '../../preload/contract/envelope.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { createProgram } from './program.ts';
import type { CommandSurroundings } from './surroundings.ts';

/** Where a command prints, and who can answer it. */
export interface Terminal extends Pick<CommandSurroundings, 'ask' | 'abandon'> {
  /** To standard output, as it is. */
  readonly output: (text: string) => void;
  /** To standard error, as it is. */
  readonly errors: (text: string) => void;
}

/** Runs one command to its end, and gives its exit code: 0 done, 1 the work failed, 2 wrong use or bad input, 130 interrupted. */
export async function runOnTerminal(
  argv: readonly string[],
  engine: CommandLineEngine,
  context: WorkContext,
  { output, errors, ask, abandon }: Terminal,
): Promise<number> {
  let exitCode: number = exitCodes.done;
  const surroundings: CommandSurroundings = {
    engine,
    context,
    print: (text) => output(`${printableText(text)}\n`),
    note: (text) => errors(`${printableText(text)}\n`),
    abandon,
    ask,
    fail: (error) => {
      errors(`assay: ${printableText(error.message)}\n`);
      if (error.nextStep !== undefined) errors(`  ${printableText(error.nextStep)}\n`);
      exitCode = exitCodeOf(error);
    },
  };
  try {
    await createProgram(surroundings, { output, errors }).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof AssayError) {
      // What a command needs before it begins, such as a passphrase.
      const report = errorReportOf(error);
      if (argv.includes('--json')) output(`${printableJson(JSON.stringify({ error: report }))}\n`);
      surroundings.fail(report);
      return exitCode;
    }
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse;
  }
  return exitCode;
}
