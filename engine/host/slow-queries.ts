import { AsyncLocalStorage } from 'node:async_hooks';
import { watchSlowQueries } from '../store/sqlite.ts';

const asking = new AsyncLocalStorage<string>();

/** Answers a request or runs a job, by this name in the log. */
export function askedBy<T>(name: string, work: () => T): T {
  return asking.run(name, work);
}

/**
 * Writes down what the store needs more than 40 ms for in this thread, and which request or job asked: the text of the
 * statement, never a value.
 */
export function logSlowQueries(log: (line: string) => void = toErrorOutput, slowMs?: number): void {
  watchSlowQueries(({ what, durationMs }) => {
    const name = asking.getStore() ?? 'the engine itself';
    log(`assay engine: ${Math.round(durationMs)} ms for ${name}: ${what.replaceAll(/\s+/g, ' ').trim()}`);
  }, slowMs);
}

function toErrorOutput(line: string): void {
  process.stderr.write(`${line}\n`);
}
