/*
 * The engine as Electron's utility process. Its first argument is its generation. Electron gives the process
 * `parentPort`, whose messages are structured clones; nothing else of Electron is used here.
 */
import { impossible } from '../domain/error.ts';
import { watchLibraries } from '../network/watch-libraries.ts';
import { createEngine } from './engine.ts';
import type { EnginePort, FromEngine, ToEngine } from './engine-frames.ts';
import { exitOnUnhandledRejection } from './exit-on-unhandled-rejection.ts';
import { serveEngine } from './serve-engine.ts';
import { logSlowQueries } from './slow-queries.ts';

interface ParentPort {
  postMessage(message: FromEngine): void;
  on(event: 'message', listener: (message: { readonly data: ToEngine }) => void): void;
}

const parentPort =
  (process as typeof process & { readonly parentPort?: ParentPort }).parentPort ??
  impossible('entry-utility was started by something else than utilityProcess.fork');

const port: EnginePort = {
  post: (frame) => parentPort.postMessage(frame),
  listen: (receive) => parentPort.on('message', (message) => receive(message.data)),
};

// What is written is for this user alone; a process of Electron may not inherit this.
process.umask(0o077);
exitOnUnhandledRejection();
logSlowQueries();
watchLibraries();
await serveEngine(createEngine({ host: 'electron' }), port, Number(process.argv[2]));
process.exit(0);
