/*
 * The engine as a child process of Node (`child_process.fork`, serialization 'advanced'): the browser host's engine, and
 * that of an Electron which is too old to be one itself. Arguments: its generation, its host. It ends when its parent does.
 */
import { watchLibraries } from '../network/watch-libraries.ts';
import { createEngine } from './engine.ts';
import type { EnginePort, ToEngine } from './engine-frames.ts';
import { exitOnUnhandledRejection } from './exit-on-unhandled-rejection.ts';
import { serveEngine } from './serve-engine.ts';
import { logSlowQueries } from './slow-queries.ts';

const port: EnginePort = {
  post: (frame) => process.connected && process.send?.(frame),
  listen: (receive) => process.on('message', (frame) => receive(frame as ToEngine)),
};

exitOnUnhandledRejection();
logSlowQueries();
watchLibraries();
// Ctrl-C reaches the whole group; the parent decides when the engine stops, after it has been drained.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(1));
const [generation, host] = process.argv.slice(2);
await serveEngine(createEngine({ host: host === 'electron' ? host : 'browser' }), port, Number(generation));
process.disconnect();
