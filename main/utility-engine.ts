import { utilityProcess } from 'electron';
import type { FromEngine } from '../engine/host/engine-frames.ts';
import type { EngineProcess } from './engine-supervisor.ts';

/** The engine in a utility process of Electron; values cross by structured clone. */
export function launchUtilityEngine(entry: string, generation: number): EngineProcess {
  const child = utilityProcess.fork(entry, [String(generation)], { serviceName: 'Assay engine', stdio: 'inherit' });
  let description: string | null = null;
  const ended = new Set<(description: string) => void>();
  child.on('exit', (code) => {
    description = `its process ended with exit code ${code}`;
    for (const listener of ended) listener(description);
  });
  return {
    get pid() {
      return child.pid;
    },
    post: (frame) => child.postMessage(frame),
    onFrame: (receive) => child.on('message', (frame: FromEngine) => receive(frame)),
    onExit(listener) {
      if (description === null) ended.add(listener);
      else listener(description);
    },
    kill: () => child.kill(),
  };
}
