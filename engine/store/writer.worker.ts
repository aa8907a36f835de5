import { parentPort, workerData } from 'node:worker_threads';
import { impossible } from '../domain/error.ts';
import { watchSlowQueries } from './sqlite.ts';
import type { WriterReply, WriterStart } from './writer-messages.ts';
import { serveWriter, TRANSACTION_AGE_MS } from './writer-thread.ts';

const port = parentPort ?? impossible('the writer is started as a worker thread');
const { path, transactionAgeMs, slowMs } = workerData as WriterStart;
if (slowMs !== null)
  watchSlowQueries((query) => port.postMessage({ type: 'slow', query } satisfies WriterReply), slowMs);
serveWriter(port, path, transactionAgeMs ?? TRANSACTION_AGE_MS);
