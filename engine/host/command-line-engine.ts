import { setFlagsFromString } from 'node:v8';
import type { JobName } from '../../preload/contract/jobs.ts';
import type { Engine } from './engine.ts';
import { jobsAt, placesOf } from './places.ts';

/** What the command line needs of the engine. */
export type CommandLineEngine = Pick<Engine, 'runJob' | 'request'>;

/** They go on until somebody ends them, so that V8 chooses how much memory may wait to be freed. */
const lastingJobs: ReadonlySet<JobName> = new Set(['follow', 'record', 'replay', 'play', 'feed']);

/** The engine of one command: what serves a window is loaded only where the command asks what a window would. */
export function createCommandLineEngine(): CommandLineEngine {
  const places = placesOf({ host: 'command-line' });
  const runJob = jobsAt(places);
  return {
    runJob: (name, input, context) => {
      if (!lastingJobs.has(name)) collectRarely();
      return runJob(name, input, context);
    },
    request: async (name, input) => {
      const { createWindowPart } = await import('./window-part.ts');
      return createWindowPart(places).request(name, input);
    },
  };
}

/**
 * Lets the heaps of this process grow to five times what was in use before V8 looks for what is free (ADR 0182). They are small, but what
 * they hold outside themselves counts: each batch would have them looked through anew.
 */
function collectRarely(): void {
  setFlagsFromString('--heap-growing-percent=400');
}
