import type { Engine } from './engine.ts';
import { jobsAt, placesOf } from './places.ts';

/** What the command line needs of the engine. */
export type CommandLineEngine = Pick<Engine, 'runJob' | 'request'>;

/** The engine of one command: what serves a window is loaded only where the command asks what a window would. */
export function createCommandLineEngine(): CommandLineEngine {
  const places = placesOf({ host: 'command-line' });
  return {
    runJob: jobsAt(places),
    request: async (name, input) => {
      const { createWindowPart } = await import('./window-part.ts');
      return createWindowPart(places).request(name, input);
    },
  };
}
