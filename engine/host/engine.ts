import { jobsAt, placesOf, type EngineOptions, type RunJob } from './places.ts';
import { createWindowPart, type WindowPart } from './window-part.ts';

/** The engine as a host sees it: one door for everything in the contract. */
export interface Engine extends WindowPart {
  readonly runJob: RunJob;
}

/** An engine in this process: requests are answered in this thread, jobs of a window run in threads of their own. */
export function createEngine(options: EngineOptions): Engine {
  const places = placesOf(options);
  return { ...createWindowPart(places), runJob: jobsAt(places) };
}
