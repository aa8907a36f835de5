import { createEngine } from './engine.ts';
import type { EngineLike } from './serve-engine.ts';

/** The engine of a window host. Closing it closes the case, which commits what waits and ends its jobs. */
export function createWindowEngine(): EngineLike {
  const engine = createEngine() as unknown as Omit<EngineLike, 'close'>;
  return {
    request: (name, input) => engine.request(name, input),
    startJob: (name, input) => engine.startJob(name, input),
    cancelJob: (jobId) => engine.cancelJob(jobId),
    on: (name, listener) => engine.on?.(name, listener) ?? (() => undefined),
    close: async () => {
      await engine.request('case.close', {});
    },
  };
}
