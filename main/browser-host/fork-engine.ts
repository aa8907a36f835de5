import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromEngine } from '../../engine/host/engine-frames.ts';
import type { EngineProcess } from '../engine-supervisor.ts';

const entry = fileURLToPath(new URL('../../engine/host/entry-child.ts', import.meta.url));

/** The engine in a child process of Node; values cross by structured clone. */
export function forkEngine(generation: number): EngineProcess {
  const child = fork(entry, [String(generation)], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let description: string | null = null;
  const ended = new Set<(description: string) => void>();
  const end = (how: string): void => {
    if (description !== null) return;
    description = how;
    for (const listener of ended) listener(how);
  };
  child.on('exit', (code, signal) =>
    end(signal === null ? `its process ended with exit code ${code}` : `its process was ended by ${signal}`),
  );
  child.on('error', (error) => end(`its process could not be started: ${error.message}`));
  return {
    pid: child.pid,
    // A process that is going away cannot be written to; its exit tells the rest.
    post: (frame) => child.connected && child.send(frame, () => undefined),
    onFrame: (receive) => child.on('message', (frame) => receive(frame as FromEngine)),
    onExit(listener) {
      if (description === null) ended.add(listener);
      else listener(description);
    },
    kill: () => child.kill('SIGKILL'),
  };
}
