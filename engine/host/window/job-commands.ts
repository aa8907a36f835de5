import { usageError } from '../../domain/error.ts';
import type { StreamCommand } from '../../domain/stream-figures.ts';

type Listener = (command: StreamCommand) => void;

/** Carries what a window asks of a running job to that job. */
export class JobCommands {
  readonly #listeners = new Map<string, Set<Listener>>();

  /** Lets a job of this id hear commands until `end`. */
  begin(jobId: string): (listener: Listener) => void {
    const listeners = new Set<Listener>();
    this.#listeners.set(jobId, listeners);
    return (listener) => void listeners.add(listener);
  }

  end(jobId: string): void {
    this.#listeners.delete(jobId);
  }

  /** @throws AssayError WRONG_USE where no such job runs. */
  give(jobId: string, command: StreamCommand): null {
    const listeners = this.#listeners.get(jobId);
    if (listeners === undefined) throw usageError('WRONG_USE', 'That job is not running any more.');
    for (const listener of listeners) listener(command);
    return null;
  }
}
