import { fork } from 'node:child_process';
import type { FromEngine } from '../engine/host/engine-frames.ts';
import type { EngineProcess } from './engine-supervisor.ts';

export interface ChildEngine {
  /** Path of `engine/host/entry-child`, as source or as built. */
  readonly entry: string;
  readonly host: 'browser' | 'electron';
  /** Another Node than the one of this process. */
  readonly node?: string;
  /** Beside this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The engine in a child process of Node; values cross by structured clone. */
export function launchChildEngine({ entry, host, node, environment }: ChildEngine, generation: number): EngineProcess {
  const child = fork(entry, [String(generation), host], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
    // Another program may not know the switches of this one.
    ...(node === undefined ? {} : { execPath: node, execArgv: [] }),
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
