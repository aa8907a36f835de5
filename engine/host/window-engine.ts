import { createEngine, type Engine } from './engine.ts';

/** The engine of a window host. Closing it ends its jobs and closes the case. */
export function createWindowEngine(host: 'electron' | 'browser'): Engine {
  return createEngine({ host });
}
