import { createCommandLineEngine } from '../../engine/host/command-line-engine.ts';
import { askAtTerminal } from './ask-at-terminal.ts';
import { exitCodes } from './exit-code.ts';
import { createProgressLine } from './progress-line.ts';
import { runOnTerminal, type Terminal } from './terminal.ts';

/**
 * The command line host: parses arguments, runs one job in this process, prints its result.
 * Returns the exit code: 0 done, 1 the work failed, 2 wrong use or bad input, 130 interrupted.
 */
export async function main(argv: readonly string[]): Promise<number> {
  // What is written is for this user alone, whoever writes it; the engine's process inherits this.
  process.umask(0o077);
  const controller = new AbortController();
  const progress = createProgressLine(process.stderr);
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    progress.clear();
    process.stderr.write('Stopping; what is stored so far stays valid. Press Ctrl-C again to stop at once.\n');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.stdout.on('error', endQuietlyOnClosedPipe);

  let isAbandoned = false;
  const terminal: Terminal = {
    output: (text) => {
      progress.clear();
      process.stdout.write(text);
    },
    errors: (text) => {
      progress.clear();
      process.stderr.write(text);
    },
    abandon: () => {
      isAbandoned = true;
    },
    ask:
      process.stdin.isTTY && process.stderr.isTTY
        ? (question, isSecret) => {
            progress.clear();
            return askAtTerminal(question, interrupt, isSecret);
          }
        : null,
  };

  let exitCode: number;
  try {
    const context = { signal: controller.signal, report: progress.report };
    exitCode = await runOnTerminal(argv, createCommandLineEngine(), context, terminal);
  } finally {
    progress.clear();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
  if (isAbandoned) process.exit(exitCode);
  return exitCode;
}

/** A reader such as `head` that closes its end has seen enough: not an error. */
function endQuietlyOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  throw error;
}
