import type { WorkContext } from '../../engine/domain/progress.ts';
import type { CommandLineEngine } from '../../engine/host/command-line-engine.ts';
import type { ErrorReport } from '../../preload/contract/envelope.ts';

/** What a command may touch: the engine, and the terminal through these few functions. */
export interface CommandSurroundings {
  readonly engine: CommandLineEngine;
  readonly context: WorkContext;
  /** To standard output. */
  readonly print: (text: string) => void;
  /** To standard error. */
  readonly note: (text: string) => void;
  /** The command ends without waiting for what still runs. */
  readonly abandon: () => void;
  /** Asks the person at the terminal for a line, which is not shown where it is secret; null where nobody sits at one. */
  readonly ask: ((question: string, isSecret?: boolean) => Promise<string>) | null;
  /** Says what went wrong on standard error and sets the exit code. */
  readonly fail: (error: ErrorReport) => void;
}
