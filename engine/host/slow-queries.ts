import { AsyncLocalStorage } from 'node:async_hooks';
import { watchSlowQueries } from '../store/sqlite.ts';

const asking = new AsyncLocalStorage<string>();

/** Does what a request asks, by its name in the log. */
export function askedBy<T>(name: string, work: () => T): T {
  return asking.run(name, work);
}

interface Options {
  readonly log?: (line: string) => void;
  readonly slowMs?: number;
  /** The name of what nothing is known to have asked for. */
  readonly otherwise?: string;
}

/**
 * Writes down what the store needs more than 40 ms for in this thread, and which request or job asked: the text of the
 * statement, never a value.
 */
export function logSlowQueries({ log = toErrorOutput, slowMs, otherwise = 'the engine itself' }: Options = {}): void {
  watchSlowQueries(({ what, durationMs }) => {
    const name = asking.getStore() ?? otherwise;
    log(`assay engine: ${Math.round(durationMs)} ms for ${name}: ${what.replaceAll(/\s+/g, ' ').trim()}`);
  }, slowMs);
}

function toErrorOutput(line: string): void {
  process.stderr.write(`${line}\n`);
}
