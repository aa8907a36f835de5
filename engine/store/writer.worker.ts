import { parentPort } from 'node:worker_threads';
import { impossible } from '../domain/error.ts';
import { watchSlowQueries } from './sqlite.ts';
import type { WriterReply, WriterStart } from './writer-messages.ts';
import { serveWriter } from './writer-thread.ts';

const port = parentPort ?? impossible('the writer is started as a worker thread');
port.once('message', ({ slowMs, ...start }: WriterStart) => {
  if (slowMs !== null)
    watchSlowQueries((query) => port.postMessage({ type: 'slow', query } satisfies WriterReply), slowMs);
  serveWriter(port, start);
});
